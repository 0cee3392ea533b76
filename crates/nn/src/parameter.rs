//! Trained arrays, whatever their shape.

use crate::tensor::{slice, slice_mut};
use dfdx::prelude::{Cpu, CpuError, Gradients, HasShape, Shape, Tensor};
use kernels::dense::KernelGradient;

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
    fn gradient<'g>(&self, gradients: &'g mut Gradients<f32, Cpu>) -> Result<Gradient<'g>, CpuError>;
}

/// The gradient of a parameter, to be read piece by piece.
pub enum Gradient<'g> {
    /// Its values.
    Stored(&'g [f32]),
    /// That of a large matrix, of which nothing is stored but the factors: a piece is computed when it is read.
    Product(KernelGradient<'g>),
}

impl Gradient<'_> {
    /// Number of values.
    pub fn size(&self) -> usize {
        match self {
            Gradient::Stored(values) => values.len(),
            Gradient::Product(product) => product.shape().inputs * product.shape().outputs,
        }
    }

    /// Values of a piece, for whoever cuts the gradient for threads. It stays in the cache while it is worked on.
    pub fn piece(&self) -> usize {
        match self {
            Gradient::Stored(_) => 16 * 1024,
            Gradient::Product(product) => product.rows_at_once() * product.shape().outputs,
        }
    }

    /// Overwrites `piece` with the values from number `first` on, which is where a piece starts: a multiple of
    /// [`piece`](Self::piece).
    ///
    /// # Panics
    /// If there are not so many, or not from there on.
    pub fn read(&self, first: usize, piece: &mut [f32]) {
        match self {
            Gradient::Stored(values) => piece.copy_from_slice(&values[first..][..piece.len()]),
            Gradient::Product(product) => {
                let outputs = product.shape().outputs;
                assert!(first.is_multiple_of(outputs), "a piece starts with a row");
                product.rows(first / outputs, piece);
            }
        }
    }

    /// All values.
    pub fn to_vec(&self) -> Vec<f32> {
        let mut values = vec![0.0; self.size()];
        self.read(0, &mut values);
        values
    }
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

    fn gradient<'g>(&self, gradients: &'g mut Gradients<f32, Cpu>) -> Result<Gradient<'g>, CpuError> {
        gradients.get_or_alloc_mut(self).map(|gradient| Gradient::Stored(gradient))
    }
}
