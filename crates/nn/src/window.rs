//! Windows over rows and columns as types, and the arithmetic of their output sizes.

use dfdx::shapes::{Const, ConstDim};

/// A number for rows and a number for columns, as types.
pub trait Pair: 'static {
    /// For rows.
    type Rows: ConstDim;
    /// For columns.
    type Columns: ConstDim;
    /// Both: rows, columns.
    const SIZES: [usize; 2] = [Self::Rows::SIZE, Self::Columns::SIZE];
}

macro_rules! pair {
    ($(#[doc = $doc:literal] $name:ident)*) => {$(
        #[doc = $doc]
        #[derive(Clone, Copy, Debug, Default)]
        pub struct $name<const ROWS: usize, const COLUMNS: usize>;

        impl<const ROWS: usize, const COLUMNS: usize> Pair for $name<ROWS, COLUMNS> {
            type Rows = Const<ROWS>;
            type Columns = Const<COLUMNS>;
        }
    )*};
}

pair! {
    /// Height and width of a convolution's kernel.
    Kernel
    /// Height and width of a pooling window.
    Pool
    /// Steps of a window, down and to the right.
    Strides
}

/// Height, width, and in their last number how many input channels one filter sees, of a convolution's kernel in groups. There
/// are as many groups as that goes into the input's channels; where it is 1, the convolution is depthwise.
#[derive(Clone, Copy, Debug, Default)]
pub struct GroupedKernel<const ROWS: usize, const COLUMNS: usize, const SEEN: usize>;

impl<const ROWS: usize, const COLUMNS: usize, const SEEN: usize> Pair for GroupedKernel<ROWS, COLUMNS, SEEN> {
    type Rows = Const<ROWS>;
    type Columns = Const<COLUMNS>;
}

/// The size of a convolution's kernel.
pub trait KernelSize: Pair {
    /// How many of the input's channels one filter sees: a dimension of the kernel.
    type Seen<Channels: ConstDim>: ConstDim;
}

impl<const ROWS: usize, const COLUMNS: usize> KernelSize for Kernel<ROWS, COLUMNS> {
    type Seen<Channels: ConstDim> = Channels;
}

impl<const ROWS: usize, const COLUMNS: usize, const SEEN: usize> KernelSize for GroupedKernel<ROWS, COLUMNS, SEEN> {
    type Seen<Channels: ConstDim> = Const<SEEN>;
}

/// What happens at the edges of the input.
pub trait PaddingMode: 'static {
    /// The plan's value.
    const MODE: plan::Padding;
}

/// The window stays inside the input.
#[derive(Clone, Copy, Debug, Default)]
pub struct Valid;

/// The output has ceil(input / stride) cells.
#[derive(Clone, Copy, Debug, Default)]
pub struct Same;

impl PaddingMode for Valid {
    const MODE: plan::Padding = plan::Padding::Valid;
}

impl PaddingMode for Same {
    const MODE: plan::Padding = plan::Padding::Same;
}

/// The plan's value of a window.
pub(crate) const fn window<K: Pair, S: Pair, P: PaddingMode>() -> plan::Window {
    plan::Window { size: K::SIZES, strides: S::SIZES, padding: P::MODE }
}
