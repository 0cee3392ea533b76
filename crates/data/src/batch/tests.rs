use super::*;
use crate::testing::plan as plan_of;
use plan::{Augmentation, ColorMode, DataPlan, Operation};
use std::path::Path;
use std::sync::Arc;

const SIZE: [usize; 2] = [6, 5];

/// `count` images of 6 x 5 pixels; all levels of image i are i.
fn images(count: usize) -> Arc<Images> {
    let [height, width] = SIZE;
    let pixels = (0..count).flat_map(|i| vec![i as u8; height * width * 3]).collect();
    let labels = (0..count as u32).map(|i| i % 2).collect();
    Arc::new(Images::held(height, width, ColorMode::Rgb, pixels, labels))
}

fn plan(batch_size: usize, shuffle: bool) -> DataPlan {
    DataPlan { image_size: SIZE, batch_size, shuffle, ..plan_of(Path::new("")) }
}

fn rotated() -> Augmentation {
    Augmentation {
        operations: vec![Operation::Rotation { degrees: 30.0, p: 1.0 }],
        fill_mode: plan::FillMode::Constant { value: 9.0 },
        ..Augmentation::default()
    }
}

fn loader(augmentation: &Augmentation, steps: Option<usize>, threads: usize) -> TrainLoader {
    TrainLoader::new(images(11), &plan(4, true), augmentation, None, steps, 7, threads).unwrap()
}

fn epoch(loader: &TrainLoader, epoch: u64) -> Vec<Batch> {
    loader.epoch(epoch).unwrap().collect()
}

#[test]
fn batches_are_the_same_at_any_number_of_threads() {
    let reference = loader(&rotated(), Some(5), 1);
    for threads in [2, 8] {
        let other = loader(&rotated(), Some(5), threads);
        for number in 1..4 {
            assert_eq!(epoch(&other, number), epoch(&reference, number), "epoch {number} on {threads} threads");
        }
    }
}

/// Images with something to see in them, under an augmentation of every kind.
fn busy() -> (Arc<Images>, Augmentation) {
    let [height, width] = SIZE;
    let pixels = (0..11 * height * width * 3).map(|i| (i * i * 31 + i * 7) as u8).collect();
    let labels = (0..11).map(|i| i % 2).collect();
    let operations = vec![
        Operation::Rotation { degrees: 30.0, p: 1.0 },
        Operation::Brightness { range: [0.5, 1.5], p: 0.5 },
        Operation::GaussianNoise { sigma: 0.1, p: 1.0 },
        Operation::Zoom { range: [0.5, 1.5], p: 1.0 },
        Operation::Cutout { scale: [0.1, 0.3], ratio: [0.5, 2.0], value: 9.0, p: 0.5 },
    ];
    let augmentation = Augmentation { operations, fill_mode: plan::FillMode::Reflect, ..Augmentation::default() };
    (Arc::new(Images::held(height, width, ColorMode::Rgb, pixels, labels)), augmentation)
}

#[test]
fn copies_are_the_same_at_any_number_of_threads_and_in_a_preview() {
    let (images, augmentation) = busy();
    let plan = plan(4, true);
    let [height, width] = SIZE;
    let of = |threads| TrainLoader::new(Arc::clone(&images), &plan, &augmentation, None, Some(5), 7, threads).unwrap();
    let reference = epoch(&of(1), 3);
    for threads in [2, 8] {
        assert_eq!(epoch(&of(threads), 3), reference, "{threads} threads");
    }
    // What a preview draws: the sightings of each image, from the order alone.
    let order = Order::new(&images.labels, &plan, Some(5), 7);
    for image in 0..images.len() {
        for seen in order.seen(&[image as u32], 3, 2).concat().iter().filter(|seen| seen.epoch == 3) {
            let drawn = crate::augment::draw(&augmentation, 7, 3, seen.position, height, width);
            let mut copy = vec![0.0; images.image_len()];
            crate::augment::apply(&drawn, ColorMode::Rgb, images.image(image), &mut copy);
            let batch = &reference[seen.position as usize / 4];
            let row = seen.position as usize % 4;
            assert_eq!(batch.labels[row], images.labels[image]);
            assert_eq!(batch.pixels[row * copy.len()..][..copy.len()], copy);
        }
    }
}

