//! Named random streams: every use of randomness has a stream of its own, keyed by what it is for, never by when it is
//! drawn.
//!
//! The key of a stream is a BLAKE3 hash of (seed, purpose, ids); the stream is ChaCha8 with that key. Two streams with
//! different keys share nothing, so turning dropout on can change neither the initial weights nor the order of the
//! images, and a sample's augmentation is the same whichever thread draws it. All arithmetic here is defined by this
//! source and by `libm`, so a stream gives the same numbers on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// What a stream is for. The name enters the key: renaming one changes every result that uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Initial weights; ids: hash of the layer's name, index of the parameter.
    Initialize,
    /// The order of the training images; ids: index of the pass over the data.
    Shuffle,
    /// The parameters of an augmented copy; ids: epoch, position of the sample in the epoch, and for each operation the
    /// hash of its name and its number among those of its name.
    Augment,
    /// Which images of a batch are mixed, and how; ids: epoch, step.
    Mix,
    /// The order of the training images of one class, where classes are sampled alike; ids: class, index of the pass over
    /// it.
    Sample,
    /// Dropout masks; ids: hash of the layer's name, epoch, position of the sample in the epoch.
    Dropout,
    /// Which images go to which split; ids: none, the hash of a class's name, or the words of the hash of an image.
    Split,
    /// The drawings of the embedded data set; ids: split, class, index of the image.
    Generate,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Purpose::Initialize => "initialize",
            Purpose::Shuffle => "shuffle",
            Purpose::Augment => "augment",
            Purpose::Mix => "mix",
            Purpose::Sample => "sample",
            Purpose::Dropout => "dropout",
            Purpose::Split => "split",
            Purpose::Generate => "generate",
        }
    }
}

