//! An estimate of a training run's peak memory, from what the engine keeps and for how long.
//!
//! A sum of named parts. Two moments can be the peak: a step, when the activations of a whole batch are there and, from
//! the second epoch on, the file of a checkpoint that is still being written, or the encoding of a checkpoint, when the
//! weights are there several times. What is large is counted to the byte; what is
//! small and depends on the allocator is a constant, measured. A test compares it with what programs take.

use crate::activation::Activation;
use crate::data::{Normalization, Sampling};
use crate::layer::{Layer, LayerPlan};
use crate::run::Settings;
use crate::step::{Step, steps};

const F32: u64 = 4;
const MIB: u64 = 1 << 20;

/// The program itself: its code, what it reads at the start, and small things.
const PROGRAM: u64 = 9 * MIB / 2;
/// A thread's stack, its share of the allocator, and the working memory of a kernel.
const THREAD: u64 = MIB;
/// What is known of an image besides its pixels: its place, its class, and both as text while they are read.
const IMAGE: u64 = 24;
/// Batches that are ready before they are asked for: the length of the loader's queue.
pub const QUEUED: usize = 3;
/// Batches of the loader: those in its queue, one in its hand, one in the step; and that of a validation, which the
/// allocator does not put in their place.
const BATCHES: u64 = QUEUED as u64 + 3;
/// Batches of an evaluation: those in its queue, one in its hand, one that is looked at.
const EVALUATED: u64 = QUEUED as u64 + 2;
/// With more weights than this, a dense layer keeps the factors of its kernel's gradient in place of the gradient, which
/// costs more to write and read than to compute where it is needed.
pub const LARGE: usize = 1 << 16;
/// Sums of a kernel's gradient over all chunks of a batch together, at most. `kernels` has its own number, for it uses no
/// other crate; a test of `nn`, which uses both, compares them.
const SUMS: u64 = 5 << 18;

/// Images of each split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Images {
    /// To train on.
    pub train: usize,
    /// To look at after each epoch.
    pub validation: usize,
    /// To look at in the end.
    pub test: usize,
}

/// Bytes of a training run, by what they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// The program and its threads.
    pub program: u64,
    /// What is known of the images of all splits.
    pub images: u64,
    /// The prepared images, a byte for each of their values. They are mapped from a file, which the system keeps in memory
    /// as far as it has room, once for all runs: no part of the total.
    pub mapped: u64,
    /// Batches that are prepared ahead, a number for each value.
    pub batches: u64,
    /// The weights, those of the best epoch, what the optimizer keeps for each, and their gradients (of a large dense
    /// kernel the two factors).
    pub weights: u64,
    /// What each step of the network keeps of a batch: its output, the gradient of it, and notes for the way back.
    pub activations: u64,
    /// Working memory of the layer that takes most: transformed kernels, and sums that are added up in the end.
    pub scratch: u64,
    /// A checkpoint while it is written: a copy of the weights, the bytes of the file, and those of its largest array.
    pub checkpoint: u64,
    /// What is left of the activations while a checkpoint is written. Layers keep the last pass alone, and that is the
    /// last, smaller batch where the images of a split do not make whole batches.
    pub remainder: u64,
    /// The bytes of a checkpoint's file, while the next epoch trains.
    pub file: u64,
}

