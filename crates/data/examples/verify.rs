//! How long it takes to find out that prepared images are as they were written: 10,000 of 150x150 pixels, 675 MB.
//!
//!     cargo run --release -p data --example verify [IMAGES]
//!
//! Prints the time that a model program takes to open the set, which verifies it, on one thread and on all.

use data::{Cache, Set, scan};
use plan::DataPlan;
use std::error::Error;
use std::fs;
use std::time::Instant;

#[expect(clippy::disallowed_methods, reason = "times are what is asked for")]
fn main() -> Result<(), Box<dyn Error>> {
    let images: u32 = std::env::args().nth(1).map_or(Ok(10_000), |images| images.parse())?;
    let folder = tempfile::tempdir()?;
    for (index, class) in ["a", "b"].iter().enumerate() {
        fs::create_dir_all(folder.path().join("train").join(class))?;
        for number in (index as u32..images).step_by(2) {
            // Each of another colour, so that each has a picture of its own.
            let [_, red, green, blue] = number.to_be_bytes();
            let path = folder.path().join(format!("train/{class}/{number}.png"));
            image::RgbImage::from_pixel(2, 2, image::Rgb([red, green, blue])).save(path)?;
        }
    }
    let plan = DataPlan::new(folder.path(), [150, 150]);
    let mut manifest = scan(&plan)?;
    let cache = Cache::open(&folder.path().join("cache"))?;
    let prepared = cache.prepare(&mut manifest, &plan, &mut |_| {})?.set.ok_or("an image cannot be read")?;
    for threads in [1, std::thread::available_parallelism()?.get()] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        let times = (0..5).map(|_| {
            let clock = Instant::now();
            pool.install(|| Set::open(&prepared, &plan)).map(|_| clock.elapsed())
        });
        let mut times = times.collect::<Result<Vec<_>, _>>()?;
        times.sort();
        println!("{images} images, {threads} threads: {:.3} s (median of 5)", times[2].as_secs_f64());
    }
    Ok(())
}
