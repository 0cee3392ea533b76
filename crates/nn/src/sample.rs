//! The shape of one sample as a type.

use dfdx::shapes::{Const, ConstDim, Shape};
use std::marker::PhantomData;

/// An image of `H` rows, `W` columns and `C` channels.
#[derive(Clone, Copy, Debug, Default)]
pub struct Image<const H: usize, const W: usize, const C: usize>(PhantomData<[[[f32; C]; W]; H]>);

/// A vector of `N` values.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vector<const N: usize>(PhantomData<[f32; N]>);

/// What flows between layers, without the batch.
pub trait Sample: 'static {
    /// With the batch in front.
    type Batched: Shape;
    /// Number of values.
    const SIZE: usize;
    /// The shape of `count` samples.
    fn batched(count: usize) -> Self::Batched;
    /// The same as the plan's value.
    fn shape() -> plan::Shape;
}

/// A sample with rows, columns and channels.
pub trait ImageSample: Sample {
    /// Rows.
    const HEIGHT: usize;
    /// Columns.
    const WIDTH: usize;
    /// Channels, as a type: a dimension of a convolution's kernel.
    type Channels: ConstDim;
}

/// A flat sample.
pub trait VectorSample: Sample {
    /// Length, as a type: a dimension of a dense kernel.
    type Units: ConstDim;
}

impl<const H: usize, const W: usize, const C: usize> Sample for Image<H, W, C> {
    type Batched = (usize, Const<H>, Const<W>, Const<C>);
    const SIZE: usize = H * W * C;

    fn batched(count: usize) -> Self::Batched {
        (count, Const, Const, Const)
    }

    fn shape() -> plan::Shape {
        plan::Shape::Image { height: H, width: W, channels: C }
    }
}

impl<const H: usize, const W: usize, const C: usize> ImageSample for Image<H, W, C> {
    const HEIGHT: usize = H;
    const WIDTH: usize = W;
    type Channels = Const<C>;
}

impl<const N: usize> Sample for Vector<N> {
    type Batched = (usize, Const<N>);
    const SIZE: usize = N;

    fn batched(count: usize) -> Self::Batched {
        (count, Const)
    }

    fn shape() -> plan::Shape {
        plan::Shape::Vector { units: N }
    }
}

impl<const N: usize> VectorSample for Vector<N> {
    type Units = Const<N>;
}
