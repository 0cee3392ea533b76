//! A worker of the benchmark: the training steps in Burn. The protocol is in bench/README.md.
//!
//!     burn-worker NETWORK THREADS BACKEND [BATCH]
//!
//! Threads are what rayon is told by RAYON_NUM_THREADS.

mod network;

use burn::module::Module;
use burn::nn::loss::{BinaryCrossEntropyLossConfig, CrossEntropyLossConfig};
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer, RmsPropConfig};
use burn::tensor::{Device, Distribution, Int, Tensor};
use network::{Network, Plan};
use std::io::{BufRead, Write};
use std::time::Instant;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, _threads, backend, rest @ ..] = arguments.as_slice() else {
        panic!("burn-worker NETWORK THREADS BACKEND [BATCH]");
    };
    let mut plan = network::plan(name);
    if let [batch] = rest {
        plan.batch = batch.parse().expect("BATCH is a number");
    }
    let mut trainer = Trainer::new(&plan, &device(backend).autodiff());

    println!("ready {}", trainer.network.as_ref().expect("a network").num_params());
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("standard input is text");
        let answer = match line.as_str() {
            "memory" => peak_memory(),
            steps => {
                let steps: usize = steps.parse().expect("a number of steps");
                let times: Vec<String> = (0..steps).map(|_| trainer.timed_step().to_string()).collect();
                times.join(" ")
            }
        };
        println!("{answer}");
        std::io::stdout().flush().expect("somebody listens");
    }
}

fn device(backend: &str) -> Device {
    match backend {
        "flex" => Device::flex(),
        #[cfg(feature = "ndarray")]
        #[allow(deprecated)] // one may still ask how it does
        "ndarray" => Device::ndarray(),
        #[cfg(feature = "cubecl")]
        "cubecl" => Device::cpu(),
        _ => panic!("no backend `{backend}` in this build"),
    }
}

/// A network, its optimizer and a batch.
struct Trainer {
    network: Option<Network>,
    optimizer: ModuleOptimizer,
    learning_rate: f64,
    images: Tensor<4>,
    labels: Labels,
    device: Device,
}

enum Labels {
    Binary(Tensor<2, Int>),
    Classes(Tensor<1, Int>),
}

impl Trainer {
    fn new(plan: &Plan, device: &Device) -> Trainer {
        let batch = plan.batch;
        let labels: Vec<i32> = (0..batch).map(|image| (image % plan.classes) as i32).collect();
        let labels = Tensor::<1, Int>::from_ints(labels.as_slice(), device);
        let (optimizer, learning_rate, labels) = match plan.classes {
            2 => {
                let rmsprop = RmsPropConfig::new().with_alpha(0.9).with_momentum(0.0).with_epsilon(1e-7);
                (rmsprop.init(), 1e-4, Labels::Binary(labels.reshape([batch, 1])))
            }
            _ => (AdamConfig::new().with_epsilon(1e-7).init(), 1e-3, Labels::Classes(labels)),
        };
        let [height, width, channels] = plan.input;
        Trainer {
            network: Some(Network::new(plan, device)),
            optimizer,
            learning_rate,
            images: Tensor::random([batch, channels, height, width], Distribution::Uniform(0.0, 1.0), device),
            labels,
            device: device.clone(),
        }
    }

    /// A step of training, in nanoseconds.
    fn timed_step(&mut self) -> u128 {
        let start = Instant::now();
        let network = self.network.take().expect("a network");
        let logits = network.forward(self.images.clone());
        let loss = match &self.labels {
            Labels::Binary(labels) => {
                let loss = BinaryCrossEntropyLossConfig::new().with_logits(true).init(&self.device);
                loss.forward(logits, labels.clone())
            }
            Labels::Classes(labels) => CrossEntropyLossConfig::new().init(&self.device).forward(logits, labels.clone()),
        };
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        self.network = Some(self.optimizer.step(self.learning_rate, network, gradients));
        let seen: f32 = loss.into_scalar();
        self.device.sync().expect("the device works");
        let time = start.elapsed().as_nanos();
        assert!(seen.is_finite(), "the loss is {seen}");
        time
    }
}

/// The most memory that this process has held, in kB.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()).unwrap_or("0").to_owned()
}
