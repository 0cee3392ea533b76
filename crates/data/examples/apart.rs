//! What decoding in processes of its own costs: prepares the images of a folder in turn here and apart, each time into an
//! empty cache, and prints the median of wall time and of processor time.
//!
//!     cargo run --release -p data --example apart -- FOLDER [ROUNDS]
//!
//! FOLDER has split folders of class folders.

use data::Cache;
use data::apart::{decode_with, serve_if_asked};
use plan::{DataPlan, LabelMode, OnError};
use std::error::Error;
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    serve_if_asked();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = arguments.first().ok_or("which folder?")?;
    let rounds: usize = arguments.get(1).map_or(Ok(5), |rounds| rounds.parse())?;
    let plan = DataPlan {
        on_error: OnError::Skip,
        label_mode: LabelMode::Categorical,
        ..DataPlan::new(Path::new(folder), [150, 150])
    };
    let mut measured = [Vec::new(), Vec::new()];
    // The first round brings the files into memory.
    for round in 0..=rounds {
        for (program, measured) in [None, Some("/proc/self/exe".into())].into_iter().zip(&mut measured) {
            let time = prepare(&plan, program)?;
            if round > 0 {
                measured.push(time);
            }
        }
    }
    let [here, apart] = measured.map(|mut times| {
        times.sort_by(|one, other| one.0.total_cmp(&other.0));
        times[times.len() / 2]
    });
    println!("here   {:.3} s, {:.3} s of processors", here.0, here.1);
    println!("apart  {:.3} s, {:.3} s of processors", apart.0, apart.1);
    println!("apart / here  {:.3}, {:.3}", apart.0 / here.0, apart.1 / here.1);
    Ok(())
}

/// Seconds on the clock and on the processors.
#[expect(clippy::disallowed_methods, reason = "times are what is asked for")]
fn prepare(plan: &DataPlan, program: Option<std::path::PathBuf>) -> Result<(f64, f64), Box<dyn Error>> {
    let cache = tempfile::tempdir()?;
    let mut manifest = data::scan(plan)?;
    decode_with(program);
    let (clock, before) = (Instant::now(), processors());
    Cache::open(cache.path())?.prepare(&mut manifest, plan, &mut |_| {})?;
    let wall = clock.elapsed().as_secs_f64();
    // Waits for the processes, whose time counts then.
    decode_with(None);
    Ok((wall, processors() - before))
}

/// Seconds of processor time of this process and of those that it has started and seen end.
fn processors() -> f64 {
    let mut sum = 0.0;
    for who in [libc::RUSAGE_SELF, libc::RUSAGE_CHILDREN] {
        // SAFETY: all zeros are a valid value, which the call fills.
        let usage = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            libc::getrusage(who, &mut usage);
            usage
        };
        for time in [usage.ru_utime, usage.ru_stime] {
            sum += time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
        }
    }
    sum
}
