//! What a pass through the model is for.

/// Decides what dropout does.
#[derive(Clone, Copy, Debug)]
pub enum Pass<'a> {
    /// Dropout does nothing.
    Inference,
    /// Dropout draws a mask for each sample from the stream of (seed, layer, epoch, position): the same mask in
    /// whatever batch and order the sample comes.
    Training {
        /// The run's seed.
        seed: u64,
        /// The epoch, from 1.
        epoch: u64,
        /// Of each sample of the batch, its position in the epoch.
        positions: &'a [u64],
    },
}