/// Augmentation would show: it changes every training image, and evaluation gives the levels to the last bit.
#[test]
fn images_for_evaluation_are_never_augmented() {
    let (images, augmentation) = busy();
    let mut levels = vec![0.0; images.len() * images.image_len()];
    for (index, levels) in levels.chunks_exact_mut(images.image_len()).enumerate() {
        scale(images.image(index), levels);
    }
    let training = TrainLoader::new(Arc::clone(&images), &plan(4, false), &augmentation, None, None, 7, 2).unwrap();
    for number in 1..4 {
        let seen: Vec<f32> = epoch(&training, number).into_iter().flat_map(|batch| batch.pixels).collect();
        let evaluated: Vec<f32> = eval_batches(&images, 4, None).unwrap().flat_map(|batch| batch.pixels).collect();
        assert_eq!(evaluated, levels);
        for (seen, level) in seen.chunks_exact(images.image_len()).zip(levels.chunks_exact(images.image_len())) {
            assert_ne!(seen, level);
        }
    }
}

#[test]
fn an_epoch_needs_nothing_from_the_epochs_before_it() {
    for steps in [None, Some(2), Some(5)] {
        let continuous = loader(&rotated(), steps, 2);
        let epochs: Vec<_> = (1..5).map(|number| epoch(&continuous, number)).collect();
        let resumed = loader(&rotated(), steps, 2);
        assert_eq!(epoch(&resumed, 4), epochs[3]);
        assert_eq!(epoch(&resumed, 3), epochs[2]);
    }
}

#[test]
fn a_pass_has_every_image_once_with_its_label_and_position() {
    let loader = loader(&Augmentation::default(), None, 2);
    assert_eq!(loader.steps(), 3);
    let batches = epoch(&loader, 1);
    assert_eq!(batches.iter().map(Batch::len).collect::<Vec<_>>(), [4, 4, 3]);
    let mut seen = Vec::new();
    for (step, batch) in batches.iter().enumerate() {
        assert_eq!(batch.positions, (4 * step as u64..4 * step as u64 + batch.len() as u64).collect::<Vec<_>>());
        for (pixels, &label) in batch.pixels.chunks_exact(90).zip(&batch.labels) {
            let level = (pixels[0] * 255.0).round();
            assert_eq!(pixels, [level / 255.0; 90]);
            assert_eq!(label, level as u32 % 2);
            seen.push(level as u32);
        }
    }
    assert_ne!(seen, (0..11).collect::<Vec<_>>(), "shuffled");
    seen.sort_unstable();
    assert_eq!(seen, (0..11).collect::<Vec<_>>());
}

#[test]
fn unshuffled_batches_are_in_file_order_and_equal_to_evaluation() {
    let images = images(5);
    let still =
        TrainLoader::new(Arc::clone(&images), &plan(2, false), &Augmentation::default(), None, None, 0, 1).unwrap();
    let evaluation: Vec<Batch> = eval_batches(&images, 2, None).unwrap().collect();
    assert_eq!(epoch(&still, 1), evaluation);
    assert_eq!(epoch(&still, 2), evaluation);
    assert_eq!(evaluation.iter().map(Batch::len).collect::<Vec<_>>(), [2, 2, 1]);
    assert_eq!(evaluation[2].pixels, [4.0 / 255.0; 90]);
}

#[test]
fn augmented_copies_differ_from_epoch_to_epoch_and_keep_their_labels() {
    let plain = loader(&Augmentation::default(), None, 2);
    let augmented = loader(&rotated(), None, 2);
    for number in 1..3 {
        for (plain, augmented) in epoch(&plain, number).iter().zip(epoch(&augmented, number)) {
            assert_eq!(plain.labels, augmented.labels);
            assert_ne!(plain.pixels, augmented.pixels);
        }
    }
}