impl Memory {
    /// Estimates for a run on `images`, with `threads` threads.
    pub fn estimate(settings: &Settings, images: Images, threads: usize) -> Memory {
        let (network, training) = (&settings.network, &settings.training);
        let trains = training.epochs > 0;
        let whole = settings.data.batch_size as u64;
        // Of the split that is there: a file whose images are not there yet is estimated as if there were many.
        let batch = |images: usize| if images == 0 { whole } else { whole.min(images as u64) };
        let last = |images: usize| (images as u64).checked_rem(whole).filter(|rest| *rest > 0).unwrap_or(whole);
        let largest = if trains { batch(images.train) } else { batch(images.validation) };

        let parameters = || network.layers.iter().flat_map(LayerPlan::parameters).map(|one| one.size() as u64);
        let (all, array) = (parameters().sum::<u64>(), parameters().max().unwrap_or(0));
        let slots = training.optimizer.slots() as u64;
        let gradients: u64 = network.layers.iter().map(|layer| parameter_gradients(layer, largest)).sum();
        let kept = Kept::of(&network.layers);
        let scratch = steps(&network.layers).iter().map(|step| scratch(*step, largest, threads as u64)).max();

        // Mean and deviation are taken from training images that are not trained on, too.
        let reads = trains || settings.data.normalization == Normalization::Standardize;
        let decoded = images.validation + images.test + if reads { images.train } else { 0 };
        let image = network.input.size() as u64;
        let ahead = match (trains, training.steps_per_epoch) {
            (false, _) => EVALUATED,
            (true, Some(steps)) => BATCHES.min(u64::from(steps) + 1),
            (true, None) if images.train == 0 => BATCHES,
            (true, None) => BATCHES.min((images.train as u64).div_ceil(whole) + 1),
        };
        // Images are mixed with those of a copy.
        let augmentation = &settings.augmentation;
        let mixed = u64::from(trains && augmentation.mixup.or(augmentation.cutmix).is_some());
        let activations = if trains { kept.forward + kept.backward } else { kept.forward } * largest;
        let visited = match settings.data.sampling {
            Sampling::Natural => images.train,
            Sampling::Balanced => images.train - images.train % settings.data.classes.len().max(1),
        };
        let last_step = if training.steps_per_epoch.is_some() { largest } else { last(visited).min(largest) };
        let last_pass = if images.validation == 0 { last_step } else { last(images.validation) };
        Memory {
            program: PROGRAM + THREAD * threads as u64,
            images: decoded as u64 * IMAGE,
            mapped: decoded as u64 * image,
            batches: (ahead + mixed) * largest * image * F32,
            weights: if trains { (all * (2 + slots) + gradients) * F32 } else { all * 2 * F32 },
            activations,
            scratch: scratch.unwrap_or(0) * F32,
            checkpoint: if trains { (all * (2 + slots) + array) * F32 } else { (all + array) * F32 },
            file: if training.epochs > 1 { all * (2 + slots) * F32 } else { 0 },
            remainder: kept.forward * last_pass + if trains { kept.backward * last_step } else { 0 },
        }
    }

    /// The most at one time.
    pub fn total(self) -> u64 {
        self.parts().iter().map(|(_, bytes)| bytes).sum()
    }

