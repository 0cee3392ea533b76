use super::*;
use proptest::prelude::*;

const NEAREST: FillMode = FillMode::Nearest;

/// A picture without any symmetry.
fn picture(height: usize, width: usize) -> Vec<u8> {
    (0..height * width * 3).map(|i| (i * i * 31 + i * 7) as u8).collect()
}

fn applied(operations: Vec<DrawnOperation>, fill_mode: FillMode, (height, width): (usize, usize)) -> Vec<f32> {
    let mut target = vec![f32::NAN; height * width * 3];
    apply(&Drawn::new(operations, fill_mode, height, width), ColorMode::Rgb, &picture(height, width), &mut target);
    target
}

/// The picture with the pixel of `source(row, column)` at each place; the constant 51 where that is `None`.
fn moved((height, width): (usize, usize), source: impl Fn(usize, usize) -> Option<(usize, usize)>) -> Vec<f32> {
    let picture = picture(height, width);
    let pixel = |(row, column): (usize, usize)| {
        let levels = source(row, column).map_or([51; 3], |(r, c)| [0, 1, 2].map(|k| picture[(r * width + c) * 3 + k]));
        levels.map(|level| f32::from(level) / 255.0)
    };
    (0..height * width).flat_map(|i| pixel((i / width, i % width))).collect()
}

fn tutorial(p: f32) -> Augmentation {
    Augmentation {
        operations: vec![
            Operation::Rotation { degrees: 40.0 },
            Operation::Shift { width_fraction: 0.2, height_fraction: 0.2 },
            Operation::Shear { degrees: 0.2 },
            Operation::Zoom { range: [0.8, 1.2] },
            Operation::Flip { axis: FlipAxis::Horizontal, p },
        ],
        fill_mode: NEAREST,
        ..Augmentation::default()
    }
}

#[test]
fn no_operation_gives_exactly_the_levels() {
    let size = (7, 11);
    let still = moved(size, |row, column| Some((row, column)));
    let none = Augmentation::default();
    let mut target = vec![0.0; 7 * 11 * 3];
    apply(&draw(&none, 1, 2, 3, 7, 11), ColorMode::Rgb, &picture(7, 11), &mut target);
    assert_eq!(target, still);
    let idle = vec![
        DrawnOperation::Rotation { degrees: 0.0 },
        DrawnOperation::Shift { height_px: 0.0, width_px: 0.0 },
        DrawnOperation::Shear { degrees: 0.0 },
        DrawnOperation::Zoom { rows: 1.0, columns: 1.0 },
        DrawnOperation::Flip { axis: FlipAxis::Horizontal, flipped: false },
    ];
    assert_eq!(applied(idle, NEAREST, size), still);
}

#[test]
fn operations_without_any_range_are_the_identity_for_every_draw() {
    let idle = Augmentation {
        operations: vec![
            Operation::Rotation { degrees: 0.0 },
            Operation::Shift { width_fraction: 0.0, height_fraction: 0.0 },
            Operation::Shear { degrees: 0.0 },
            Operation::Zoom { range: [1.0, 1.0] },
            Operation::Flip { axis: FlipAxis::Horizontal, p: 0.0 },
            Operation::Flip { axis: FlipAxis::Vertical, p: 0.0 },
        ],
        fill_mode: NEAREST,
        ..Augmentation::default()
    };
    for position in 0..50 {
        assert_eq!(draw(&idle, 5, 1, position, 20, 31).matrix, Matrix::IDENTITY);
    }
}

#[test]
fn flips_mirror_exactly() {
    let flip = |axis| applied(vec![DrawnOperation::Flip { axis, flipped: true }], NEAREST, (4, 5));
    assert_eq!(flip(FlipAxis::Horizontal), moved((4, 5), |row, column| Some((row, 4 - column))));
    assert_eq!(flip(FlipAxis::Vertical), moved((4, 5), |row, column| Some((3 - row, column))));
}

#[test]
fn whole_pixel_shifts_move_and_fill() {
    let shift = |mode| applied(vec![DrawnOperation::Shift { height_px: 2.0, width_px: -1.0 }], mode, (5, 4));
    let size = (5, 4);
    assert_eq!(shift(NEAREST), moved(size, |row, column| Some(((row + 2).min(4), column.saturating_sub(1)))));
    let constant = FillMode::Constant { value: 51.0 };
    assert_eq!(
        shift(constant),
        moved(size, |row, column| Some((row + 2, column.checked_sub(1)?)).filter(|at| at.0 < 5))
    );
    let reflect = |row, column: usize| Some(([2, 3, 4, 4, 3][row], column.saturating_sub(1)));
    assert_eq!(shift(FillMode::Reflect), moved(size, reflect));
    let wrap = |row, column| Some(([2, 3, 4, 1, 2][row], [2, 0, 1, 2][column]));
    assert_eq!(shift(FillMode::Wrap), moved(size, wrap));
}

