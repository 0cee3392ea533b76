//! Memory that layers keep from pass to pass: outputs, and what the way back needs to know of the way forward.
//!
//! Memory of megabytes that is new costs more than what is written to it: the system maps it page by page. So a layer
//! takes what its last pass wrote, writes over it, and puts it back. The tensor that it takes keeps its identity, so its
//! gradient, too, finds the place that it had in the last pass.
//!
//! What somebody still holds is never written over: then a copy is. So passes may overlap; it only takes longer.

use crate::tensor::Batched;
use dfdx::prelude::{Cpu, HasShape, Shape, Tensor, ZerosTensor};
use std::cell::RefCell;
use std::sync::Arc;

/// The output of a layer that makes `S`.
pub(crate) type Output<S> = Kept<Batched<S>>;

/// Numbers of a pass, one for each value of the output.
pub(crate) type Notes<T> = Kept<Arc<[T]>>;

/// What the last pass wrote. Of passes of different sizes only the last one's is kept.
#[derive(Debug)]
pub(crate) struct Kept<V>(RefCell<Option<V>>);

impl<V> Default for Kept<V> {
    fn default() -> Self {
        Kept(RefCell::new(None))
    }
}

/// A copy of a layer is another layer: its outputs are not this one's.
impl<V> Clone for Kept<V> {
    fn clone(&self) -> Self {
        Kept::default()
    }
}

impl<V: Clone> Kept<V> {
    /// Keeps for the next pass what this one wrote.
    pub fn put(&self, written: &V) {
        self.0.replace(Some(written.clone()));
    }
}

impl<S: Shape> Kept<Tensor<S, f32, Cpu>> {
    /// A tensor to be overwritten: the last one, where it has this shape.
    pub fn take(&self, device: &Cpu, shape: S) -> Tensor<S, f32, Cpu> {
        let fitting = self.0.take().filter(|last| *last.shape() == shape);
        fitting.unwrap_or_else(|| device.zeros_like(&shape))
    }
}

impl<T: Clone + Default> Kept<Arc<[T]>> {
    /// So many numbers, to be overwritten with the help of [`Arc::make_mut`].
    pub fn take(&self, len: usize) -> Arc<[T]> {
        let fitting = self.0.take().filter(|last| last.len() == len);
        fitting.unwrap_or_else(|| vec![T::default(); len].into())
    }
}
