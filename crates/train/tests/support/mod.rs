//! What the tests share: a small network, as a plan and as a model, and small images.

#![allow(dead_code, unused_imports, reason = "each test file uses some of it")]

mod images;
pub mod keras;
mod model;

pub use images::draw_images;
pub use model::Small;

use plan::layer::{Conv2d, Dense, Dropout, Pool2d};
use plan::{
    Activation, Augmentation, DataPlan, Initializer, LabelMode, Layer, Loss, Metric, Network, Optimizer, Padding,
    Prepared, Run, Settings, Shape, Training, Window,
};
use record::{Event, RunDirectory, RunRecord};
use std::path::Path;
use train::channel::Closed;
use train::{Order, Pace, TrainError, fit};

fn conv2d(filters: usize, padding: Padding) -> Layer {
    Layer::Conv2d(Conv2d {
        filters,
        window: Window { size: [3, 3], strides: [1, 1], padding },
        groups: 1,
        use_bias: true,
        activation: Activation::Relu,
        kernel_initializer: Initializer::GlorotUniform,
        kernel_l2: 0.0,
    })
}

fn dense(units: usize, activation: Activation, kernel_l2: f64) -> Layer {
    let kernel_initializer = Initializer::GlorotUniform;
    Layer::Dense(Dense { units, use_bias: true, activation, kernel_initializer, kernel_l2 })
}

fn max_pool2d() -> Layer {
    Layer::MaxPool2d(Pool2d { window: Window { size: [2, 2], strides: [2, 2], padding: Padding::Valid } })
}

/// The plan of [`Small`], with a dropout rate before the last layer and an L2 penalty on `dense1`.
pub fn network(rate: f32, l2: f64) -> Network {
    let layers = [
        ("conv1", conv2d(8, Padding::Valid)),
        ("pool1", max_pool2d()),
        ("conv2", conv2d(8, Padding::Same)),
        ("flatten", Layer::Flatten),
        ("dense1", dense(16, Activation::Relu, l2)),
        ("dropout", Layer::Dropout(Dropout { rate })),
        ("output", dense(3, Activation::Linear, 0.0)),
    ];
    let named = layers.map(|(name, layer)| (name.to_owned(), layer, None)).into();
    Network::stack(Shape::Image { height: 16, width: 16, channels: 3 }, named).unwrap()
}

/// Four epochs of Adam on the images in `directory`, with dropout, augmentation and a penalty.
pub fn run(directory: &Path) -> Run {
    let data = DataPlan { label_mode: LabelMode::Categorical, batch_size: 4, ..DataPlan::new(directory, [16, 16]) };
    let flip = plan::Operation::Flip { axis: plan::augment::FlipAxis::Horizontal, p: 0.5 };
    let augmentation = Augmentation { operations: vec![flip], ..Augmentation::default() };
    let optimizer = Optimizer::Adam { learning_rate: 3e-3, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 };
    let training = Training {
        epochs: 4,
        steps_per_epoch: None,
        loss: Loss::CategoricalCrossentropy,
        optimizer,
        metrics: vec![Metric::Accuracy],
        early_stopping: None,
        class_weight: None,
    };
    let settings = Settings { data, augmentation, network: network(0.25, 1e-3), training };
    Run { experiment: "tests".into(), variant: "base".into(), seed: 7, settings }
}

/// Prepares the images of `run`, in a cache in the folder that holds theirs.
///
/// # Panics
/// Where an image cannot be used, and the run says to refuse.
pub fn prepare(run: &Run) -> Prepared {
    let data = &run.settings.data;
    let cache = data::Cache::open(&data.directory.with_file_name("cache")).unwrap();
    let prepared = cache.prepare(&mut data::scan(data).unwrap(), data, &mut |_| {}).unwrap();
    prepared.set.unwrap_or_else(|| panic!("images that cannot be used: {:?}", prepared.bad))
}

/// Trains in `folder` and gives the events, too.
pub fn train(run: &Run, folder: &Path) -> (Result<RunRecord, TrainError>, Vec<Event>) {
    train_until(run, folder, 2, |_| false)
}

/// Trains on images that were prepared before.
pub fn train_on(run: &Run, images: &Prepared, folder: &Path) -> Result<RunRecord, TrainError> {
    listen_until(run, images, folder, 2, Pace::EveryEpoch, |_| false).0
}

/// Trains on so many threads, and stops listening at the first event that `enough` is true of.
pub fn train_until(
    run: &Run,
    folder: &Path,
    threads: usize,
    enough: impl Fn(&Event) -> bool + Send + Sync,
) -> (Result<RunRecord, TrainError>, Vec<Event>) {
    listen_until(run, &prepare(run), folder, threads, Pace::EveryEpoch, enough)
}

/// Trains as a program does, with a checkpoint now and then.
pub fn train_at_pace(run: &Run, folder: &Path, pace: Pace) -> (Result<RunRecord, TrainError>, Vec<Event>) {
    listen_until(run, &prepare(run), folder, 2, pace, |_| false)
}

fn listen_until(
    run: &Run,
    images: &Prepared,
    folder: &Path,
    threads: usize,
    pace: Pace,
    enough: impl Fn(&Event) -> bool + Send + Sync,
) -> (Result<RunRecord, TrainError>, Vec<Event>) {
    let directory = RunDirectory::at(folder.to_path_buf());
    let order = Order { run, run_id: "feed", images, directory: &directory, threads, pace };
    let mut events = Vec::new();
    let mut listen = |event: &Event| {
        events.push(event.clone());
        if enough(event) { Err(Closed) } else { Ok(()) }
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let result = pool.install(|| fit::<Small>(order, &mut listen));
    (result, events)
}