#[test]
fn half_pixel_shifts_are_means_of_neighbours() {
    let target = applied(vec![DrawnOperation::Shift { height_px: 0.0, width_px: 0.5 }], NEAREST, (3, 3));
    let whole =
        |pixels: f32| applied(vec![DrawnOperation::Shift { height_px: 0.0, width_px: pixels }], NEAREST, (3, 3));
    for ((half, left), right) in target.iter().zip(whole(0.0)).zip(whole(1.0)) {
        assert!((half - (left + right) / 2.0).abs() < 1e-6);
    }
}

#[test]
fn a_quarter_turn_takes_rows_to_columns_about_the_centre() {
    let target = applied(vec![DrawnOperation::Rotation { degrees: 90.0 }], NEAREST, (5, 5));
    let turned = moved((5, 5), |row, column| Some((column, 4 - row)));
    for (got, expected) in target.iter().zip(turned) {
        assert!((got - expected).abs() < 1e-5, "{got} {expected}");
    }
    // The centre of an image that is not square stays where it is.
    let (wide, drawn) = (picture(5, 9), Drawn::new(vec![DrawnOperation::Rotation { degrees: 90.0 }], NEAREST, 5, 9));
    let mut target = vec![0.0; wide.len()];
    apply(&drawn, ColorMode::Rgb, &wide, &mut target);
    let centre = (2 * 9 + 4) * 3;
    assert!((target[centre] - f32::from(wide[centre]) / 255.0).abs() < 1e-5);
}

#[test]
fn zoom_below_one_magnifies_the_centre() {
    let matrix = Drawn::new(vec![DrawnOperation::Zoom { rows: 0.5, columns: 2.0 }], NEAREST, 5, 5).matrix;
    assert_eq!(matrix, Matrix([[0.5, 0.0, 1.0], [0.0, 2.0, -2.0]]));
}

#[test]
fn shear_slants_columns() {
    let Matrix([rows, columns]) = Drawn::new(vec![DrawnOperation::Shear { degrees: 30.0 }], NEAREST, 1, 1).matrix;
    assert!((rows[0] - 0.75_f64.sqrt()).abs() < 1e-12 && rows[1] == 0.0);
    assert!((columns[0] + 0.5).abs() < 1e-7 && columns[1] == 1.0);
}

#[test]
fn operations_act_in_order() {
    // First the shift, then the mirror image of what the shift gave.
    let shift = DrawnOperation::Shift { height_px: 0.0, width_px: 1.0 };
    let flip = DrawnOperation::Flip { axis: FlipAxis::Horizontal, flipped: true };
    let shifted_then_flipped = moved((2, 4), |row, column| Some((row, (3 - column + 1).min(3))));
    assert_eq!(applied(vec![shift, flip], NEAREST, (2, 4)), shifted_then_flipped);
    let flipped_then_shifted = moved((2, 4), |row, column| Some((row, 3 - (column + 1).min(3))));
    assert_eq!(applied(vec![flip, shift], NEAREST, (2, 4)), flipped_then_shifted);
}

#[test]
fn the_same_key_draws_the_same_numbers_and_another_key_others() {
    let drawn = |seed, epoch, position| draw(&tutorial(0.5), seed, epoch, position, 150, 150);
    assert_eq!(drawn(0, 1, 2), drawn(0, 1, 2));
    for other in [drawn(1, 1, 2), drawn(0, 2, 2), drawn(0, 1, 3)] {
        assert_ne!(other, drawn(0, 1, 2));
    }
}

#[test]
fn a_probability_does_not_shift_the_draws_of_other_operations() {
    let drawn = |p| {
        let mut augmentation = tutorial(p);
        augmentation.operations.insert(0, Operation::Flip { axis: FlipAxis::Vertical, p });
        draw(&augmentation, 3, 1, 9, 150, 150).operations
    };
    let (never, always) = (drawn(0.0), drawn(1.0));
    assert_eq!(never[1..5], always[1..5]);
    assert_eq!(never[5], DrawnOperation::Flip { axis: FlipAxis::Horizontal, flipped: false });
    assert_eq!(always[5], DrawnOperation::Flip { axis: FlipAxis::Horizontal, flipped: true });
}

