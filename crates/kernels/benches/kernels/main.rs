//! Every kernel's throughput beside what the machine can do: `cargo bench -p kernels [WORDS]`; words select kernels whose
//! names hold one of them.
//!
//! First the machine is measured: independent multiply-adds in registers, and copying of memory that is in no cache. Each
//! kernel is then called until its median is steady. Operations are those of the layer as a dense engine would do them, two a
//! multiply-add, so a kernel that skips zeros, or multiplies less as Winograd's does, may exceed the peak. Pooling and
//! activations do next to no arithmetic: their bytes are counted, read and written, which exceed the peak in a cache.
//!
//! `RAYON_NUM_THREADS=1 cargo bench -p kernels` for one thread, `ABLATE_CPU=avx2` for another instruction set.

mod layers;
mod machine;
mod measure;

use kernels::cpu;
use measure::{Case, Work};

fn main() {
    // Cargo adds words that begin with a dash.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let chosen = |case: &Case| words.is_empty() || words.iter().any(|word| case.name.contains(word));
    let cases: Vec<Case> = layers::cases().into_iter().filter(chosen).collect();

    let (operations, bytes) = (machine::multiply_adds(), machine::copying());
    println!("{}, threads: {}", cpu::level().name(), rayon::current_num_threads());
    println!("peak: {:.1} GFLOP/s of multiply-adds, {:.1} GB/s of copying", operations / 1e9, bytes / 1e9);
    println!();
    println!(
        "{:<48} {:>10} {:>10} {:>9} {:>8} {:>7}",
        "kernel", "fastest ms", "median ms", "GFLOP/s", "GB/s", "% peak"
    );
    for case in cases {
        let times = measure::times((case.start)());
        let per_second = case.work.count() / times.median;
        let (rates, share) = match case.work {
            Work::Operations(_) => (format!("{:>9.1} {:>8}", per_second / 1e9, ""), per_second / operations),
            Work::Bytes(_) => (format!("{:>9} {:>8.1}", "", per_second / 1e9), per_second / bytes),
        };
        let [fastest, median] = [times.fastest, times.median].map(|seconds| seconds * 1e3);
        println!("{:<48} {fastest:>10.3} {median:>10.3} {rates} {:>7.1}", case.name, share * 100.0);
    }
}
