//! `ablate run`: the main job. Every variant of every file is checked, built and trained; results are written as runs
//! end; what an earlier call has done is not done again.

use crate::args::Run;
use crate::cores::Cores;
use crate::dataset::{Datasets, PREPARED};
use crate::error::Error;
use crate::experiment::{Loaded, load_all};
use crate::interrupt;
use crate::output::out;
use crate::progress::Progress;
use crate::queue::{self, Job};
use crate::results::{Results, Waiting, Wish};
use crate::run_folder::Origin;
use crate::schedule::{Need, Schedule};
use crate::told::{self, TOLD};
use crate::writer;
use data::Cache;
use launch::{BuildError, Local, Workshop};
use plan::memory::{Images, Memory};
use plan::{Network, Variant};
use record::Status;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::ExitCode;

/// Runs all that is not done yet.
pub fn run(arguments: &Run) -> Result<ExitCode, Error> {
    let files = &arguments.experiments;
    let experiments = load_all(&files.files, &files.overrides.sets)?;
    experiments.iter().try_for_each(|loaded| results(loaded, arguments).check())?;
    let mut progress = Progress::new(experiments.len());
    interrupt::say_on_interrupt(format!(
        "interrupted; finished epochs are kept. To go on:\n  {}",
        interrupt::command_line()
    ));

    let workshop = Workshop::of_project()?;
    // Kept to the end: while programs map it, nobody removes what is in it.
    let cache = Cache::open(&workshop.memory(PREPARED))?;
    let mut datasets = Datasets::new(&cache);
    if !arguments.dry_run {
        refuse_what_cannot_fit(&experiments, arguments, &mut datasets)?;
    }
    let mut all_results = prepare(&experiments, arguments, &mut datasets, &workshop.memory(TOLD), &progress)?;
    for results in &mut all_results {
        if arguments.dry_run {
            results.look()?
        } else {
            results.open()?
        }
        results.damaged().iter().for_each(|line| progress.line(line));
        results.notices()?.iter().for_each(|notice| progress.line(notice));
    }
    if arguments.dry_run {
        for results in &all_results {
            out(&results.describe())?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    all_results.iter().try_for_each(Results::prune)?;
    let waiting: Vec<Waiting> = all_results.iter().flat_map(Results::waiting).collect();
    let schedule = schedule(waiting.len(), arguments, |index| (waiting[index].run, waiting[index].images))?;
    let cores = cores(arguments);
    cores.notices(arguments.jobs, arguments.threads).iter().for_each(|notice| progress.line(notice));
    let wanted = cores.jobs(waiting.len());
    if schedule.jobs < wanted {
        progress.line(&format!("{} at once in place of {wanted}: memory does not hold more runs", schedule.jobs));
    }
    let mut jobs = build(&experiments, &all_results, &workshop, files.overrides.sets.as_slice(), &progress)?;
    for job in &mut jobs {
        job.prepared = datasets.sound(&job.prepared, &progress)?;
    }

    if jobs.is_empty() {
        let which = if arguments.only.is_some() { "all chosen runs" } else { "all runs" };
        progress.line(&format!("{which} are current: nothing to train"));
    }
    let chosen: usize = all_results.iter().map(Results::chosen).sum();
    progress.overall(chosen, chosen.saturating_sub(jobs.len()));
    writer::write_while(&mut all_results, |inbox| {
        let ended = |ended| inbox.take(ended);
        queue::work(jobs, schedule.jobs, |index| schedule.threads(index), &Local, &progress, ended)
    })?;
    progress.finish();

    let (mut chosen, mut diverged, mut failed) = (0, 0, 0);
    for results in &all_results {
        results.write()?;
        out(&results.summary()?)?;
        for record in results.outcomes() {
            chosen += 1;
            match record.status {
                Status::Completed | Status::Stopped => {}
                Status::Diverged => {
                    diverged += 1;
                    progress.line(&format!(
                        "warning: {} seed {} diverged after {} epochs: loss or weights became NaN or infinite",
                        files::shown(&record.variant),
                        record.seed,
                        record.epochs.len()
                    ));
                }
                Status::Failed => {
                    failed += 1;
                    let log = results.log(record).unwrap_or_default();
                    progress.line(&format!(
                        "error: {} seed {} failed; see {}",
                        files::shown(&record.variant),
                        record.seed,
                        files::shown(&log)
                    ));
                }
            }
        }
        out(&format!("results: {}\n", files::shown(&results.directory().path())))?;
    }
    if diverged == chosen && diverged > 1 {
        progress.line("error: all runs diverged; a smaller learning rate may help");
    }
    // One run of many that diverges is a result. Where all do, there is none.
    let nothing_came_of_it = chosen > 0 && diverged == chosen;
    Ok(if failed > 0 || nothing_came_of_it { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Refuses runs that memory does not hold before an image is drawn or prepared for them: those that are to be trained
/// whatever the images show. The others are known when the images are.
fn refuse_what_cannot_fit(experiments: &[Loaded], arguments: &Run, datasets: &mut Datasets) -> Result<(), Error> {
    let mut waiting: Vec<(plan::Run, Images)> = Vec::new();
    for loaded in experiments {
        let results = results(loaded, arguments);
        for mut variant in chosen(loaded, arguments)? {
            let (data, images) = datasets.counted(&variant.settings.data)?;
            variant.settings.data = data;
            let runs = loaded.experiment.seeds.iter().map(|&seed| loaded.experiment.run(&variant, seed));
            waiting.extend(runs.filter(|run| results.lacks(run)).map(|run| (run, images)));
        }
    }
    schedule(waiting.len(), arguments, |index| (&waiting[index].0, waiting[index].1)).map(drop)
}

fn results<'a>(loaded: &'a Loaded, arguments: &'a Run) -> Results<'a> {
    let folder = arguments.out.clone().unwrap_or_else(|| loaded.default_results());
    Results::new(loaded, &folder, Wish { sets: &arguments.experiments.overrides.sets, prune: arguments.prune })
}

/// The variants that are to be trained.
fn chosen(loaded: &Loaded, arguments: &Run) -> Result<Vec<Variant>, Error> {
    match &arguments.only {
        Some(glob) => spec::only(&loaded.experiment, glob).map_err(Error::Usage),
        None => Ok(loaded.experiment.variants.clone()),
    }
}

/// Looks at the images of every variant and at what earlier calls have left.
fn prepare<'a>(
    experiments: &'a [Loaded],
    arguments: &'a Run,
    datasets: &mut Datasets,
    told: &Path,
    progress: &Progress,
) -> Result<Vec<Results<'a>>, Error> {
    let mut all_results = Vec::new();
    for loaded in experiments {
        let mut results = results(loaded, arguments);
        let chosen: HashSet<String> = chosen(loaded, arguments)?.into_iter().map(|variant| variant.name).collect();
        let mut shown: Vec<String> = Vec::new();
        for variant in &loaded.experiment.variants {
            let dataset = datasets.get(&variant.settings.data, progress)?;
            if !shown.contains(&dataset.prepared.digest) {
                progress.line(&format!(
                    "{}: images of {}\n{}",
                    loaded.experiment.name,
                    files::shown(&variant.settings.data.place()),
                    dataset.summary
                ));
                let warnings = told::warnings(dataset, &variant.settings.data, told);
                warnings.iter().for_each(|line| progress.line(line));
                shown.push(dataset.prepared.digest.clone());
            }
            results.expect(variant, dataset, chosen.contains(&variant.name))?;
        }
        all_results.push(results);
    }
    Ok(all_results)
}

fn cores(arguments: &Run) -> Cores {
    Cores::of_machine(arguments.jobs, arguments.threads)
}

/// How many of `runs` runs at once, and with how many threads each: so that cores are used, and memory suffices.
fn schedule<'a>(
    runs: usize,
    arguments: &Run,
    run: impl Fn(usize) -> (&'a plan::Run, Images),
) -> Result<Schedule, Error> {
    Schedule::new(cores(arguments), runs, data::free_memory(), arguments.ignore_memory, |index, threads| {
        let (run, images) = run(index);
        let title = format!("{}: a run of variant {}", run.experiment, run.variant);
        Need { title, bytes: Memory::estimate(&run.settings, images, threads).total() }
    })
}

/// Builds the programs of all runs that are to be trained, in one call, and lays out the runs' folders.
fn build(
    experiments: &[Loaded],
    all_results: &[Results],
    workshop: &Workshop,
    sets: &[String],
    progress: &Progress,
) -> Result<Vec<Job>, Error> {
    let waiting: Vec<(usize, Waiting)> = (all_results.iter().enumerate())
        .flat_map(|(index, results)| results.waiting().map(move |waiting| (index, waiting)))
        .collect();
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let (networks, places) = distinct(waiting.iter().map(|(_, waiting)| &waiting.run.settings.network));
    let task = progress.task("building the model programs");
    let built = workshop.build(&networks, &mut |step| task.build(step)).inspect_err(|error| {
        if matches!(error, BuildError::Interrupted) {
            interrupt::give_way();
        }
    })?;
    drop(task);
    let jobs = waiting.into_iter().zip(places).map(|((index, waiting), place)| {
        let (program, source) = &built[place];
        let file = experiments[index].path.clone();
        Job {
            experiment: index,
            run: waiting.run.clone(),
            run_id: waiting.run_id.to_owned(),
            prepared: waiting.prepared.clone(),
            directory: waiting.workplace.clone(),
            place: all_results[index].directory().run(&waiting.run.variant, waiting.run.seed),
            program: program.clone(),
            origin: Origin { model: source.model.clone(), file, sets: sets.to_vec() },
        }
    });
    Ok(jobs.collect())
}

/// The networks that differ, and where each of `networks` is among them: most runs of a sweep share one.
fn distinct<'a>(networks: impl Iterator<Item = &'a Network>) -> (Vec<&'a Network>, Vec<usize>) {
    let (mut found, mut known): (Vec<&Network>, HashMap<String, usize>) = (Vec::new(), HashMap::new());
    let places = networks.map(|network| {
        *known.entry(format!("{network:?}")).or_insert_with(|| {
            found.push(network);
            found.len() - 1
        })
    });
    let places = places.collect();
    (found, places)
}
