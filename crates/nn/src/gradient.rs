//! Gradients on their way back through the tape.
//!
//! A layer's backward operator takes the gradient of its output out of dfdx's [`Gradients`](dfdx::prelude::Gradients),
//! so that the memory is free as soon as it is used, and writes the gradients of its input and parameters.

use dfdx::prelude::{Cpu, CpuError, Gradients, Shape, Tensor};
use std::ops::DerefMut;

/// Takes a gradient out, for the operator whose output it belongs to and nobody else.
pub(crate) fn take(slot: &mut impl DerefMut<Target = Vec<f32>>) -> Vec<f32> {
    std::mem::take(&mut **slot)
}

/// The place for the gradient of an operator's input, to be overwritten.
///
/// Overwriting is right as long as a tensor feeds one layer, which a layer's `forward` sees to by taking its input by value;
/// tests and debug builds make sure.
pub(crate) fn fresh(slot: &mut impl DerefMut<Target = Vec<f32>>) -> &mut [f32] {
    debug_assert!(slot.iter().all(|gradient| *gradient == 0.0), "a tensor fed two layers");
    slot
}

/// Has `write` overwrite the gradients of a layer's kernel and bias.
pub(crate) fn weights<K: Shape, B: Shape>(
    gradients: &mut Gradients<f32, Cpu>,
    kernel: &Tensor<K, f32, Cpu>,
    bias: Option<&Tensor<B, f32, Cpu>>,
    write: impl FnOnce(&mut [f32], Option<&mut [f32]>),
) -> Result<(), CpuError> {
    // Two places of one map cannot be borrowed at once: the bias's is taken out and put back.
    let Some(bias) = bias else {
        write(gradients.get_or_alloc_mut(kernel)?, None);
        return Ok(());
    };
    let mut dbias = take(gradients.get_or_alloc_mut(bias)?);
    write(gradients.get_or_alloc_mut(kernel)?, Some(&mut dbias));
    **gradients.get_or_alloc_mut(bias)? = dbias;
    Ok(())
}
