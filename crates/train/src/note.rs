//! What the file of a trained model says of itself, in its header: how a picture becomes what the network takes, and what
//! its outputs stand for. docs/python.md shows other programs that go by it.

use data::Standardization;
use plan::{ColorMode, Interpolation, Loss, Normalization, Run};
use serde::{Deserialize, Serialize};

/// The note of `model.safetensors`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// The class names, in label order.
    pub classes: Vec<String>,
    /// The loss, which decides how outputs become probabilities: a sigmoid of the one output for the second of two classes,
    /// or a softmax over an output for each class.
    pub loss: Loss,
    /// Height and width that a picture is resized to.
    pub image_size: [usize; 2],
    /// Its channels.
    pub color_mode: ColorMode,
    /// How it is resized.
    pub interpolation: Interpolation,
    /// What the network takes for a level of 0 to 255.
    pub normalization: Normalization,
    /// Mean and standard deviation of each channel, where images are standardized.
    #[serde(flatten)]
    pub standardization: Option<Standardization>,
}

impl Note {
    /// Of the model of `run`.
    pub fn new(run: &Run, classes: &[String], standardization: Option<&Standardization>) -> Note {
        let data = &run.settings.data;
        Note {
            classes: classes.to_vec(),
            loss: run.settings.training.loss,
            image_size: data.image_size,
            color_mode: data.color_mode,
            interpolation: data.interpolation,
            normalization: data.normalization,
            standardization: standardization.cloned(),
        }
    }
}
