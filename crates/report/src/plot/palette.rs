//! Colours: Okabe and Ito's set, told apart by people with any kind of colour vision
//! (<https://jfly.uni-koeln.de/color/>), and greys. What is told apart by colour is told apart by shape or dash too.

/// Red, green, blue.
pub type Rgb = (u8, u8, u8);

pub const ORANGE: Rgb = (0xE6, 0x9F, 0x00);
pub const BLUE: Rgb = (0x00, 0x72, 0xB2);
pub const VERMILLION: Rgb = (0xD5, 0x5E, 0x00);
pub const GREEN: Rgb = (0x00, 0x9E, 0x73);
pub const PURPLE: Rgb = (0xCC, 0x79, 0xA7);

pub const WHITE: Rgb = (0xFF, 0xFF, 0xFF);
/// Titles.
pub const INK: Rgb = (0x1A, 0x1A, 0x1A);
/// Labels.
pub const TEXT: Rgb = (0x44, 0x44, 0x44);
/// Ticks and captions.
pub const SOFT: Rgb = (0x70, 0x70, 0x70);
/// The baseline where it stands behind others.
pub const SHADE: Rgb = (0x9A, 0x9A, 0x9A);
/// Axes.
pub const AXIS: Rgb = (0xB0, 0xB0, 0xB0);
/// Grid.
pub const GRID: Rgb = (0xEA, 0xEA, 0xEA);
/// Every other row.
pub const STRIPE: Rgb = (0xF6, 0xF7, 0xF8);
