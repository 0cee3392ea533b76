//! Normal noise, of a stream of its own: torchvision's `GaussianNoise` with mean 0 and clipping.
//!
//! Numbers are the inverse of the normal distribution at uniform ones: algorithm AS 241, PPND7 (Wichura 1988, "The
//! Percentage Points of the Normal Distribution"), good to seven digits.

use plan::{Purpose, Stream};

/// What draws the noise of a picture, row by row.
pub(super) struct Noise {
    sigma: f32,
    stream: Stream,
}

impl Noise {
    pub fn new(sigma: f32, key: u64) -> Noise {
        Noise { sigma, stream: Stream::new(key, Purpose::Augment, &[]) }
    }

    pub fn add(&mut self, row: &mut [f32]) {
        for level in row {
            // The middles of 2^24 equal parts of (0, 1), all exact.
            let part = (f64::from(self.stream.bits() >> 8) + 0.5) / 16_777_216.0;
            *level = (*level + self.sigma * normal(part) as f32).clamp(0.0, 1.0);
        }
    }
}

/// The number below which a share of `p` of the standard normal distribution lies; 0 < p < 1.
fn normal(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180625 - q * q;
        return q * (((59.109_374_720 * r + 159.291_132_02) * r + 50.434_271_938) * r + 3.387_132_717_9)
            / (((67.187_563_600 * r + 78.757_757_664) * r + 17.895_169_469) * r + 1.0);
    }
    let r = libm::sqrt(-libm::log(if q < 0.0 { p } else { 1.0 - p }));
    let tail = if r <= 5.0 {
        let r = r - 1.6;
        (((0.170_238_211_03 * r + 1.306_728_481_6) * r + 2.756_815_390_0) * r + 1.423_437_277_7)
            / ((0.120_211_329_75 * r + 0.737_001_642_5) * r + 1.0)
    } else {
        let r = r - 5.0;
        (((0.017_337_203_997 * r + 0.428_682_943_37) * r + 3.081_226_386_0) * r + 6.657_905_115_0)
            / ((0.012_258_202_635 * r + 0.241_978_942_25) * r + 1.0)
    };
    if q < 0.0 { -tail } else { tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_scipy() {
        // scipy.stats.norm.ppf
        let expected = [(0.5, 0.0), (0.975, 1.959964), (0.07, -1.4757910), (0.001, -3.0902323), (3e-8, -5.4188009)];
        for (p, expected) in expected {
            assert!((normal(p) - expected).abs() < 1e-5, "{p}: {}", normal(p));
        }
    }

    #[test]
    fn moments_are_those_of_noise() {
        let mut row = vec![0.5; 40_000];
        Noise::new(0.1, 3).add(&mut row);
        let mean = row.iter().map(|&level| f64::from(level)).sum::<f64>() / 4e4;
        let variance = row.iter().map(|&level| (f64::from(level) - mean).powi(2)).sum::<f64>() / 4e4;
        assert!((mean - 0.5).abs() < 0.002 && (variance.sqrt() - 0.1).abs() < 0.002, "{mean} {variance}");
    }
}
