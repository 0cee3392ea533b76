//! Why a program cannot go on. Each message names the thing, and what to do where there is something to do.

use crate::arrays::ArraysError;
use crate::channel::Closed;
use crate::checkpoint::CheckpointError;
use crate::optimizer::StateError;
use crate::weights::WeightsError;
use std::io;
use std::path::PathBuf;

/// Why a model program ends before its work is done.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The request cannot be understood.
    #[error("expected a request, one line of JSON on standard input: {0}")]
    Request(String),
    /// The processor will not do.
    #[error("{0}")]
    Processor(String),
    /// The engine's threads cannot be started.
    #[error("cannot start {threads} threads: {source}")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// The system's reason.
        source: rayon::ThreadPoolBuildError,
    },
    /// The prepared images are not as they should be.
    #[error(transparent)]
    Cache(#[from] data::CacheError),
    /// An image cannot be used.
    #[error("cannot use {path}: {reason}", path = files::shown(&.0.path), reason = .0.reason)]
    Image(data::BadImage),
    /// Batches cannot be made.
    #[error(transparent)]
    Loader(#[from] data::LoaderError),
    /// The loss tells two classes apart, and there are more or fewer.
    #[error(
        "binary_crossentropy tells 2 classes apart, but the data has {classes}: {names}; write \
         loss = \"categorical_crossentropy\", and end the network with an output for each class",
        classes = names.len(), names = listed(names)
    )]
    NotBinary {
        /// The classes that the data has.
        names: Vec<String>,
    },
    /// The network gives another number of logits than the classes need.
    #[error(
        "the network ends with {found} outputs, but {loss} for the {classes} classes {names} needs {expected}",
        classes = names.len(), names = listed(names)
    )]
    Head {
        /// Outputs of the last layer.
        found: usize,
        /// Outputs that are needed.
        expected: usize,
        /// The loss.
        loss: &'static str,
        /// The classes that the data has.
        names: Vec<String>,
    },
    /// A weight is given to a class that is not there.
    #[error("training.class_weight names the class {}, but the data has the classes {}", files::shown(.name), listed(.names))]
    ClassWeight {
        /// The class that is not there.
        name: String,
        /// The classes that the data has.
        names: Vec<String>,
    },
    /// Early stopping watches what there is not.
    #[error("early_stopping watches {monitor}, but there are no validation images to measure it on")]
    Monitor {
        /// The watched number.
        monitor: String,
    },
    /// Early stopping watches a metric that is not measured.
    #[error("early_stopping watches {monitor}, which is not among the metrics")]
    Metric {
        /// The watched number.
        monitor: String,
    },
    /// The program was generated for another network.
    #[error("the program is not the run's: {0}")]
    Build(#[from] nn::BuildError),
    /// The weights to start from do not fit.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// Weights cannot be put into a file.
    #[error("cannot put the weights into a file: {0}")]
    Encode(#[from] ArraysError),
    /// A row cannot be put into a file.
    #[error("cannot put an epoch's row into a file: {0}")]
    Row(#[from] serde_json::Error),
    /// A checkpoint is there but cannot be read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A file cannot be written, for want of room or permission.
    #[error("cannot write {path}: {source}{}", files::advice(source), path = files::shown(path))]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Something went wrong while a file was written, which could not be written either.
    #[error("{error}\n{write}")]
    Both {
        /// What went wrong.
        error: Box<TrainError>,
        /// The file.
        write: Box<TrainError>,
    },
    /// The outputs for an image are no numbers.
    #[error("the network's outputs for {image} are not finite: its weights are broken", image = files::shown(image))]
    NotFinite {
        /// The image.
        image: PathBuf,
    },
    /// There is no room for the gradients.
    #[error("out of memory in the backward pass ({0}); a smaller batch_size needs less")]
    Memory(String),
    /// A checkpoint holds another optimizer's state.
    #[error(transparent)]
    State(#[from] StateError),
    /// Nobody listens any more.
    #[error(transparent)]
    Closed(#[from] Closed),
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| files::shown(name).to_string()).collect::<Vec<_>>().join(", ")
}

impl TrainError {
    /// Whether another try would end in the same way: it lies in what was asked, not in what happened meanwhile.
    pub fn is_lasting(&self) -> bool {
        match self {
            TrainError::Processor(_)
            | TrainError::Image(_)
            | TrainError::NotBinary { .. }
            | TrainError::Head { .. }
            | TrainError::ClassWeight { .. }
            | TrainError::Monitor { .. }
            | TrainError::Metric { .. }
            | TrainError::NotFinite { .. } => true,
            TrainError::Weights(error) => match error {
                WeightsError::Format { .. } | WeightsError::Standardization { .. } | WeightsError::Misfit { .. } => {
                    true
                }
                WeightsError::Read { .. } => false,
            },
            TrainError::Both { error, .. } => error.is_lasting(),
            TrainError::Request(_)
            | TrainError::Threads { .. }
            | TrainError::Cache(_)
            | TrainError::Loader(_)
            | TrainError::Build(_)
            | TrainError::Encode(_)
            | TrainError::Checkpoint(_)
            | TrainError::Row(_)
            | TrainError::Write { .. }
            | TrainError::Memory(_)
            | TrainError::State(_)
            | TrainError::Closed(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_classes_cannot_move_a_cursor() {
        let names = || vec!["cat".to_owned(), "\u{1b}[2Jdog\n".to_owned()];
        for error in [
            TrainError::NotBinary { names: names() },
            TrainError::Head { found: 1, expected: 2, loss: "categorical_crossentropy", names: names() },
            TrainError::ClassWeight { name: "\u{1b}[2J".to_owned(), names: names() },
        ] {
            let said = error.to_string();
            assert!(said.contains("dog") && !said.chars().any(char::is_control), "{said:?}");
        }
    }
}
