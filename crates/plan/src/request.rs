//! What a model program is asked to do. It comes as one line of JSON on standard input, which then stays open: when it
//! closes, the tool is gone and the program ends.

use crate::run::Run;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Images that the tool has prepared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    /// The list of them, a file of the cache.
    #[serde(with = "crate::path")]
    pub set: PathBuf,
    /// The digest of the manifest that they were prepared from, as in the run's id.
    pub digest: String,
}

/// A request to a model program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum Request {
    /// Train, or go on training, and leave all that belongs to the run in `directory`.
    Train {
        /// What to train.
        run: Run,
        /// Its id: a checkpoint of another id is not gone on from.
        run_id: String,
        /// Its images.
        images: Prepared,
        /// The run's folder, which exists.
        #[serde(with = "crate::path")]
        directory: PathBuf,
        /// Threads of the engine.
        threads: usize,
    },
    /// Classify images with a trained model.
    Predict {
        /// What was trained.
        run: Run,
        /// Its weights.
        #[serde(with = "crate::path")]
        model: PathBuf,
        /// The images.
        #[serde(with = "crate::path")]
        images: Vec<PathBuf>,
        /// Threads of the engine.
        threads: usize,
    },
    /// Draw what each layer of a trained model makes of an image.
    Explain {
        /// What was trained.
        run: Run,
        /// Its weights.
        #[serde(with = "crate::path")]
        model: PathBuf,
        /// The image.
        #[serde(with = "crate::path")]
        image: PathBuf,
        /// Where the pictures go; the folder exists.
        #[serde(with = "crate::path")]
        directory: PathBuf,
        /// Threads of the engine.
        threads: usize,
    },
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::{Augmentation, DataPlan, Layer, Loss, Network, Optimizer, Settings, Shape, Training};
    use std::os::unix::ffi::OsStringExt;

    /// In whatever folder a project, its images or its results lie, the program finds them.
    #[test]
    fn every_path_of_a_request_comes_through() {
        let odd = |name: &[u8]| PathBuf::from(std::ffi::OsString::from_vec([b"/caf\xe9/", name].concat()));
        let input = Shape::Image { height: 4, width: 4, channels: 3 };
        let mut network = Network::stack(input, vec![("flatten".to_owned(), Layer::Flatten, None)]).unwrap();
        network.weights = Some(odd(b"weights"));
        let mut data = DataPlan::new(odd(b"data"), [4, 4]);
        data.source.manifest = Some(odd(b"list"));
        let optimizer = Optimizer::Sgd { learning_rate: 0.1, momentum: 0.0, nesterov: false };
        let training = Training {
            epochs: 1,
            steps_per_epoch: None,
            loss: Loss::BinaryCrossentropy,
            optimizer,
            metrics: Vec::new(),
            early_stopping: None,
            class_weight: None,
        };
        let settings = Settings { data, augmentation: Augmentation::default(), network, training };
        let run = Run { experiment: "e".to_owned(), variant: "v".to_owned(), seed: 0, settings };
        let images = Prepared { set: odd(b"set"), digest: "d".to_owned() };
        let (directory, model, threads) = (odd(b"run"), odd(b"model"), 1);
        let requests = [
            Request::Train { run: run.clone(), run_id: "r".to_owned(), images, directory: directory.clone(), threads },
            Request::Predict { run: run.clone(), model: model.clone(), images: vec![odd(b"\xff"), odd(b"b")], threads },
            Request::Explain { run, model, image: odd(b"\xff\n"), directory, threads },
        ];
        for request in requests {
            let json = serde_json::to_string(&request).unwrap();
            assert!(!json.contains('\n'), "{json}");
            assert_eq!(serde_json::from_str::<Request>(&json).unwrap(), request);
        }
    }
}
