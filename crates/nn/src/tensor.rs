//! Names for the tensors between layers, and their memory as slices.

use crate::sample::Sample;
use dfdx::prelude::{Const, Cpu, HasShape, NoneTape, Shape, Tensor};

/// A batch of images, NHWC.
pub type Images<const H: usize, const W: usize, const C: usize, T = NoneTape> =
    Tensor<(usize, Const<H>, Const<W>, Const<C>), f32, Cpu, T>;

/// A batch of vectors.
pub type Vectors<const N: usize, T = NoneTape> = Tensor<(usize, Const<N>), f32, Cpu, T>;

/// A batch of `S`: [`Images`] or [`Vectors`].
pub type Batched<S, T = NoneTape> = Tensor<<S as Sample>::Batched, f32, Cpu, T>;

/// The values of a tensor that lies in memory in C order, as all tensors of layers and parameters do (what dfdx's
/// `permute`, `broadcast` or `slice` give does not: call its `contiguous()` first).
///
/// # Panics
/// If the tensor is laid out otherwise.
pub fn slice<S: Shape, T>(tensor: &Tensor<S, f32, Cpu, T>) -> &[f32] {
    let len = contiguous_len(tensor);
    if len == 0 {
        return &[];
    }
    let first: *const f32 = &tensor[S::Concrete::default()];
    // SAFETY: a Cpu tensor's elements are one `Vec<f32>`, indexing gives a reference into it, and the two indexings
    // of `contiguous_len` showed that element 0 has `len - 1` elements behind it in that same vector. The result
    // borrows the tensor, which keeps the vector alive and unchanged: writing takes `&mut` to it, and a clone that
    // shares the vector copies it before it writes.
    unsafe { std::slice::from_raw_parts(first, len) }
}

/// The values of a tensor in C order, to be changed in place. Where a clone shares them, they are copied first.
///
/// # Panics
/// If the tensor is laid out otherwise than in C order.
pub fn slice_mut<S: Shape, T>(tensor: &mut Tensor<S, f32, Cpu, T>) -> &mut [f32] {
    let len = contiguous_len(tensor);
    if len == 0 {
        return &mut [];
    }
    let first: *mut f32 = &mut tensor[S::Concrete::default()];
    // SAFETY: as in `slice`; besides, mutable indexing has just made this tensor the only owner of the vector, and the
    // result borrows the tensor mutably.
    unsafe { std::slice::from_raw_parts_mut(first, len) }
}

/// Number of samples of a batch.
pub(crate) fn count<S: Shape, T>(batch: &Tensor<S, f32, Cpu, T>) -> usize {
    HasShape::shape(batch).concrete()[0]
}

/// The number of elements, once it is sure that they stand side by side in C order.
fn contiguous_len<S: Shape, T>(tensor: &Tensor<S, f32, Cpu, T>) -> usize {
    let shape = HasShape::shape(tensor);
    let len = shape.num_elements();
    if len == 0 {
        return 0;
    }
    let sizes = shape.concrete();
    let address = |index: S::Concrete| -> usize { (&raw const tensor[index]).addr() };
    let first = address(S::Concrete::default());
    let mut stride = len;
    for axis in 0..S::NUM_DIMS {
        stride /= sizes[axis];
        // With one element along an axis, its stride is never used.
        if sizes[axis] > 1 {
            let mut second = S::Concrete::default();
            second[axis] = 1;
            assert_eq!(
                address(second).wrapping_sub(first),
                stride * size_of::<f32>(),
                "axis {axis} of a tensor {sizes:?} is not in C order"
            );
        }
    }
    len
}

#[cfg(test)]
mod tests {
    use super::*;
    use dfdx::prelude::{AsArray, Axes2, BroadcastTo, PermuteTo, Rank0, Rank2, TensorFrom, ZerosTensor};

    #[test]
    fn slices_are_the_values_in_c_order() {
        let device = Cpu::default();
        let mut tensor = device.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        let before = tensor.clone();
        assert_eq!(slice(&tensor), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        slice_mut(&mut tensor)[4] = 7.0;
        assert_eq!(tensor.array(), [[1.0, 2.0, 3.0], [4.0, 7.0, 6.0]]);
        assert_eq!(before.array(), [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        assert_eq!(slice(&device.tensor(8.0)), [8.0]);
        let empty: Vectors<3> = device.zeros_like(&(0, Const));
        assert!(slice(&empty).is_empty());
    }

    #[test]
    #[should_panic = "not in C order"]
    fn a_permuted_tensor_has_no_slice() {
        let tensor = Cpu::default().tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        slice(&tensor.permute::<Rank2<3, 2>, Axes2<1, 0>>());
    }

    #[test]
    #[should_panic = "not in C order"]
    fn a_broadcast_tensor_has_no_slice() {
        let tensor: Tensor<Rank2<2, 2>, f32, Cpu> = Cpu::default().zeros::<Rank0>().broadcast();
        slice(&tensor);
    }
}
