//! A Gaussian blur: torchvision's `gaussian_blur`, along the rows and then along the columns.
//!
//! Weights are exp(-(x / sigma)^2 / 2) for whole distances x, normalised. Beyond the border the picture is mirrored about
//! the outermost pixels, which are not repeated.

/// How an image is blurred.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Blur {
    pub kernel_size: usize,
    pub sigma: f32,
}

impl Blur {
    /// Blurs a picture of `width` pixels a row.
    pub fn apply(&self, width: usize, channels: usize, picture: &mut [f32]) {
        let weights = self.weights();
        let reach = weights.len() / 2;
        let row_len = width * channels;
        let height = picture.len() / row_len;

        let mut row = vec![0.0; (width + 2 * reach) * channels];
        for line in picture.chunks_exact_mut(row_len) {
            for (column, pixel) in row.chunks_exact_mut(channels).enumerate() {
                let from = mirrored(column as isize - reach as isize, width) * channels;
                pixel.copy_from_slice(&line[from..from + channels]);
            }
            line.fill(0.0);
            for (index, &weight) in weights.iter().enumerate() {
                add(line, weight, &row[index * channels..][..row_len]);
            }
        }

        let across = picture.to_vec();
        for (at, line) in picture.chunks_exact_mut(row_len).enumerate() {
            line.fill(0.0);
            for (index, &weight) in weights.iter().enumerate() {
                let from = mirrored((at + index) as isize - reach as isize, height) * row_len;
                add(line, weight, &across[from..from + row_len]);
            }
            // The weights' sum may be off 1 by a rounding.
            line.iter_mut().for_each(|level| *level = level.min(1.0));
        }
    }

    fn weights(&self) -> Vec<f32> {
        let reach = (self.kernel_size / 2) as f64;
        let weight = |index: usize| {
            let distance = (index as f64 - reach) / f64::from(self.sigma);
            libm::exp(-0.5 * distance * distance)
        };
        let weights: Vec<f64> = (0..self.kernel_size).map(weight).collect();
        let sum: f64 = weights.iter().sum();
        weights.into_iter().map(|weight| (weight / sum) as f32).collect()
    }
}

fn add(sums: &mut [f32], weight: f32, levels: &[f32]) {
    for (sum, level) in sums.iter_mut().zip(levels) {
        *sum += weight * level;
    }
}

/// The index in 0..size that a mirror at each end shows.
fn mirrored(index: isize, size: usize) -> usize {
    let last = size as isize - 1;
    if last == 0 {
        return 0;
    }
    let folded = index.rem_euclid(2 * last);
    folded.min(2 * last - folded) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrors_do_not_repeat_the_border() {
        let at: Vec<usize> = (-4..8).map(|index| mirrored(index, 4)).collect();
        assert_eq!(at, [2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1]);
        assert_eq!(mirrored(-3, 1), 0);
    }

    #[test]
    fn weights_are_those_of_torchvision() {
        // torchvision 0.29: _get_gaussian_kernel1d(5, 1.5)
        let expected = [0.120078385, 0.23388076, 0.2920817, 0.23388076, 0.120078385];
        for (weight, expected) in (Blur { kernel_size: 5, sigma: 1.5 }).weights().iter().zip(expected) {
            assert!((weight - expected).abs() < 1e-6, "{weight} {expected}");
        }
    }

    #[test]
    fn even_pictures_stay_and_points_spread_alike_both_ways() {
        let blur = Blur { kernel_size: 3, sigma: 1.0 };
        let mut even = vec![0.5; 4 * 5 * 3];
        blur.apply(5, 3, &mut even);
        assert!(even.iter().all(|level| (level - 0.5).abs() < 1e-6));
        let mut point = vec![0.0; 25];
        point[12] = 1.0;
        blur.apply(5, 1, &mut point);
        let transposed: Vec<f32> = (0..25).map(|i| point[i % 5 * 5 + i / 5]).collect();
        assert_eq!(point, transposed);
        assert!((point.iter().sum::<f32>() - 1.0).abs() < 1e-6 && point[0] == 0.0 && point[6] > 0.0);
    }
}
