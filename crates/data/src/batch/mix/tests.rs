use super::*;
use proptest::prelude::*;

const SIZE: Size = Size { height: 6, width: 5, channels: 3 };
const LEN: usize = SIZE.height * SIZE.width * SIZE.channels;

/// Images all of whose numbers are their row, of classes 0, 1, 2, 0, ...
fn batch(count: usize) -> Batch {
    Batch {
        pixels: (0..count).flat_map(|row| vec![row as f32; LEN]).collect(),
        labels: (0..count as u32).map(|row| row % 3).collect(),
        mixed: Vec::new(),
        positions: (0..count as u64).collect(),
    }
}

fn mixed(mixup: Option<Mix>, cutmix: Option<Mix>, epoch: u64, step: u64) -> Batch {
    let mut batch = batch(8);
    mix(&mut batch, &Augmentation { mixup, cutmix, ..Augmentation::default() }, &Key { seed: 3, epoch, step }, SIZE);
    batch
}

const ALWAYS: Option<Mix> = Some(Mix { alpha: 1.0, p: 1.0 });

#[test]
fn what_is_mixed_is_decided_by_the_key() {
    assert_eq!(mixed(ALWAYS, None, 1, 2), mixed(ALWAYS, None, 1, 2));
    assert_ne!(mixed(ALWAYS, None, 1, 2), mixed(ALWAYS, None, 1, 3));
    assert_ne!(mixed(ALWAYS, None, 1, 2), mixed(ALWAYS, None, 2, 2));
    assert_eq!(mixed(None, None, 1, 2), batch(8));
    let never = Some(Mix { alpha: 1.0, p: 0.0 });
    assert_eq!(mixed(never, never, 1, 2), batch(8));
}

#[test]
fn blended_pixels_and_labels_have_the_same_shares() {
    let batch = mixed(ALWAYS, None, 1, 1);
    assert!(batch.mixed.iter().any(|mixed| mixed.share > 0.1));
    for (row, image) in batch.pixels.chunks_exact(LEN).enumerate() {
        let (own, value) = (row as u32 % 3, image[0]);
        assert!(image.iter().all(|other| *other == value));
        let Mixed { label, share } = batch.mixed[row];
        if batch.labels[row] == own && label == own {
            continue; // of its own class: any blend
        }
        // The class of the other row tells which rows it can be; the shares must give the value with one of them.
        let (other, kept) = if batch.labels[row] == own { (label, 1.0 - share) } else { (batch.labels[row], share) };
        let rows = (0..8).filter(|row| *row as u32 % 3 == other);
        let near = |other: usize| (kept * row as f32 + (1.0 - kept) * other as f32 - value).abs() < 1e-5;
        assert!(rows.into_iter().any(near), "row {row}: {value}, {:?} beside {own}", batch.mixed[row]);
    }
}

#[test]
fn a_box_has_the_share_of_its_pixels() {
    let mut boxes = 0;
    for step in 0..20 {
        let batch = mixed(None, ALWAYS, 1, step);
        for (row, image) in batch.pixels.chunks_exact(LEN).enumerate() {
            let foreign: Vec<usize> = (0..LEN / 3).filter(|pixel| image[3 * pixel] != row as f32).collect();
            assert!(image.chunks_exact(3).all(|pixel| pixel == [pixel[0]; 3]));
            let (own, share) = (row as u32 % 3, foreign.len() as f32 / (LEN / 3) as f32);
            let (Some(first), Some(last)) = (foreign.first(), foreign.last()) else { continue };
            let other = image[3 * first] as u32 % 3;
            let [rows, columns] = [1 + last / 5 - first / 5, 1 + last % 5 - first % 5];
            assert_eq!(rows * columns, foreign.len(), "a rectangle");
            let expected = super::share(own, other, share);
            assert_eq!((batch.labels[row], batch.mixed[row].label), (expected.0, expected.1.label));
            assert!((batch.mixed[row].share - expected.1.share).abs() < 1e-6);
            boxes += 1;
        }
    }
    assert!(boxes > 50, "{boxes}");
}

#[test]
fn of_two_that_fall_on_a_batch_one_is_done_each_as_often() {
    let blended = |batch: &Batch| batch.pixels.iter().any(|pixel| pixel.fract() != 0.0);
    let count = |mixup, cutmix| {
        let batches = (0..400).map(|step| mixed(mixup, cutmix, 1, step));
        batches.fold((0, 0), |(blends, boxes), batch| match blended(&batch) {
            true => (blends + 1, boxes),
            false if !batch.mixed.is_empty() => (blends, boxes + 1),
            false => (blends, boxes),
        })
    };
    let half = Some(Mix { alpha: 1.0, p: 0.5 });
    assert_eq!(count(ALWAYS, None), (400, 0));
    assert_eq!(count(None, ALWAYS), (0, 400));
    let around = |(blends, boxes): (i32, i32), expected: (i32, i32)| {
        assert!((blends - expected.0).abs() < 40 && (boxes - expected.1).abs() < 40, "{blends} {boxes}");
    };
    around(count(half, None), (200, 0));
    around(count(ALWAYS, ALWAYS), (200, 200));
    around(count(ALWAYS, half), (300, 100));
    around(count(half, half), (150, 150));
}

proptest! {
    #[test]
    fn targets_are_whole_and_labels_have_the_larger_share(
        alpha in 1e-3_f32..50.0,
        step: u64,
        cutmix: bool,
    ) {
        let mix = Some(Mix { alpha, p: 1.0 });
        let batch = if cutmix { mixed(None, mix, 1, step) } else { mixed(mix, None, 1, step) };
        prop_assert_eq!(batch.mixed.len(), batch.len());
        for (label, mixed) in batch.labels.iter().zip(&batch.mixed) {
            prop_assert!((0.0..=0.5).contains(&mixed.share), "{}", mixed.share);
            prop_assert!(*label < 3 && mixed.label < 3);
            prop_assert!(mixed.share < 0.5 || *label < mixed.label);
            prop_assert!(*label != mixed.label || mixed.share == 0.0);
        }
        // Two equal numbers may be rounded to one that is a bit above them.
        prop_assert!(batch.pixels.iter().all(|pixel| (0.0..=7.000_001).contains(pixel)));
    }
}
