//! `ablate check`: is the file right, and what does it describe?

use crate::args::Check;
use crate::dataset;
use crate::error::Error;
use crate::experiment::{Loaded, load_all};
use crate::layer_table::{bytes, layer_table};
use crate::output::out;
use crate::progress::Progress;
use crate::words::plural;
use launch::Workshop;
use plan::Network;
use plan::memory::{Images, Memory};
use std::fmt::Write;
use std::process::ExitCode;

/// Prints what the files describe.
pub fn check(arguments: &Check) -> Result<ExitCode, Error> {
    let files = &arguments.experiments;
    let experiments = load_all(&files.files, &files.overrides.sets)?;
    let progress = Progress::new(experiments.len());
    let mut unusable: Option<Error> = None;
    for loaded in &experiments {
        let (text, wrong) = describe(loaded);
        out(&text)?;
        for error in wrong {
            if let Some(earlier) = unusable.replace(error) {
                earlier.print();
            }
        }
    }
    if let Some(error) = unusable {
        return Err(error);
    }
    if arguments.compile {
        let networks: Vec<&Network> = experiments
            .iter()
            .flat_map(|loaded| loaded.experiment.variants.iter().map(|variant| &variant.settings.network))
            .collect();
        let task = progress.task("building the model programs");
        let built = Workshop::of_project()?.build(&networks, &mut |step| task.build(step))?;
        drop(task);
        let mut packages: Vec<&str> = built.iter().map(|(_, program)| program.package.as_str()).collect();
        packages.sort_unstable();
        packages.dedup();
        out(&format!("rustc proved the shapes of {}\n", plural(packages.len(), "network")))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What a file describes, and what is wrong with its images.
fn describe(loaded: &Loaded) -> (String, Vec<Error>) {
    let experiment = &loaded.experiment;
    let mut text = format!("{}: {}\n", files::shown(&loaded.path), experiment.name);
    if !experiment.description.is_empty() {
        // Its further lines are indented, so that none of them passes for one of Ablate's.
        let lines: Vec<String> = experiment.description.lines().map(|line| files::shown(line).to_string()).collect();
        text.push_str(&format!("{}\n", lines.join("\n  ")));
    }
    let (variants, seeds) = (experiment.variants.len(), experiment.seeds.len());
    text.push_str(&format!(
        "{} x {} = {}; baseline {}\n",
        plural(variants, "variant"),
        plural(seeds, "seed"),
        plural(variants * seeds, "run"),
        experiment.baseline
    ));

    // Variants that share data, or a network, are described once.
    let mut images = vec![Images::default(); variants];
    let mut seen_data: Vec<(_, Images)> = Vec::new();
    let mut wrong = Vec::new();
    for (index, variant) in experiment.variants.iter().enumerate() {
        let plan = &variant.settings.data;
        let key = dataset::key(plan);
        if let Some((_, count)) = seen_data.iter().find(|(seen, _)| *seen == key) {
            images[index] = *count;
            continue;
        }
        let (count, report) = match data::scan(plan) {
            Ok(manifest) => {
                wrong.extend(dataset::as_drawn(plan).err());
                (dataset::images(&manifest), dataset::counts(&manifest))
            }
            Err(error) => match dataset::to_draw(plan) {
                Some(images) => {
                    let count = images.train + images.validation + images.test;
                    (images, format!("  not there yet: `ablate run` draws {count} images"))
                }
                None if !plan.directory.exists() => {
                    let told = dataset::with_way_out(plan, &error.to_string());
                    (Images::default(), format!("  {}", told.replace('\n', "\n  ")))
                }
                None => {
                    wrong.push(Error::Data(error.to_string()));
                    (Images::default(), "  cannot be used".to_owned())
                }
            },
        };
        images[index] = count;
        text.push_str(&format!("\nimages of {}\n{report}\n", files::shown(&plan.place())));
        seen_data.push((key, count));
    }

    let mut seen_tables: Vec<(String, &str)> = Vec::new();
    for (index, variant) in experiment.variants.iter().enumerate() {
        // A run's threads are not known before it starts; each takes little.
        let memory = Memory::estimate(&variant.settings, images[index], 1);
        let parts = memory.parts().map(|(what, count)| format!("{what} {}", bytes(count))).join(", ");
        // A string takes all that is written to it.
        let (total, mapped) = (bytes(memory.total()), bytes(memory.mapped));
        writeln!(
            text,
            "\nvariant {}: about {total} of memory ({parts}), and {mapped} of prepared images mapped from disk",
            files::shown(&variant.name)
        )
        .ok();
        let table = layer_table(&variant.settings.network);
        match seen_tables.iter().find(|(seen, _)| *seen == table) {
            Some((_, same)) => writeln!(text, "  layers as in {}", files::shown(same)).unwrap_or_default(),
            None => {
                text.push_str(&table);
                seen_tables.push((table, &variant.name));
            }
        }
    }
    text.push('\n');
    (text, wrong)
}