#[test]
fn dropping_an_epoch_early_ends_its_work() {
    let images = images(11);
    let loader =
        TrainLoader::new(Arc::clone(&images), &plan(1, true), &rotated(), None, Some(1_000_000), 7, 2).unwrap();
    let mut batches = loader.epoch(1).unwrap();
    assert!(batches.next().is_some());
    drop(batches); // a million steps would take far longer than the test may
    drop(loader);
    drop(eval_batches(&images, 1, None).unwrap());
    assert_eq!(Arc::strong_count(&images), 1, "no thread holds the images any more");
}

#[test]
fn nothing_to_make_batches_of_is_an_error() {
    let refused = |count, batch_size| {
        let made = TrainLoader::new(images(count), &plan(batch_size, true), &Augmentation::default(), None, None, 0, 1);
        made.err().unwrap().to_string()
    };
    insta::assert_snapshot!(refused(0, 4), @"there are no training images left to train on (0 were left out as unreadable)");
    insta::assert_snapshot!(refused(3, 0), @"batch_size is 0; at least 1 is needed");
    assert!(matches!(eval_batches(&images(3), 0, None), Err(LoaderError::EmptyBatches)));
}

#[test]
fn standardized_batches_are_the_rescaled_ones_less_the_mean_over_the_deviation() {
    let standardization = Standardization { mean: vec![0.25; 3], standard_deviation: vec![0.5; 3] };
    let of = |standardization: Option<&Standardization>| {
        let loader = TrainLoader::new(images(11), &plan(4, true), &rotated(), standardization, None, 7, 2).unwrap();
        let evaluation = eval_batches(&images(11), 4, standardization).unwrap();
        epoch(&loader, 1).into_iter().chain(evaluation).flat_map(|batch| batch.pixels).collect::<Vec<f32>>()
    };
    let expected: Vec<f32> = of(None).into_iter().map(|number| (number - 0.25) / 0.5).collect();
    assert_eq!(of(Some(&standardization)), expected);
}

#[test]
fn mixed_batches_are_the_same_at_any_number_of_threads_and_leave_the_rest_as_it_is() {
    let mix = Some(plan::Mix { alpha: 0.4, p: 0.8 });
    let both = Augmentation { mixup: mix, cutmix: mix, ..rotated() };
    let (plain, reference) = (loader(&rotated(), Some(5), 1), loader(&both, Some(5), 1));
    for threads in [2, 4] {
        let other = loader(&both, Some(5), threads);
        for number in 1..4 {
            assert_eq!(epoch(&other, number), epoch(&reference, number), "epoch {number} on {threads} threads");
        }
    }
    let mut mixed = 0;
    for number in 1..9 {
        for (plain, batch) in epoch(&plain, number).into_iter().zip(epoch(&reference, number)) {
            assert!(plain.mixed.is_empty());
            assert_eq!(plain.positions, batch.positions);
            if batch.mixed.is_empty() {
                assert_eq!(plain, batch);
            } else {
                mixed += u32::from(plain.pixels != batch.pixels); // a box may be of no pixels
            }
        }
    }
    assert!(mixed > 25, "{mixed} of 40 batches mixed");
}

#[test]
fn balanced_batches_have_every_class_alike() {
    let mut unbalanced = Images::clone(&images(11));
    unbalanced.labels = vec![0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2];
    let plan = DataPlan { sampling: plan::Sampling::Balanced, ..plan(6, true) };
    let unbalanced = Arc::new(unbalanced);
    let loader =
        |steps, threads| TrainLoader::new(Arc::clone(&unbalanced), &plan, &rotated(), None, steps, 7, threads).unwrap();
    assert_eq!(epoch(&loader(None, 1), 1).iter().map(Batch::len).collect::<Vec<_>>(), [6, 3]);
    for steps in [None, Some(5)] {
        for number in 1..4 {
            let batches = epoch(&loader(steps, 1), number);
            assert_eq!(batches, epoch(&loader(steps, 3), number));
            for batch in batches {
                let of = |class| batch.labels.iter().filter(|label| **label == class).count();
                assert_eq!([of(0), of(1), of(2)], [batch.len() / 3; 3]);
            }
        }
    }
}