#[test]
fn draws_cover_their_ranges() {
    let mut seen = (0, [f32::MAX, f32::MIN]);
    for position in 0..500 {
        let drawn = draw(&tutorial(0.5), 0, 1, position, 100, 200);
        for operation in drawn.operations {
            match operation {
                DrawnOperation::Rotation { degrees } => assert!(degrees.abs() <= 40.0),
                DrawnOperation::Shift { height_px, width_px } => {
                    assert!(height_px.abs() <= 20.0 && width_px.abs() <= 40.0);
                    seen.1 = [seen.1[0].min(width_px), seen.1[1].max(width_px)];
                }
                DrawnOperation::Shear { degrees } => assert!(degrees.abs() <= 0.2),
                DrawnOperation::Zoom { rows, columns } => {
                    assert!((0.8..=1.2).contains(&rows) && (0.8..=1.2).contains(&columns));
                }
                DrawnOperation::Flip { flipped, .. } => seen.0 += usize::from(flipped),
            }
        }
    }
    assert!((200..300).contains(&seen.0), "{} of 500 flipped", seen.0);
    assert!(seen.1[0] < -35.0 && seen.1[1] > 35.0, "{:?}", seen.1);
}

#[test]
fn the_bits_of_the_tutorial_chain_are_pinned() {
    // Changing these changes every augmented result: bump plan::ENGINE_VERSION with them.
    let source = picture(30, 40);
    let mut target = vec![0.0; source.len()];
    apply(&draw(&tutorial(0.5), 0, 1, 0, 30, 40), ColorMode::Rgb, &source, &mut target);
    let bytes: Vec<u8> = target.iter().flat_map(|value| value.to_le_bytes()).collect();
    assert_eq!(blake3::hash(&bytes).to_hex()[..16], *"f947450f784fa1ba");
}

fn any_operation() -> impl Strategy<Value = DrawnOperation> {
    prop_oneof![
        (-180.0_f32..180.0).prop_map(|degrees| DrawnOperation::Rotation { degrees }),
        (-90.0_f32..90.0, -90.0_f32..90.0)
            .prop_map(|(height_px, width_px)| DrawnOperation::Shift { height_px, width_px }),
        (-89.0_f32..89.0).prop_map(|degrees| DrawnOperation::Shear { degrees }),
        (0.1_f32..4.0, 0.1_f32..4.0).prop_map(|(rows, columns)| DrawnOperation::Zoom { rows, columns }),
        (any::<bool>(), any::<bool>()).prop_map(|(horizontal, flipped)| DrawnOperation::Flip {
            axis: if horizontal { FlipAxis::Horizontal } else { FlipAxis::Vertical },
            flipped,
        }),
    ]
}

fn any_fill_mode() -> impl Strategy<Value = FillMode> {
    let constant = FillMode::Constant { value: 255.0 };
    prop_oneof![Just(NEAREST), Just(FillMode::Reflect), Just(FillMode::Wrap), Just(constant)]
}

proptest! {
    #[test]
    fn any_chain_on_any_size_gives_levels_of_the_source(
        operations in prop::collection::vec(any_operation(), 0..6),
        mode in any_fill_mode(),
        height in 1_usize..24,
        width in 1_usize..24,
    ) {
        for value in applied(operations, mode, (height, width)) {
            prop_assert!((0.0..=1.0).contains(&value), "{value}");
        }
    }

    #[test]
    fn a_channel_alone_has_the_bits_that_it_has_beside_others(
        operations in prop::collection::vec(any_operation(), 0..6),
        mode in any_fill_mode(),
        height in 1_usize..24,
        width in 1_usize..24,
        channel in 0_usize..3,
    ) {
        let alone: Vec<u8> = picture(height, width).into_iter().skip(channel).step_by(3).collect();
        let mut target = vec![f32::NAN; height * width];
        apply(&Drawn::new(operations.clone(), mode, height, width), ColorMode::Grayscale, &alone, &mut target);
        let beside: Vec<f32> =
            applied(operations, mode, (height, width)).into_iter().skip(channel).step_by(3).collect();
        prop_assert_eq!(target, beside);
    }
}
