//! What is drawn, before anything is done with it.

use super::*;

#[test]
fn the_same_key_draws_the_same_numbers_and_another_key_others() {
    let drawn = |seed, epoch, position| draw(&tutorial(0.5), seed, epoch, position, 150, 150);
    assert_eq!(drawn(0, 1, 2), drawn(0, 1, 2));
    for other in [drawn(1, 1, 2), drawn(0, 2, 2), drawn(0, 1, 3)] {
        assert_ne!(other, drawn(0, 1, 2));
    }
}

#[test]
fn what_an_operation_draws_depends_on_no_other() {
    let drawn = |operations: &[Operation]| {
        let augmentation = Augmentation { operations: operations.to_vec(), ..Augmentation::default() };
        draw(&augmentation, 5, 2, 7, 40, 30).operations
    };
    let operations = every_operation(1.0);
    let together = drawn(&operations);
    assert_eq!(together.len(), operations.len());
    for left_out in 0..operations.len() {
        let (mut rest, mut expected) = (operations.clone(), together.clone());
        rest.remove(left_out);
        expected.remove(left_out);
        assert_eq!(drawn(&rest), expected, "without {}", operations[left_out].name());
        let mut never = operations.clone();
        never[left_out] = every_operation(0.0).swap_remove(left_out);
        let mut never = drawn(&never);
        if let Operation::Flip { .. } = operations[left_out] {
            never.remove(left_out); // a flip that is not done is listed
        }
        assert_eq!(never, expected, "with {} of probability 0", operations[left_out].name());
    }
    let (mut turned, mut expected) = (operations.clone(), together.clone());
    turned.reverse();
    expected.reverse();
    assert_eq!(drawn(&turned), expected);
    // The second of a name is another than the first.
    let twice = drawn(&[operations[0].clone(), operations[0].clone()]);
    assert_ne!(twice[0], twice[1]);
}

#[test]
fn one_of_draws_each_of_its_operations_alike_often() {
    let range = [0.5, 0.9];
    let operations = vec![
        Operation::Brightness { range, p: 1.0 },
        Operation::Contrast { range, p: 1.0 },
        Operation::Rotation { degrees: 20.0, p: 0.5 },
    ];
    let chain = Augmentation {
        operations: vec![Operation::OneOf { operations, p: 0.9 }],
        fill_mode: NEAREST,
        ..Augmentation::default()
    };
    let mut counts = [0; 4];
    for position in 0..2000 {
        match draw(&chain, 0, 1, position, 30, 30).operations.as_slice() {
            [] => counts[0] += 1,
            [DrawnOperation::Brightness { factor }] if (0.5..=0.9).contains(factor) => counts[1] += 1,
            [DrawnOperation::Contrast { factor }] if (0.5..=0.9).contains(factor) => counts[2] += 1,
            [DrawnOperation::Rotation { degrees }] if degrees.abs() <= 20.0 => counts[3] += 1,
            other => panic!("{other:?}"),
        }
    }
    for (count, expected) in counts.iter().zip([500, 600, 600, 300_i32]) {
        assert!((count - expected).abs() < 80, "{counts:?}");
    }
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
                DrawnOperation::Zoom { height, width } => {
                    assert!((0.8..=1.2).contains(&height) && (0.8..=1.2).contains(&width));
                }
                DrawnOperation::Flip { flipped, .. } => seen.0 += usize::from(flipped),
                other => panic!("{other:?} was not asked for"),
            }
        }
    }
    assert!((200..300).contains(&seen.0), "{} of 500 flipped", seen.0);
    assert!(seen.1[0] < -35.0 && seen.1[1] > 35.0, "{:?}", seen.1);
}
