//! Convolutions of more than one group. Narrow groups, depthwise convolution above all, would leave most lanes of a
//! register tile idle: they have a kernel of their own. A wide one is a convolution like any other, on a copy of its
//! channels.

mod backward_kernel;
mod narrow;
mod stage;
mod wide;

use super::Shape;
use crate::lanes::LANES;

/// Whether a group of `from` channels that are summed over for `to` others is one for the kernel of narrow groups: its work grows
/// with the product of the two, a register tile's with `from` alone.
fn is_narrow(from: usize, to: usize) -> bool {
    from == 1 || from * to <= LANES
}

/// Channels of a group: in, out.
fn channels(shape: &Shape) -> [usize; 2] {
    let [inputs, outputs] = [shape.in_channels, shape.out_channels];
    assert!(
        shape.groups > 0 && inputs.is_multiple_of(shape.groups) && outputs.is_multiple_of(shape.groups),
        "{} groups of {inputs} and {outputs} channels",
        shape.groups
    );
    [inputs / shape.groups, outputs / shape.groups]
}

pub(super) fn forward(shape: &Shape, x: &[f32], kernel: &[f32], bias: Option<&[f32]>, relu: bool, y: &mut [f32]) {
    let [inputs, outputs] = channels(shape);
    if is_narrow(inputs, outputs) {
        narrow::forward(shape, x, kernel, bias, relu, y);
    } else {
        wide::forward(shape, x, kernel, bias, relu, y);
    }
}

pub(super) fn backward_input(shape: &Shape, dy: &[f32], kernel: &[f32], dx: &mut [f32]) {
    let [inputs, outputs] = channels(shape);
    if is_narrow(outputs, inputs) {
        narrow::backward_input(shape, dy, kernel, dx);
    } else {
        wide::backward_input(shape, dy, kernel, dx);
    }
}

pub(super) fn backward_kernel(shape: &Shape, x: &[f32], dy: &[f32], dkernel: &mut [f32], dbias: Option<&mut [f32]>) {
    let [inputs, outputs] = channels(shape);
    if is_narrow(inputs, outputs) {
        backward_kernel::narrow(shape, x, dy, dkernel, dbias);
    } else {
        wide::backward_kernel(shape, x, dy, dkernel, dbias);
    }
}
