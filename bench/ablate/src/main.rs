//! A worker of the benchmark: the training steps in Ablate. The protocol is in bench/README.md.
//!
//!     bench NETWORK THREADS MODE [BATCH]
//!
//! There is one mode, `step`.

use data::Batch;
use nn::Model;
use plan::{Run, Settings};
use std::error::Error;
use std::io::BufRead;
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
    /// Images in a batch, where it is not the network's own number.
    batch: Option<usize>,
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (network, threads, mode, batch) = match arguments.as_slice() {
        [network, threads, mode] => (network, threads, mode, None),
        [network, threads, mode, batch] => (network, threads, mode, Some(batch.parse()?)),
        _ => return Err("bench NETWORK THREADS MODE [BATCH]".into()),
    };
    if mode != "step" {
        return Err(format!("no mode `{mode}`; there is `step`").into());
    }
    nn::check_processor()?;
    serve(&Arguments { network: network.clone(), threads: threads.parse()?, batch })
}

/// Speaks the protocol for the model of `settings`, which are JSON.
fn train_steps<M: Model>(settings: &str, arguments: &Arguments) -> Result<(), Failure> {
    let settings: Settings = serde_json::from_str(settings)?;
    let count = arguments.batch.unwrap_or(settings.data.batch_size);
    let batch = batch(&settings, count);
    let parameters = settings.network.parameter_count();
    let name = arguments.network.clone();
    let run = Run { experiment: name.clone(), variant: name, seed: 0, settings };
    on_threads(arguments.threads, || {
        let mut learner = Learner::<M>::new(&run)?;
        println!("ready {parameters}");
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let answer = match line.parse() {
                Ok(steps) => {
                    (0..steps).map(|_| timed_step(&mut learner, batch.clone())).collect::<Result<Vec<_>, _>>()?
                }
                Err(_) => vec![(peak::resident().unwrap_or(0) / 1024).to_string()],
            };
            println!("{}", answer.join(" "));
        }
        Ok(())
    })?;
    Ok(())
}

/// Random images, which need not be good ones, and every class in turn.
fn batch(settings: &Settings, count: usize) -> Batch {
    let mut state = 1_u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 24) as f32
    };
    let classes = settings.network.output().size().max(2);
    Batch {
        pixels: (0..count * settings.network.input.size()).map(|_| draw()).collect(),
        labels: (0..count).map(|image| (image % classes) as u32).collect(),
        mixed: Vec::new(),
        positions: (0..count as u64).collect(),
    }
}

/// A step of training, in nanoseconds.
fn timed_step<M: Model>(learner: &mut Learner<M>, batch: Batch) -> Result<String, train::TrainError> {
    let clock = Stopwatch::new();
    let seen = learner.step(1, batch)?;
    let nanoseconds = clock.seconds() * 1e9;
    assert!(seen.loss.is_finite(), "the loss is {}", seen.loss);
    Ok(format!("{nanoseconds:.0}"))
}
