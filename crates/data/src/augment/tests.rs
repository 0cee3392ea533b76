mod draws;

use super::*;
use plan::Operation;
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
            Operation::Rotation { degrees: 40.0, p: 1.0 },
            Operation::Shift { width_fraction: 0.2, height_fraction: 0.2, p: 1.0 },
            Operation::Shear { degrees: 0.2, p: 1.0 },
            Operation::Zoom { range: [0.8, 1.2], p: 1.0 },
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
        DrawnOperation::Zoom { height: 1.0, width: 1.0 },
        DrawnOperation::Flip { axis: FlipAxis::Horizontal, flipped: false },
    ];
    assert_eq!(applied(idle, NEAREST, size), still);
}

#[test]
fn operations_without_any_range_are_the_identity_for_every_draw() {
    let idle = Augmentation {
        operations: vec![
            Operation::Rotation { degrees: 0.0, p: 1.0 },
            Operation::Shift { width_fraction: 0.0, height_fraction: 0.0, p: 1.0 },
            Operation::Shear { degrees: 0.0, p: 1.0 },
            Operation::Zoom { range: [1.0, 1.0], p: 1.0 },
            Operation::Flip { axis: FlipAxis::Horizontal, p: 0.0 },
            Operation::Flip { axis: FlipAxis::Vertical, p: 0.0 },
        ],
        fill_mode: NEAREST,
        ..Augmentation::default()
    };
    for position in 0..50 {
        assert_eq!(draw(&idle, 5, 1, position, 20, 31).matrix(), Matrix::IDENTITY);
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
    let matrix = Drawn::new(vec![DrawnOperation::Zoom { height: 0.5, width: 2.0 }], NEAREST, 5, 5).matrix();
    assert_eq!(matrix, Matrix([[0.5, 0.0, 1.0], [0.0, 2.0, -2.0]]));
}

#[test]
fn shear_slants_columns() {
    let Matrix([rows, columns]) = Drawn::new(vec![DrawnOperation::Shear { degrees: 30.0 }], NEAREST, 1, 1).matrix();
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

/// Every operation once, each with the probability `p`.
fn every_operation(p: f32) -> Vec<Operation> {
    let range = [0.6, 1.5];
    let mut operations = tutorial(p).operations;
    for operation in &mut operations {
        match operation {
            Operation::Rotation { p: own, .. }
            | Operation::Shift { p: own, .. }
            | Operation::Shear { p: own, .. }
            | Operation::Zoom { p: own, .. } => *own = p,
            _ => {}
        }
    }
    operations.extend([
        Operation::RandomCrop { size: Some([20, 21]), padding: 2, p },
        Operation::ResizedCrop { scale: [0.3, 1.0], ratio: [0.75, 1.33], p },
        Operation::Brightness { range, p },
        Operation::Contrast { range, p },
        Operation::Saturation { range, p },
        Operation::Hue { range: [-0.1, 0.1], p },
        Operation::ChannelShift { intensity: 30.0, p },
        Operation::GaussianNoise { sigma: 0.05, p },
        Operation::GaussianBlur { kernel_size: 5, sigma: [0.1, 2.0], p },
        Operation::Grayscale { p },
        Operation::Cutout { scale: [0.02, 0.33], ratio: [0.3, 3.3], value: 90.0, p },
        Operation::OneOf { operations: tutorial(0.5).operations, p },
    ]);
    operations
}

/// The picture as a chain leaves it, 30 x 40 pixels.
fn copy(operations: &[Operation], position: u64) -> Vec<f32> {
    let chain = Augmentation { operations: operations.to_vec(), fill_mode: NEAREST, ..Augmentation::default() };
    let mut target = vec![f32::NAN; 30 * 40 * 3];
    apply(&draw(&chain, 4, 2, position, 30, 40), ColorMode::Rgb, &picture(30, 40), &mut target);
    target
}

#[test]
fn a_probability_of_0_is_the_identity_for_every_operation() {
    let still = moved((30, 40), |row, column| Some((row, column)));
    for operation in every_operation(0.0) {
        for position in 0..20 {
            assert_eq!(copy(std::slice::from_ref(&operation), position), still, "{operation:?}");
        }
    }
    assert_eq!(copy(&every_operation(0.0), 0), still);
}

#[test]
fn every_operation_does_something_and_the_same_for_the_same_key() {
    let still = moved((30, 40), |row, column| Some((row, column)));
    for operation in every_operation(1.0) {
        let operation = std::slice::from_ref(&operation);
        assert_ne!(copy(operation, 0), still, "{operation:?}");
        assert_eq!(copy(operation, 0), copy(operation, 0));
        let others = (1..8).filter(|&position| copy(operation, position) != copy(operation, 0)).count();
        // A mirror image and a grey copy are one and the same each time.
        let is_one = matches!(operation, [Operation::Flip { .. } | Operation::Grayscale { .. }]);
        assert!(is_one || others >= 5, "{operation:?}: {others}");
    }
}

#[test]
fn geometry_is_one_resampling_crops_included() {
    let steps = |operations: Vec<DrawnOperation>| Drawn::new(operations, NEAREST, 30, 40).steps;
    let window = Window { top_px: 3, left_px: 5, height_px: 20, width_px: 10 };
    let turn = DrawnOperation::Rotation { degrees: 10.0 };
    let light = DrawnOperation::Brightness { factor: 1.1 };
    let chain = vec![turn, DrawnOperation::ResizedCrop(window), DrawnOperation::Zoom { height: 0.9, width: 1.1 }];
    assert!(matches!(steps(chain)[..], [Step::Warp(_)]));
    let chain = vec![turn, light, DrawnOperation::Grayscale, DrawnOperation::Hue { turns: 0.1 }, turn];
    assert!(matches!(&steps(chain)[..], [Step::Warp(_), Step::Colors(colors), Step::Warp(_)] if colors.len() == 3));
    // A crop as large as the image, moved by whole pixels, is a shift.
    let moved_by = DrawnOperation::RandomCrop(Window { top_px: 2, left_px: -1, height_px: 30, width_px: 40 });
    let shift = DrawnOperation::Shift { height_px: 2.0, width_px: -1.0 };
    assert_eq!(applied(vec![moved_by], NEAREST, (30, 40)), applied(vec![shift], NEAREST, (30, 40)));
}

#[test]
fn windows_stay_in_their_bounds() {
    for position in 0..500 {
        for operation in draw(
            &Augmentation { operations: every_operation(1.0), fill_mode: NEAREST, ..Augmentation::default() },
            0,
            1,
            position,
            30,
            40,
        )
        .operations
        {
            let (window, padding) = match operation {
                DrawnOperation::RandomCrop(window) => (window, 2),
                DrawnOperation::ResizedCrop(window) | DrawnOperation::Cutout { window, .. } => (window, 0),
                _ => continue,
            };
            let inside =
                |first: i64, size: usize, whole: i64| -padding <= first && first + size as i64 <= whole + padding;
            assert!(inside(window.top_px, window.height_px, 30) && inside(window.left_px, window.width_px, 40));
        }
    }
}

#[test]
fn parameters_have_the_names_that_people_look_for() {
    let mut operations = tutorial(1.0).operations;
    operations.push(Operation::Rotation { degrees: 5.0, p: 1.0 });
    operations.push(Operation::Flip { axis: FlipAxis::Vertical, p: 0.0 });
    operations.push(Operation::Grayscale { p: 1.0 });
    let drawn = draw(&Augmentation { operations, fill_mode: NEAREST, ..Augmentation::default() }, 0, 1, 0, 30, 40);
    let names: Vec<String> = drawn.parameters().into_iter().map(|(name, _)| name).collect();
    let expected = [
        "rotation_degrees",
        "shift_height_px",
        "shift_width_px",
        "shear_degrees",
        "zoom_height",
        "zoom_width",
        "flip_horizontal",
        "rotation_2_degrees",
        "flip_vertical",
        "grayscale",
    ];
    assert_eq!(names, expected);
}

#[test]
fn the_bits_of_the_tutorial_chain_are_pinned() {
    // Changing these changes every augmented result: bump plan::ENGINE_VERSION with them.
    let source = picture(30, 40);
    let mut target = vec![0.0; source.len()];
    apply(&draw(&tutorial(0.5), 0, 1, 0, 30, 40), ColorMode::Rgb, &source, &mut target);
    let bytes: Vec<u8> = target.iter().flat_map(|value| value.to_le_bytes()).collect();
    assert_eq!(blake3::hash(&bytes).to_hex()[..16], *"6af31d666e7c2834");
}

/// The golden copies of a picture: what each operation, and all of them, make of it.
#[test]
fn the_bits_of_every_operation_are_pinned() {
    // Changing these changes augmented results: bump plan::ENGINE_VERSION with them.
    let hash = |operations: &[Operation]| {
        let bytes: Vec<u8> = copy(operations, 1).iter().flat_map(|value| value.to_le_bytes()).collect();
        blake3::hash(&bytes).to_hex()[..16].to_owned()
    };
    let mut golden: Vec<String> = every_operation(1.0)
        .iter()
        .map(|operation| format!("{} {}", operation.name(), hash(std::slice::from_ref(operation))))
        .collect();
    golden.push(format!("all {}", hash(&every_operation(1.0))));
    insta::assert_snapshot!(golden.join("\n"));
}

#[test]
fn what_the_processor_can_do_decides_no_bit() {
    for fill_mode in [NEAREST, FillMode::Reflect, FillMode::Wrap, FillMode::Constant { value: 77.0 }] {
        let drawn = draw(&Augmentation { fill_mode, ..tutorial(1.0) }, 0, 1, 3, 30, 40);
        let source = picture(30, 40);
        let warp = Warp { pixels: &source, height: 30, width: 40, matrix: drawn.matrix(), fill_mode };
        let (mut best, mut plain) = (vec![0.0; source.len()], vec![0.0; source.len()]);
        warp.run(ColorMode::Rgb, &mut best);
        warp.run_here(ColorMode::Rgb, &mut plain);
        assert_eq!(best, plain);
    }
}

fn any_operation() -> impl Strategy<Value = DrawnOperation> {
    prop_oneof![
        (-180.0_f32..180.0).prop_map(|degrees| DrawnOperation::Rotation { degrees }),
        (-90.0_f32..90.0, -90.0_f32..90.0)
            .prop_map(|(height_px, width_px)| DrawnOperation::Shift { height_px, width_px }),
        (-89.0_f32..89.0).prop_map(|degrees| DrawnOperation::Shear { degrees }),
        (0.1_f32..4.0, 0.1_f32..4.0).prop_map(|(height, width)| DrawnOperation::Zoom { height, width }),
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
