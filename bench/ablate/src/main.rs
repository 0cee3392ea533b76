//! A worker of the benchmark: the training steps in Ablate. The protocol is in bench/README.md.
//!
//!     bench NETWORK THREADS MODE [BATCH]
//!
//! Modes: `step` takes one batch again and again; `loaded` takes batches of the training loader; `augmented` the same, by
//! the network's augmentation.

use data::{Batch, Batches, Images, TrainLoader};
use nn::Model;
use plan::{Augmentation, Run, Settings};
use std::error::Error;
use std::io::BufRead;
use std::sync::Arc;
use train::learner::Learner;
use train::peak;
use train::program::on_threads;
use train::timing::Stopwatch;

include!(concat!(env!("OUT_DIR"), "/networks.rs"));

type Failure = Box<dyn Error>;

/// The command line.
struct Arguments {
    network: String,
    threads: usize,
    mode: Mode,
    /// Images in a batch, where it is not the network's own number.
    batch: Option<usize>,
}

/// Where batches come from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Step,
    Loaded,
    Augmented,
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (network, threads, mode, batch) = match arguments.as_slice() {
        [network, threads, mode] => (network, threads, mode, None),
        [network, threads, mode, batch] => (network, threads, mode, Some(batch.parse()?)),
        _ => return Err("bench NETWORK THREADS MODE [BATCH]".into()),
    };
    let mode = match mode.as_str() {
        "step" => Mode::Step,
        "loaded" => Mode::Loaded,
        "augmented" => Mode::Augmented,
        _ => return Err(format!("no mode `{mode}`; there are `step`, `loaded` and `augmented`").into()),
    };
    nn::check_processor()?;
    serve(&Arguments { network: network.clone(), threads: threads.parse()?, mode, batch })
}

/// Speaks the protocol for the model of `settings`, which are JSON.
fn train_steps<M: Model>(settings: &str, arguments: &Arguments) -> Result<(), Failure> {
    let mut settings: Settings = serde_json::from_str(settings)?;
    settings.data.batch_size = arguments.batch.unwrap_or(settings.data.batch_size);
    let mut feed = Feed::new(&settings, arguments)?;
    let parameters = settings.network.parameter_count();
    let name = arguments.network.clone();
    let run = Run { experiment: name.clone(), variant: name, seed: 0, settings };
    on_threads(arguments.threads, || {
        let mut learner = Learner::<M>::new(&run)?;
        println!("ready {parameters}");
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let answer = match line.parse() {
                Ok(steps) => (0..steps).map(|_| timed_step(&mut learner, &mut feed)).collect::<Result<Vec<_>, _>>()?,
                Err(_) => vec![(peak::resident().unwrap_or(0) / 1024).to_string()],
            };
            println!("{}", answer.join(" "));
        }
        Ok(())
    })?;
    Ok(())
}

/// Batches of random images, which need not be good ones, and every class in turn.
enum Feed {
    /// One, prepared before the clock starts.
    Constant(Batch),
    /// Those that a loader prepares while the network trains.
    Loaded { loader: TrainLoader, epoch: u64, batches: Batches },
}

/// Batches in an epoch of a loader.
const STEPS: usize = 100;

impl Feed {
    fn new(settings: &Settings, arguments: &Arguments) -> Result<Feed, Failure> {
        let mut state = 1_u64;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1 << 24) as f32
        };
        let classes = settings.network.output().size().max(2);
        let labels = |count| (0..count).map(|image| (image % classes) as u32).collect();
        let (count, values) = (settings.data.batch_size, settings.network.input.size());
        if arguments.mode == Mode::Step {
            return Ok(Feed::Constant(Batch {
                pixels: (0..count * values).map(|_| draw()).collect(),
                labels: labels(count),
                mixed: Vec::new(),
                positions: (0..count as u64).collect(),
            }));
        }
        let plain = Augmentation::default();
        let augmentation = if arguments.mode == Mode::Loaded { &plain } else { &settings.augmentation };
        if arguments.mode == Mode::Augmented && augmentation.operations.is_empty() {
            return Err(format!("{} has no augmentation", arguments.network).into());
        }
        let images = count * STEPS;
        let levels = (0..images * values).map(|_| (draw() * 256.0) as u8).collect();
        let [height, width] = settings.data.image_size;
        let images = Arc::new(Images::held(height, width, settings.data.color_mode, levels, labels(images)));
        let loader = TrainLoader::new(images, &settings.data, augmentation, None, None, 0, arguments.threads)?;
        let batches = loader.epoch(1)?;
        Ok(Feed::Loaded { loader, epoch: 1, batches })
    }

    fn next(&mut self) -> Result<Batch, train::TrainError> {
        match self {
            Feed::Constant(batch) => Ok(batch.clone()),
            Feed::Loaded { loader, epoch, batches } => loop {
                if let Some(batch) = batches.next() {
                    return Ok(batch);
                }
                *epoch += 1;
                *batches = loader.epoch(*epoch)?;
            },
        }
    }
}

/// A step of training, in nanoseconds, with the wait for its batch.
fn timed_step<M: Model>(learner: &mut Learner<M>, feed: &mut Feed) -> Result<String, train::TrainError> {
    let clock = Stopwatch::new();
    let seen = learner.step(1, feed.next()?)?;
    let nanoseconds = clock.seconds() * 1e9;
    assert!(seen.loss.is_finite(), "the loss is {}", seen.loss);
    Ok(format!("{nanoseconds:.0}"))
}