/// A number that stands for a name (of a layer, say) in the ids of a stream.
pub fn name_id(name: &str) -> u64 {
    let hash = blake3::hash(name.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_le_bytes(first)
}

/// A keyed stream of random numbers.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of `(seed, purpose, ids)`: always the same numbers for the same key.
    pub fn new(seed: u64, purpose: Purpose, ids: &[u64]) -> Stream {
        let mut hasher = blake3::Hasher::new_derive_key("ablate 1 random stream");
        hasher.update(&seed.to_le_bytes());
        hasher.update(purpose.name().as_bytes());
        for id in ids {
            hasher.update(&id.to_le_bytes());
        }
        Stream(ChaCha8Rng::from_seed(*hasher.finalize().as_bytes()))
    }

    /// 32 random bits.
    pub fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// Uniform in [0, 1), a multiple of 2^-24: every value is exact in f32.
    pub fn unit(&mut self) -> f32 {
        (self.bits() >> 8) as f32 * (1.0 / 16_777_216.0)
    }

    /// Uniform in [low, high].
    pub fn uniform(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// True with probability `p`: always for 1, never for 0.
    pub fn chance(&mut self, p: f32) -> bool {
        self.unit() < p
    }

    /// Uniform in 0..n, without bias. `n` must not be 0.
    pub fn below(&mut self, n: u32) -> u32 {
        assert!(n > 0, "below(0) has no value to give");
        // Multiply-shift with rejection (Lemire 2019, "Fast Random Integer Generation in an Interval").
        let threshold = n.wrapping_neg() % n;
        loop {
            let product = u64::from(self.bits()) * u64::from(n);
            if product as u32 >= threshold {
                return (product >> 32) as u32;
            }
        }
    }

    /// Standard normal, by the Box-Muller transform (one of the pair is dropped).
    pub fn normal(&mut self) -> f32 {
        let u = 1.0 - f64::from(self.unit()); // in (0, 1]: its logarithm is finite
        let v = f64::from(self.unit());
        (libm::sqrt(-2.0 * libm::log(u)) * libm::cos(2.0 * core::f64::consts::PI * v)) as f32
    }

    /// Beta(alpha, alpha), in [0, 1], as X / (X + Y) with X and Y of Gamma(alpha). By logarithms, so that a small alpha
    /// gives shares near 0 and 1, and not 0 / 0. `alpha` must be above 0.
    pub fn beta(&mut self, alpha: f64) -> f64 {
        let (x, y) = (self.ln_gamma(alpha), self.ln_gamma(alpha));
        1.0 / (1.0 + libm::exp(y - x))
    }

    /// The logarithm of a number of Gamma(alpha) with scale 1: by rejection from a cubed normal for alpha + 1, times
    /// U^(1 / alpha) (Marsaglia and Tsang 2000, "A Simple Method for Generating Gamma Variables", also its section 6).
    fn ln_gamma(&mut self, alpha: f64) -> f64 {
        let boost = libm::log(1.0 - f64::from(self.unit())) / alpha;
        let d = alpha + 1.0 - 1.0 / 3.0;
        let c = 1.0 / libm::sqrt(9.0 * d);
        loop {
            let x = f64::from(self.normal());
            let u = 1.0 - f64::from(self.unit()); // in (0, 1]
            let v = 1.0 + c * x;
            if v <= 0.0 {
                continue;
            }
            let v = v * v * v;
            if libm::log(u) < 0.5 * x * x + d * (1.0 - v + libm::log(v)) {
                return libm::log(d * v) + boost;
            }
        }
    }

    /// A permutation of `items` in place (Fisher-Yates), all equally likely.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u32 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_decided_by_its_key_alone() {
        let draw = |seed, purpose, ids: &[u64]| Stream::new(seed, purpose, ids).bits();
        let first = draw(7, Purpose::Augment, &[1, 2]);
        assert_eq!(first, draw(7, Purpose::Augment, &[1, 2]));
        assert_ne!(first, draw(8, Purpose::Augment, &[1, 2]));
        assert_ne!(first, draw(7, Purpose::Dropout, &[1, 2]));
        assert_ne!(first, draw(7, Purpose::Augment, &[2, 1]));
    }

    #[test]
    fn the_numbers_of_a_stream_are_pinned() {
        // Changing these changes every result: bump ENGINE_VERSION with them.
        let mut stream = Stream::new(0, Purpose::Shuffle, &[0]);
        let bits: Vec<u32> = (0..4).map(|_| stream.bits()).collect();
        assert_eq!(bits, [1687019874, 3013356915, 2772817052, 2830779092]);
    }

    #[test]
    fn shuffle_permutes_and_below_covers_its_range() {
        let mut stream = Stream::new(3, Purpose::Split, &[]);
        let mut items: Vec<u32> = (0..100).collect();
        stream.shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
        let mut seen = [false; 7];
        for _ in 0..500 {
            seen[stream.below(7) as usize] = true;
        }
        assert!(seen.iter().all(|&s| s));
    }

    #[test]
    fn beta_has_its_distribution_and_pinned_numbers() {
        // The largest distance to a distribution function in closed form (Kolmogorov and Smirnov); 1.63 / sqrt(n) is passed
        // once in a hundred seeds.
        let n = 20_000;
        let arcsine = |x: f64| libm::asin(libm::sqrt(x)) * 2.0 / core::f64::consts::PI;
        let cases: [(f64, &dyn Fn(f64) -> f64); 3] =
            [(0.5, &arcsine), (1.0, &|x| x), (2.0, &|x| x * x * (3.0 - 2.0 * x))];
        for (alpha, cumulative) in cases {
            let mut stream = Stream::new(5, Purpose::Mix, &[]);
            let mut drawn: Vec<f64> = (0..n).map(|_| stream.beta(alpha)).collect();
            drawn.sort_by(f64::total_cmp);
            let step = 1.0 / f64::from(n);
            let below =
                |i: usize, x: f64| (cumulative(x) - i as f64 * step).abs().max((i + 1) as f64 * step - cumulative(x));
            let distance = drawn.iter().enumerate().map(|(i, x)| below(i, *x)).fold(0.0, f64::max);
            assert!(distance < 1.63 * libm::sqrt(step), "alpha {alpha}: {distance}");
        }
        // Mean 1 / 2 and variance 1 / (4 (2 alpha + 1)), for any alpha.
        for alpha in [1e-30, 1e-3, 0.2, 8.0, 1e9] {
            let mut stream = Stream::new(6, Purpose::Mix, &[]);
            let drawn: Vec<f64> = (0..n).map(|_| stream.beta(alpha)).collect();
            assert!(drawn.iter().all(|x| (0.0..=1.0).contains(x)), "alpha {alpha}");
            let mean = drawn.iter().sum::<f64>() / f64::from(n);
            let variance = drawn.iter().map(|x| (x - 0.5) * (x - 0.5)).sum::<f64>() / f64::from(n);
            let expected = 1.0 / (4.0 * (2.0 * alpha + 1.0));
            assert!(
                (mean - 0.5).abs() < 0.012 && (variance / expected - 1.0).abs() < 0.04,
                "{alpha}: {mean} {variance}"
            );
        }
        // Changing these changes results: bump ENGINE_VERSION with them.
        let mut stream = Stream::new(0, Purpose::Mix, &[1, 2]);
        let pinned = [0.2, 1.0, 3.0].map(|alpha| stream.beta(alpha).to_bits());
        assert_eq!(pinned, [4569423497007924834, 4601976554085202747, 4603540919639454268]);
    }

    #[test]
    fn moments_of_uniform_and_normal() {
        let mut stream = Stream::new(1, Purpose::Initialize, &[]);
        let n = 20_000;
        let mean = (0..n).map(|_| f64::from(stream.unit())).sum::<f64>() / f64::from(n);
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
        let normals: Vec<f64> = (0..n).map(|_| f64::from(stream.normal())).collect();
        let mean = normals.iter().sum::<f64>() / f64::from(n);
        let variance = normals.iter().map(|x| x * x).sum::<f64>() / f64::from(n);
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
    }
}