    /// What the total is made of, for a person.
    pub fn parts(self) -> [(&'static str, u64); 6] {
        let encoded = self.remainder + self.checkpoint > self.activations + self.file;
        let (activations, checkpoint) =
            if encoded { (self.remainder, self.checkpoint) } else { (self.activations, self.file) };
        [
            ("images", self.images),
            ("batches", self.batches),
            ("weights", self.weights),
            ("activations", activations),
            ("checkpoint", checkpoint),
            ("program", self.program + self.scratch),
        ]
    }
}

/// Bytes that layers keep for each image of a batch.
#[derive(Clone, Copy, Default)]
struct Kept {
    /// Of the pass forward.
    forward: u64,
    /// Gradients.
    backward: u64,
}

impl Kept {
    fn of(layers: &[LayerPlan]) -> Kept {
        let mut kept = Kept::default();
        // Nothing before the first layer with weights has a gradient.
        let mut trained = false;
        for step in steps(layers) {
            let (values, notes) = output(step);
            trained |= match step {
                Step::One(layer) => layer.parameter_count() > 0,
                Step::ConvReluPool(..) => true,
            };
            kept.forward += values * F32 + notes;
            kept.backward += if trained { values * F32 } else { 0 };
        }
        kept
    }
}

/// Values that a step keeps as its output, and bytes that it keeps besides.
fn output(step: Step<'_>) -> (u64, u64) {
    match step {
        // The cell of its window that each value came from.
        Step::ConvReluPool(_, pool) => (pool.output.size() as u64, pool.output.size() as u64),
        Step::One(layer) => {
            let values = layer.output.size() as u64;
            match &layer.layer {
                // The pixel that each value came from.
                Layer::MaxPool2d(_) => (values, 4 * values),
                // What each value was multiplied with.
                Layer::Dropout(dropout) if dropout.rate > 0.0 => (values, 4 * values),
                Layer::Flatten | Layer::Dropout(_) | Layer::Activation { function: Activation::Linear } => (0, 0),
                Layer::Conv2d(_)
                | Layer::AveragePool2d(_)
                | Layer::GlobalAveragePool2d
                | Layer::Dense(_)
                | Layer::Activation { .. } => (values, 0),
            }
        }
    }
}

/// Numbers that a layer keeps as the gradients of its parameters.
fn parameter_gradients(layer: &LayerPlan, batch: u64) -> u64 {
    let all = layer.parameter_count() as u64;
    let (inputs, outputs) = (layer.input.size() as u64, layer.output.size() as u64);
    match &layer.layer {
        Layer::Dense(_) if inputs * outputs > LARGE as u64 => all - inputs * outputs + batch * (inputs + outputs),
        Layer::Dense(_)
        | Layer::Conv2d(_)
        | Layer::MaxPool2d(_)
        | Layer::AveragePool2d(_)
        | Layer::GlobalAveragePool2d
        | Layer::Flatten
        | Layer::Dropout(_)
        | Layer::Activation { .. } => all,
    }
}

/// Numbers that the kernels of a step use while they work.
pub fn scratch(step: Step<'_>, batch: u64, threads: u64) -> u64 {
    let layer = match step {
        Step::ConvReluPool(layer, _) | Step::One(layer) => layer,
    };
    let kernel = layer.parameters().first().map_or(0, |kernel| kernel.size() as u64);
    let (inputs, outputs) = (layer.input.size() as u64, layer.output.size() as u64);
    match &layer.layer {
        Layer::Conv2d(conv) => {
            let chunks = [16, 8, 4, 2].into_iter().find(|chunks| chunks * kernel <= SUMS).unwrap_or(1);
            let transformed = match step {
                // 36 numbers in place of nine; in a gradient, for each thread.
                Step::One(_) if conv.window.size == [3, 3] && conv.window.strides == [1, 1] => 4 * kernel * threads,
                Step::ConvReluPool(..) => 4 * kernel,
                Step::One(_) => kernel,
            };
            // An image with its padding for each thread; of wide groups, the batch's numbers of one group.
            let framed = match step {
                Step::One(_) => threads.min(batch) * inputs.max(outputs),
                Step::ConvReluPool(..) => 0,
            };
            let group = if conv.groups > 1 { batch * (inputs + outputs) / conv.groups as u64 } else { 0 };
            chunks.min(batch) * kernel + transformed + framed + group
        }
        // Forward, the products of a chunk of rows each; backward, the gradient of the input the other way round.
        Layer::Dense(_) => {
            let rows = inputs.div_ceil(64).next_multiple_of(16).max(128);
            batch * inputs.max(inputs.div_ceil(rows) * outputs)
        }
        Layer::MaxPool2d(_)
        | Layer::AveragePool2d(_)
        | Layer::GlobalAveragePool2d
        | Layer::Flatten
        | Layer::Dropout(_)
        | Layer::Activation { .. } => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Conv2d, Dense, Dropout, Pool2d};
    use crate::shape::{Padding, Shape, Window};
    use crate::{Initializer, Network};

    fn conv(activation: Activation) -> Layer {
        Layer::Conv2d(Conv2d {
            filters: 4,
            window: Window { size: [3, 3], strides: [1, 1], padding: Padding::Valid },
            groups: 1,
            use_bias: true,
            activation,
            kernel_initializer: Initializer::GlorotUniform,
            kernel_l2: 0.0,
        })
    }

    fn dense(units: usize) -> Layer {
        Layer::Dense(Dense {
            units,
            use_bias: true,
            activation: Activation::Linear,
            kernel_initializer: Initializer::GlorotUniform,
            kernel_l2: 0.0,
        })
    }

    fn pool() -> Layer {
        Layer::MaxPool2d(Pool2d { window: Window { size: [2, 2], strides: [2, 2], padding: Padding::Valid } })
    }

    fn layers(layers: Vec<Layer>) -> Vec<LayerPlan> {
        let named = layers.into_iter().enumerate().map(|(index, layer)| (format!("layer_{index}"), layer, None));
        Network::stack(Shape::Image { height: 10, width: 10, channels: 3 }, named.collect()).unwrap().layers
    }

    #[test]
    fn a_fused_pair_keeps_the_pooled_output_and_a_byte_of_each() {
        let pooled = 4 * 4 * 4;
        let fused = Kept::of(&layers(vec![conv(Activation::Relu), pool()]));
        assert_eq!((fused.forward, fused.backward), (pooled * 5, pooled * 4));
        let whole = 8 * 8 * 4;
        let apart = Kept::of(&layers(vec![conv(Activation::Tanh), pool()]));
        assert_eq!((apart.forward, apart.backward), (whole * 4 + pooled * 8, (whole + pooled) * 4));
    }

    #[test]
    fn what_gives_its_input_back_keeps_nothing_and_what_is_not_trained_has_no_gradient() {
        let dropout = |rate| Layer::Dropout(Dropout { rate });
        let kept = Kept::of(&layers(vec![dropout(0.5), Layer::Flatten, dropout(0.0), dense(7)]));
        assert_eq!((kept.forward, kept.backward), (300 * 8 + 7 * 4, 7 * 4));
    }

    #[test]
    fn a_large_matrix_has_the_factors_of_its_gradient() {
        let of = |units| parameter_gradients(&layers(vec![Layer::Flatten, dense(units)])[1], 20);
        assert_eq!(of(200), 300 * 200 + 200);
        assert_eq!(of(400), 400 + 20 * (300 + 400));
    }
}
