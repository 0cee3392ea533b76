//! `ablate run`: the main job. Every variant of every file is checked, built and trained; results are written after
//! each run; what an earlier call has done is not done again.

use crate::args::Run;
use crate::cores::Cores;
use crate::dataset::{Datasets, PREPARED};
use crate::error::Error;
use crate::experiment::{Loaded, load_all};
use crate::interrupt;
use crate::output::out;
use crate::progress::Progress;
use crate::queue::{self, Job};
use crate::results::{Results, Waiting};
use crate::run_folder::Origin;
use crate::schedule::{Need, Schedule};
use data::Cache;
use launch::{BuildError, Local, Workshop};
use plan::memory::{Images, Memory};
use plan::{Network, Prepared, Variant};
use record::Status;
use std::process::ExitCode;

/// Runs all that is not done yet.
pub fn run(arguments: &Run) -> Result<ExitCode, Error> {
    let files = &arguments.experiments;
    let experiments = load_all(&files.files, &files.overrides.sets)?;
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
    let mut all_results = prepare(&experiments, arguments, &mut datasets, &progress)?;
    if arguments.dry_run {
        for results in &all_results {
            out(&results.describe())?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    for results in &mut all_results {
        results.open()?;
        results.damaged().iter().for_each(|line| progress.line(line));
        let left_out = results.left_out();
        if !left_out.is_empty() {
            progress.line(&format!(
                "warning: the results leave out {}: trained from another file, other images or by another engine; \
                 run without --only to train them again",
                left_out.join(", ")
            ));
        }
    }
    let waiting: Vec<Waiting> = all_results.iter().flat_map(Results::waiting).collect();
    let schedule = schedule(waiting.len(), arguments, |index| (waiting[index].run, waiting[index].images))?;
    let wanted = cores(arguments).jobs(waiting.len());
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
    queue::work(
        jobs,
        schedule.jobs,
        |index| schedule.threads(index),
        &Local,
        &progress,
        |ended| {
            let results = &mut all_results[ended.experiment];
            results.add(ended.record);
            results.write()
        },
    )?;
    progress.finish();

    let mut failed = false;
    for results in &all_results {
        results.write()?;
        out(&results.summary()?)?;
        for record in results.records().into_iter().filter(|record| results.is_chosen(record)) {
            match record.status {
                Status::Completed | Status::Stopped => {}
                Status::Diverged => progress.line(&format!(
                    "warning: {} seed {} diverged after {} epochs: its loss or a weight is no finite number",
                    record.variant,
                    record.seed,
                    record.epochs.len()
                )),
                Status::Failed => {
                    failed = true;
                    let log = results.directory().run(&record.variant, record.seed).log();
                    progress.line(&format!(
                        "error: {} seed {} failed; see {}",
                        record.variant,
                        record.seed,
                        log.display()
                    ));
                }
            }
        }
        out(&format!("results: {}\n", results.directory().path().display()))?;
    }
    Ok(if failed { ExitCode::from(1) } else { ExitCode::SUCCESS })
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
    Results::new(loaded, &folder, &arguments.experiments.overrides.sets)
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
    progress: &Progress,
) -> Result<Vec<Results<'a>>, Error> {
    let mut all_results = Vec::new();
    for loaded in experiments {
        let mut results = results(loaded, arguments);
        let chosen = chosen(loaded, arguments)?;
        let mut shown: Vec<String> = Vec::new();
        for variant in &loaded.experiment.variants {
            let dataset = datasets.get(&variant.settings.data, progress)?;
            if !shown.contains(&dataset.prepared.digest) {
                progress.line(&format!(
                    "{}: images of {}\n{}",
                    loaded.experiment.name,
                    variant.settings.data.place().display(),
                    dataset.summary
                ));
                dataset.warnings.iter().for_each(|finding| progress.line(&format!("warning: {}", finding.short())));
                if !dataset.warnings.is_empty() {
                    progress.line("`ablate data audit` says more about these");
                }
                shown.push(dataset.prepared.digest.clone());
            }
            results.expect(variant, dataset, chosen.contains(variant))?;
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
    let waiting: Vec<(usize, plan::Run, String, Prepared)> = all_results
        .iter()
        .enumerate()
        .flat_map(|(index, results)| {
            let of = move |waiting: Waiting| {
                (index, waiting.run.clone(), waiting.run_id.to_owned(), waiting.prepared.clone())
            };
            results.waiting().map(of)
        })
        .collect();
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let networks: Vec<&Network> = waiting.iter().map(|(_, run, _, _)| &run.settings.network).collect();
    let task = progress.task("building the model programs");
    let built = workshop.build(&networks, &mut |step| task.build(step)).inspect_err(|error| {
        if matches!(error, BuildError::Interrupted) {
            interrupt::give_way();
        }
    })?;
    drop(task);
    let mut jobs = Vec::with_capacity(waiting.len());
    for ((index, run, run_id, prepared), (program, source)) in waiting.into_iter().zip(built) {
        let directory = all_results[index].directory().run(&run.variant, run.seed);
        let origin = Origin { model: source.model, file: experiments[index].path.clone(), sets: sets.to_vec() };
        jobs.push(Job { experiment: index, run, run_id, prepared, directory, program, origin });
    }
    Ok(jobs)
}
