//! Trained arrays, whatever their shape.

use crate::tensor::{slice, slice_mut};
use dfdx::prelude::{Cpu, CpuError, Gradients, HasShape, Shape, Tensor};

/// A trained array of a layer.
pub trait Parameter {
    /// Its shape: convolution kernels height, width, in, out; dense kernels in, out.
    fn shape(&self) -> Vec<usize>;
    /// Its values in C order.
    fn values(&self) -> &[f32];
    /// Its values, to be changed in place. Drop the tape of a pass before: while the tape holds the values, they are
    /// copied.
    fn values_mut(&mut self) -> &mut [f32];
    /// Its gradient after a backward pass, in C order; zeros where no pass reached it that these gradients went through.
    ///
    /// # Errors
    /// [`CpuError::OutOfMemory`] where there is no memory for those zeros.
    fn gradient<'g>(&self, gradients: &'g mut Gradients<f32, Cpu>) -> Result<&'g mut [f32], CpuError>;
}

impl<S: Shape> Parameter for Tensor<S, f32, Cpu> {
    fn shape(&self) -> Vec<usize> {
        HasShape::shape(self).concrete().into()
    }

    fn values(&self) -> &[f32] {
        slice(self)
    }

    fn values_mut(&mut self) -> &mut [f32] {
        slice_mut(self)
    }

    fn gradient<'g>(&self, gradients: &'g mut Gradients<f32, Cpu>) -> Result<&'g mut [f32], CpuError> {
        gradients.get_or_alloc_mut(self).map(|gradient| gradient.as_mut_slice())
    }
}
