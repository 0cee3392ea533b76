//! The last state of a run that has ended, lent to one that has more epochs and is trained beside it.

use crate::error::Error;
use crate::run_folder::absent;
use plan::Run;
use record::{RunDirectory, seal};
use std::fs;
use std::io;
use std::path::Path;

/// Lends what the finished run in `from` has left to `run`, which is to be trained in `to`, where it is the same but for
/// more epochs and has not got further by itself. The program looks whether images and engine are the same, too.
///
/// # Errors
/// [`Error::Write`].
pub fn lend(from: &RunDirectory, to: &RunDirectory, run: &Run) -> Result<(), Error> {
    let series = |run: &Run| plan::series_id(&run.settings, run.seed, "", None);
    let in_series = |directory: &RunDirectory| {
        let found: Option<Run> = seal::read_json(&directory.plan()).ok();
        found.filter(|found| series(found) == series(run))
    };
    let begun = in_series(to).is_some() && to.checkpoint().exists();
    let shorter = in_series(from).is_some_and(|old| old.settings.training.epochs < run.settings.training.epochs);
    if begun || !shorter {
        return Ok(());
    }
    // The rows first: without its checkpoint nobody looks at them.
    for (from, to) in [(from.rows(), to.rows()), (from.checkpoint(), to.checkpoint())] {
        absent(fs::remove_file(&to)).and_then(|()| share(&from, &to)).map_err(Error::write(&to))?;
    }
    Ok(())
}

/// The same file under another name, where the file system can: a program replaces what it was lent, and never writes
/// into it.
fn share(from: &Path, to: &Path) -> io::Result<()> {
    absent(fs::hard_link(from, to).or_else(|_| files::write(to, &fs::read(from)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run_folder::put_plan;
    use plan::layer::Dense;
    use plan::{
        Activation, Augmentation, DataPlan, Initializer, Layer, Loss, Network, Optimizer, Settings, Shape, Training,
    };

    fn run(epochs: u32, learning_rate: f64) -> Run {
        let dense = Layer::Dense(Dense {
            units: 1,
            use_bias: true,
            activation: Activation::Linear,
            kernel_initializer: Initializer::Zeros,
            kernel_l2: 0.0,
        });
        let training = Training {
            epochs,
            steps_per_epoch: None,
            loss: Loss::BinaryCrossentropy,
            optimizer: Optimizer::Sgd { learning_rate, momentum: 0.0, nesterov: false },
            metrics: Vec::new(),
            early_stopping: None,
            class_weight: None,
        };
        let settings = Settings {
            data: DataPlan::new("images", [1, 1]),
            augmentation: Augmentation::default(),
            network: Network::stack(Shape::Vector { units: 3 }, vec![("d".to_owned(), dense, None)]).unwrap(),
            training,
        };
        Run { experiment: "one".to_owned(), variant: "base".to_owned(), seed: 0, settings }
    }

    #[test]
    fn a_run_of_more_epochs_gets_the_state_and_any_other_does_not() {
        let results = tempfile::tempdir().unwrap();
        let directory = |name: &str| {
            fs::create_dir_all(results.path().join(name)).unwrap();
            RunDirectory::at(results.path().join(name))
        };
        let old = directory("old");
        put_plan(&old, &run(6, 0.1)).unwrap();
        lend(&old, &directory("none"), &run(9, 0.1)).unwrap();
        assert!(!directory("none").checkpoint().exists(), "there is none");
        fs::write(old.checkpoint(), "state").unwrap();
        fs::write(old.rows(), "rows").unwrap();
        for (name, run, lent) in [
            ("longer", run(9, 0.1), true),
            ("shorter", run(5, 0.1), false),
            ("as long", run(6, 0.1), false),
            ("faster", run(9, 0.2), false),
        ] {
            let new = directory(name);
            lend(&old, &new, &run).unwrap();
            let found = [new.checkpoint(), new.rows()].map(|path| fs::read_to_string(path).ok());
            assert_eq!(found, ["state", "rows"].map(|text| lent.then(|| text.to_owned())), "{name}");
        }
        // What is replaced, as programs do it, is not replaced in the old run.
        let new = directory("longer");
        files::write(&new.rows(), b"more rows").unwrap();
        assert_eq!(fs::read(old.rows()).unwrap(), b"rows");
        // A state of its own serves better; one of other settings does not.
        for (epochs, learning_rate, kept) in [(9, 0.1, "its own"), (9, 0.2, "state")] {
            put_plan(&new, &run(epochs, learning_rate)).unwrap();
            files::write(&new.checkpoint(), b"its own").unwrap();
            lend(&old, &new, &run(9, 0.1)).unwrap();
            assert_eq!(fs::read_to_string(new.checkpoint()).unwrap(), kept);
        }
        assert_eq!(fs::read(old.checkpoint()).unwrap(), b"state");
    }

    #[test]
    fn a_copy_in_place_of_a_link_is_a_new_file() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("from"), "state").unwrap();
        fs::write(at("other"), "other").unwrap();
        // No link can be made where a file is: it is replaced, and not written into.
        fs::hard_link(at("other"), at("to")).unwrap();
        share(&at("from"), &at("to")).unwrap();
        assert_eq!(fs::read(at("to")).unwrap(), b"state");
        assert_eq!(fs::read(at("other")).unwrap(), b"other");
        share(&at("none"), &at("new")).unwrap();
        assert!(!at("new").exists());
    }
}
