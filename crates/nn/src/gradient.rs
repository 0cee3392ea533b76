//! Gradients on their way back through the tape.
//!
//! dfdx's [`Gradients`] have a place for the gradient of each tensor. A layer's backward operator reads the place of its
//! output and overwrites those of its input and its parameters. It never adds: whoever keeps the gradients of a pass for
//! the next one, so that they need not be allocated anew, need not clear them.
//!
//! Overwriting is right as long as a tensor feeds one layer, which a layer's `forward` sees to by taking its input by value;
//! tests and debug builds make sure. There a gradient is cleared when it is read, and so one that is not zero was written in
//! this pass.

use dfdx::prelude::{Cpu, CpuError, Gradients, OwnedTape, Shape, SplitTape, Tensor, Trace, ZerosTensor};

/// A tape for a pass that overwrites `gradients`, those of an earlier pass of the same model. What it does not overwrite
/// stays: the gradients of tensors that this pass has not, as after one of another batch size, are of no use any more.
pub fn tape(gradients: Gradients<f32, Cpu>) -> OwnedTape<f32, Cpu> {
    // Only a tensor's tape can be begun with gradients: any tensor's.
    let any: Tensor<(), f32, Cpu> = Cpu::default().zeros();
    any.traced(gradients).split_tape().1
}

/// Has `walk` read the gradient of an operator's output and write those of what went into it. What it leaves in the place
/// of the output's is of no meaning.
pub(crate) fn through<S: Shape>(
    gradients: &mut Gradients<f32, Cpu>,
    output: &Tensor<S, f32, Cpu>,
    walk: impl FnOnce(&mut [f32], &mut Gradients<f32, Cpu>) -> Result<(), CpuError>,
) -> Result<(), CpuError> {
    // Two places cannot be borrowed at once: the output's is taken out and put back.
    let mut dy = std::mem::take(&mut **gradients.get_or_alloc_mut(output)?);
    let result = walk(&mut dy, gradients);
    if cfg!(debug_assertions) {
        // That it was read, for `overwrite` to see.
        dy.fill(0.0);
    }
    **gradients.get_or_alloc_mut(output)? = dy;
    result
}

/// The place for the gradient of an operator's input, to be overwritten.
pub(crate) fn overwrite<'g, S: Shape>(
    gradients: &'g mut Gradients<f32, Cpu>,
    input: &Tensor<S, f32, Cpu>,
) -> Result<&'g mut [f32], CpuError> {
    let dx = gradients.get_or_alloc_mut(input)?.as_mut_slice();
    debug_assert!(dx.iter().all(|gradient| *gradient == 0.0), "a tensor fed two layers");
    Ok(dx)
}

/// Has `walk` overwrite the gradient of an operator's input, where it is wanted, and others at the same time.
pub(crate) fn overwriting<S: Shape>(
    gradients: &mut Gradients<f32, Cpu>,
    input: Option<&Tensor<S, f32, Cpu>>,
    walk: impl FnOnce(Option<&mut [f32]>, &mut Gradients<f32, Cpu>) -> Result<(), CpuError>,
) -> Result<(), CpuError> {
    let Some(input) = input else { return walk(None, gradients) };
    overwrite(gradients, input)?;
    let mut dx = std::mem::take(&mut **gradients.get_or_alloc_mut(input)?);
    let result = walk(Some(&mut dx), gradients);
    **gradients.get_or_alloc_mut(input)? = dx;
    result
}
