//! A worker of the benchmark's data part: images decoded or augmented by Ablate. The protocol is in bench/README.md.
//!
//!     bench-data WORK THREADS FOLDER
//!
//! `decode` decodes and resizes every file of the folder at each step, `augment` takes each of them, decoded, through the
//! tutorial's chain.

use data::augment;
use plan::augment::FlipAxis;
use plan::{Augmentation, ColorMode, DataPlan, Operation};
use rayon::prelude::*;
use std::error::Error;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::time::Instant;

type Failure = Box<dyn Error>;

/// Height and width that images are resized to.
const SIZE: usize = 150;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [work, threads, folder] = arguments.as_slice() else { return Err("bench-data WORK THREADS FOLDER".into()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.parse()?).build()?;
    let files = files(Path::new(folder))?;
    let plan = plan();
    let decode = |file: &PathBuf| data::decode_one(file, &plan).map_err(|error| error.to_string());
    match work.as_str() {
        "decode" => serve(files.len(), |_| {
            let decoded: Result<Vec<_>, String> = pool.install(|| files.par_iter().map(decode).collect());
            Ok(decoded?.len())
        }),
        "augment" => {
            let images: Result<Vec<_>, String> = files.iter().map(decode).collect();
            let images = images?;
            let chain = tutorial();
            let mut batch = vec![0.0; images.len() * SIZE * SIZE * 3];
            serve(images.len(), |epoch| {
                pool.install(|| {
                    let targets = batch.par_chunks_exact_mut(SIZE * SIZE * 3);
                    targets.zip(&images).enumerate().for_each(|(position, (target, image))| {
                        let drawn = augment::draw(&chain, 0, epoch, position as u64, SIZE, SIZE);
                        augment::apply(&drawn, ColorMode::Rgb, image, target);
                    });
                });
                Ok(batch.len())
            })
        }
        other => Err(format!("no work `{other}`; there are `decode` and `augment`").into()),
    }
}

/// Speaks the protocol: `step` does its work on all images.
#[expect(clippy::disallowed_methods, reason = "times are what is asked for")]
fn serve(images: usize, mut step: impl FnMut(u64) -> Result<usize, String>) -> Result<(), Failure> {
    println!("ready {images}");
    let mut epoch = 0;
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let mut answer = Vec::new();
        match line.parse::<usize>() {
            Ok(steps) => {
                for _ in 0..steps {
                    epoch += 1;
                    let clock = Instant::now();
                    std::hint::black_box(step(epoch)?);
                    answer.push(clock.elapsed().as_nanos().to_string());
                }
            }
            Err(_) => answer.push(resident()?),
        }
        println!("{}", answer.join(" "));
    }
    Ok(())
}

/// The most memory that this process has held, in kB.
fn resident() -> Result<String, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let words = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    Ok(words.and_then(|words| words.split_whitespace().next()).unwrap_or("0").to_owned())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();
    Ok(files)
}

fn plan() -> DataPlan {
    DataPlan::new("", [SIZE; 2])
}

/// The chain of the cats and dogs tutorial.
fn tutorial() -> Augmentation {
    Augmentation {
        operations: vec![
            Operation::Rotation { degrees: 40.0, p: 1.0 },
            Operation::Shift { width_fraction: 0.2, height_fraction: 0.2, p: 1.0 },
            Operation::Shear { degrees: 0.2, p: 1.0 },
            Operation::Zoom { range: [0.8, 1.2], p: 1.0 },
            Operation::Flip { axis: FlipAxis::Horizontal, p: 0.5 },
        ],
        ..Augmentation::default()
    }
}
