//! The L2 penalty on a kernel, as Keras's `regularizers.L2`: the loss gains l2 times the sum of squares, the gradient
//! 2 l2 w. As there, l2 is rounded to f32 first, so that the gradient is the penalty's slope.

use rayon::prelude::*;

/// Values whose squares are added up together. The sums of the chunks are added in order, so the penalty has the same
/// bits at any number of threads.
const CHUNK: usize = 16_384;

/// l2 times the sum of the squares of `values`, in f64.
pub fn penalty(l2: f64, values: &[f32]) -> f64 {
    let sum = |chunk: &[f32]| chunk.iter().map(|value| f64::from(*value) * f64::from(*value)).sum::<f64>();
    let sums: Vec<f64> = values.par_chunks(CHUNK).map(sum).collect();
    f64::from(l2 as f32) * sums.iter().sum::<f64>()
}

/// Adds 2 l2 w to the gradient of every value w.
///
/// # Panics
/// Where the slices are not of one length.
pub fn add_gradient(l2: f64, values: &[f32], gradient: &mut [f32]) {
    assert_eq!(values.len(), gradient.len(), "a gradient has a value for each weight");
    let factor = 2.0 * l2 as f32;
    for (gradient, value) in gradient.iter_mut().zip(values) {
        *gradient += factor * value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gradient_is_the_slope_of_the_penalty() {
        let values = [0.5, -2.0, 0.0];
        assert_eq!(penalty(0.25, &values), 0.25 * 4.25);
        let mut gradient = [1.0; 3];
        add_gradient(0.25, &values, &mut gradient);
        for (index, gradient) in gradient.iter().enumerate() {
            let mut moved = values;
            moved[index] += 1.0 / 1024.0;
            let mut back = values;
            back[index] -= 1.0 / 1024.0;
            let slope = (penalty(0.25, &moved) - penalty(0.25, &back)) * 512.0;
            assert!((f64::from(*gradient) - 1.0 - slope).abs() < 1e-6, "{gradient} {slope}");
        }
    }

    #[test]
    fn threads_do_not_change_a_bit() {
        let values: Vec<f32> = (0..5 * CHUNK + 3).map(|i| (i % 997) as f32 * 1e-3).collect();
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| penalty(1e-4, &values)).to_bits()
        };
        assert_eq!(run(1), run(3));
    }
}
