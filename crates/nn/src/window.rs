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

/// Cells of the output along one side; 0 where the window does not fit.
pub(crate) const fn output_side(input: usize, window: usize, stride: usize, padding: plan::Padding) -> usize {
    match padding {
        plan::Padding::Same => input.div_ceil(stride),
        plan::Padding::Valid if input < window => 0,
        plan::Padding::Valid => (input - window) / stride + 1,
    }
}

/// The plan's value of a window.
pub(crate) fn window<K: Pair, S: Pair, P: PaddingMode>() -> plan::Window {
    plan::Window { size: K::SIZES, strides: S::SIZES, padding: P::MODE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_sides_are_the_plan_s() {
        for (input, size, stride) in (1..12).flat_map(|i| (1..5).flat_map(move |k| (1..4).map(move |s| (i, k, s)))) {
            for padding in [plan::Padding::Valid, plan::Padding::Same] {
                let window = plan::Window { size: [size; 2], strides: [stride; 2], padding };
                let expected = window.output(input, input).map_or(0, |(height, _)| height);
                assert_eq!(output_side(input, size, stride, padding), expected);
            }
        }
    }
}
