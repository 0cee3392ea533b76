//! An estimate of a training run's peak memory.

use crate::run::Settings;

const F32: u64 = 4;

/// Bytes of a training run, by what they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Weights, their gradients, the optimizer's state and the best epoch's copy; and what a checkpoint holds of them
    /// while it is written.
    pub weights: u64,
    /// Activations of one batch and their gradients.
    pub activations: u64,
    /// Decoded images that are held, for `images` of them.
    pub images: u64,
}

impl Memory {
    /// Estimates for a run whose data set has `images` images in all splits.
    pub fn estimate(settings: &Settings, images: usize) -> Memory {
        let network = &settings.network;
        let copies = 5 + 2 * settings.training.optimizer.slots() as u64;
        let values: u64 = network.layers.iter().map(|layer| layer.output.size() as u64).sum();
        let image = network.input.size() as u64;
        let batch = settings.data.batch_size as u64;
        Memory {
            weights: network.parameter_count() as u64 * copies * F32,
            activations: batch * (2 * values + image) * F32,
            images: images as u64 * image,
        }
    }

    /// All of it.
    pub fn total(self) -> u64 {
        self.weights + self.activations + self.images
    }
}
