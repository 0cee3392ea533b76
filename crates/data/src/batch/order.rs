//! Which images make up which batch: a function of seed, epoch and step alone, so that a resumed run needs no state.
//!
//! As with a Keras generator, the batches of a run are one endless stream of passes over the data; each pass is a
//! permutation of its own and ends with a batch that may be smaller. An epoch takes the next `steps_per_epoch` batches
//! of the stream, or exactly one pass where that is not given. Where classes are to come alike, a pass is one of `balanced`.

use super::balanced::Classes;
use plan::{DataPlan, Purpose, Sampling, Stream};

/// The order of the training images of a run.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub images: usize,
    /// Where every class is to come as often as every other.
    classes: Option<Classes>,
    pub batch_size: usize,
    /// `None`: the number of batches in a pass.
    pub steps_per_epoch: Option<usize>,
    /// Otherwise every pass is in file order.
    pub shuffle: bool,
    pub seed: u64,
}

/// A moment of training at which the network sees an image: with the seed, the key of what is drawn for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// From 1.
    pub epoch: u64,
    /// The position of the sample in its epoch, from 0.
    pub position: u64,
}

/// A pass over the data, kept between the batches that it is cut into.
pub(super) struct Pass {
    index: u64,
    images: Vec<u32>,
}

impl Order {
    /// The order of the images with these labels, at least one, for a run with `seed`; `steps_per_epoch` as in
    /// [`plan::Training`].
    pub fn new(labels: &[u32], plan: &DataPlan, steps_per_epoch: Option<usize>, seed: u64) -> Order {
        let classes = match plan.sampling {
            Sampling::Natural => None,
            Sampling::Balanced => Some(Classes::of(labels)),
        };
        let DataPlan { batch_size, shuffle, .. } = *plan;
        Order { images: labels.len(), classes, batch_size, steps_per_epoch, shuffle, seed }
    }

    /// The first `count` times that each of `images` is seen from `epoch` (from 1) on.
    pub fn seen(&self, images: &[u32], epoch: u64, count: usize) -> Vec<Vec<Seen>> {
        let mut seen = vec![Vec::new(); images.len()];
        let mut pass = None;
        for (epoch, step) in (epoch..).flat_map(|epoch| (0..self.steps()).map(move |step| (epoch, step))) {
            if seen.iter().all(|seen| seen.len() == count) {
                break;
            }
            for (row, image) in self.batch(epoch, step, &mut pass).iter().enumerate() {
                let position = (step * self.batch_size + row) as u64;
                let of_image =
                    images.iter().zip(&mut seen).filter(|(wanted, seen)| *wanted == image && seen.len() < count);
                of_image.for_each(|(_, seen)| seen.push(Seen { epoch, position }));
            }
        }
        seen
    }

    /// The images of the batch in which one is `seen`, and the row of that one.
    pub fn around(&self, seen: Seen) -> (Vec<u32>, usize) {
        let position = seen.position as usize;
        let batch = self.batch(seen.epoch, position / self.batch_size, &mut None).to_vec();
        (batch, position % self.batch_size)
    }

    /// Batches in an epoch.
    pub fn steps(&self) -> usize {
        self.steps_per_epoch.unwrap_or(self.batches_per_pass())
    }

    fn batches_per_pass(&self) -> usize {
        self.per_pass().div_ceil(self.batch_size)
    }

    fn per_pass(&self) -> usize {
        self.classes.as_ref().map_or(self.images, |classes| classes.per_pass(self.images))
    }

    /// The images of batch `step` (from 0) of `epoch` (from 1). `pass` keeps the permutation for the next batch.
    pub(super) fn batch<'a>(&self, epoch: u64, step: usize, pass: &'a mut Option<Pass>) -> &'a [u32] {
        let per_pass = self.batches_per_pass() as u64;
        let batch = (epoch - 1) * self.steps() as u64 + step as u64;
        let index = batch / per_pass;
        let kept = pass.take().filter(|pass| pass.index == index);
        let pass = pass.insert(kept.unwrap_or_else(|| self.pass(index)));
        let first = (batch % per_pass) as usize * self.batch_size;
        &pass.images[first..(first + self.batch_size).min(pass.images.len())]
    }

    fn pass(&self, index: u64) -> Pass {
        if let Some(classes) = &self.classes {
            return Pass { index, images: classes.pass(self.images, index, self.shuffle.then_some(self.seed)) };
        }
        let mut images: Vec<u32> = (0..self.images as u32).collect();
        if self.shuffle {
            Stream::new(self.seed, Purpose::Shuffle, &[index]).shuffle(&mut images);
        }
        Pass { index, images }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn epoch(order: &Order, epoch: u64) -> Vec<Vec<u32>> {
        let mut pass = None;
        (0..order.steps()).map(|step| order.batch(epoch, step, &mut pass).to_vec()).collect()
    }

    #[test]
    fn a_generator_walks_on_over_the_end_of_a_pass() {
        let order =
            Order { images: 5, classes: None, batch_size: 2, steps_per_epoch: Some(2), shuffle: false, seed: 0 };
        assert_eq!(epoch(&order, 1), [vec![0, 1], vec![2, 3]]);
        assert_eq!(epoch(&order, 2), [vec![4], vec![0, 1]]);
        assert_eq!(epoch(&order, 3), [vec![2, 3], vec![4]]);
    }

    #[test]
    fn passes_are_in_different_orders_decided_by_the_seed() {
        let order =
            |seed| Order { images: 50, classes: None, batch_size: 50, steps_per_epoch: None, shuffle: true, seed };
        assert_ne!(epoch(&order(1), 1), epoch(&order(1), 2));
        assert_ne!(epoch(&order(1), 1), epoch(&order(2), 1));
        assert_eq!(epoch(&order(1), 7), epoch(&order(1), 7));
    }

    #[test]
    fn an_image_is_seen_where_it_stands_in_its_batches() {
        let order =
            Order { images: 5, classes: None, batch_size: 2, steps_per_epoch: Some(2), shuffle: false, seed: 0 };
        let at = |epoch, position| Seen { epoch, position };
        assert_eq!(order.seen(&[1, 4], 1, 2), [vec![at(1, 1), at(2, 3)], vec![at(2, 0), at(3, 2)]]);
        assert_eq!(order.seen(&[1], 3, 1), [vec![at(4, 1)]]);
    }

    proptest! {
        #[test]
        fn every_pass_has_every_image_once(images in 1_usize..80, batch_size in 1_usize..30, seed: u64) {
            let order = Order { images, classes: None, batch_size, steps_per_epoch: None, shuffle: true, seed };
            for number in 1..4 {
                let mut seen: Vec<u32> = epoch(&order, number).concat();
                seen.sort_unstable();
                prop_assert_eq!(seen, (0..images as u32).collect::<Vec<_>>());
            }
        }

        #[test]
        fn epochs_cut_one_stream(images in 1_usize..40, batch_size in 1_usize..12, steps in 1_usize..9, seed: u64) {
            let cut = Order { images, classes: None, batch_size, steps_per_epoch: Some(steps), shuffle: true, seed };
            let whole = Order { steps_per_epoch: None, ..cut.clone() };
            let cut: Vec<_> = (1..6).flat_map(|number| epoch(&cut, number)).collect();
            let whole: Vec<_> = (1..).flat_map(|number| epoch(&whole, number)).take(cut.len()).collect();
            prop_assert_eq!(cut, whole);
        }
    }
}
