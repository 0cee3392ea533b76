//! Every layer in f64, by its definition.

use kernels::{conv2d, dense, pool};

/// Calls `visit(y index, x index, kernel index)` for every product that there is.
fn products(s: &conv2d::Shape, mut visit: impl FnMut(usize, usize, usize)) {
    let (inputs, outputs) = (s.in_channels / s.groups, s.out_channels / s.groups);
    meetings(s, |y, x, tap| {
        for c in 0..inputs {
            for o in 0..s.out_channels {
                let (y, x) = (y * s.out_channels + o, x * s.in_channels + o / outputs * inputs + c);
                visit(y, x, (tap * inputs + c) * s.out_channels + o);
            }
        }
    });
}

/// Calls `visit(y index without channel, x index without channel, kernel tap)` for every pair that meets.
fn meetings(s: &conv2d::Shape, mut visit: impl FnMut(usize, usize, usize)) {
    for n in 0..s.batch {
        for (i, j) in (0..s.out_height).flat_map(|i| (0..s.out_width).map(move |j| (i, j))) {
            for (u, v) in (0..s.kernel[0]).flat_map(|u| (0..s.kernel[1]).map(move |v| (u, v))) {
                let (row, column) = (i * s.strides[0] + u, j * s.strides[1] + v);
                if row < s.pad_top || column < s.pad_left {
                    continue;
                }
                let (row, column) = (row - s.pad_top, column - s.pad_left);
                if row < s.in_height && column < s.in_width {
                    let y = (n * s.out_height + i) * s.out_width + j;
                    let x = (n * s.in_height + row) * s.in_width + column;
                    visit(y, x, u * s.kernel[1] + v);
                }
            }
        }
    }
}

pub fn conv(s: &conv2d::Shape, x: &[f32], kernel: &[f32], bias: Option<&[f32]>) -> Vec<f64> {
    let mut result = vec![0.0; s.batch * s.out_len()];
    for (at, y) in result.iter_mut().enumerate() {
        *y = bias.map_or(0.0, |bias| f64::from(bias[at % s.out_channels]));
    }
    products(s, |y, x_at, weight| result[y] += f64::from(x[x_at]) * f64::from(kernel[weight]));
    result
}

pub fn conv_dx(s: &conv2d::Shape, dy: &[f64], kernel: &[f32]) -> Vec<f64> {
    let mut result = vec![0.0; s.batch * s.in_len()];
    products(s, |y, x, weight| result[x] += dy[y] * f64::from(kernel[weight]));
    result
}

pub fn conv_dkernel(s: &conv2d::Shape, x: &[f32], dy: &[f64]) -> Vec<f64> {
    let mut result = vec![0.0; s.kernel_len()];
    products(s, |y, x_at, weight| result[weight] += f64::from(x[x_at]) * dy[y]);
    result
}

/// Sums over all but the last axis.
pub fn column_sums(values: &[f64], columns: usize) -> Vec<f64> {
    let mut sums = vec![0.0; columns];
    for (at, value) in values.iter().enumerate() {
        sums[at % columns] += value;
    }
    sums
}

/// y, dx and dkernel of a dense layer.
pub fn dense(
    s: &dense::Shape,
    x: &[f32],
    kernel: &[f32],
    bias: Option<&[f32]>,
    dy: &[f32],
) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let mut y = vec![0.0; s.batch * s.outputs];
    let (mut dx, mut dkernel) = (vec![0.0; s.batch * s.inputs], vec![0.0; s.inputs * s.outputs]);
    for n in 0..s.batch {
        for o in 0..s.outputs {
            y[n * s.outputs + o] = bias.map_or(0.0, |bias| f64::from(bias[o]));
            let gradient = f64::from(dy[n * s.outputs + o]);
            for i in 0..s.inputs {
                let (input, weight) = (f64::from(x[n * s.inputs + i]), f64::from(kernel[i * s.outputs + o]));
                y[n * s.outputs + o] += input * weight;
                dx[n * s.inputs + i] += gradient * weight;
                dkernel[i * s.outputs + o] += gradient * input;
            }
        }
    }
    (y, dx, dkernel)
}

/// Calls `visit(y index, x indices it covers, in row order)` for every output element.
pub fn windows(s: &pool::Shape, mut visit: impl FnMut(usize, &[usize])) {
    for n in 0..s.batch {
        for (i, j) in (0..s.out_height).flat_map(|i| (0..s.out_width).map(move |j| (i, j))) {
            for c in 0..s.channels {
                let mut covered = Vec::new();
                for (u, v) in (0..s.pool[0]).flat_map(|u| (0..s.pool[1]).map(move |v| (u, v))) {
                    let row = (i * s.strides[0] + u).wrapping_sub(s.pad_top);
                    let column = (j * s.strides[1] + v).wrapping_sub(s.pad_left);
                    if row < s.in_height && column < s.in_width {
                        covered.push(((n * s.in_height + row) * s.in_width + column) * s.channels + c);
                    }
                }
                visit(((n * s.out_height + i) * s.out_width + j) * s.channels + c, &covered);
            }
        }
    }
}
