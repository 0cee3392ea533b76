//! An order in which every class comes as often as every other, whatever number of images it has.
//!
//! A pass is a row of rounds; a round has one image of each class, in an order of its own. A pass has as many rounds as
//! there are images for each class on average, so that it is as long as one over all images, to within a round. Each class
//! walks on over its own images from round to round, in a permutation anew for every time through: images of a small class
//! come again before those of a large one have all come, and none of a large one is ignored for good.

use plan::{Purpose, Stream};

/// The images of each class that has any.
#[derive(Clone, Debug)]
pub(super) struct Classes(Vec<(u32, Vec<u32>)>);

impl Classes {
    /// Of the images with these labels.
    pub fn of(labels: &[u32]) -> Classes {
        let count = labels.iter().max().map_or(0, |last| last + 1);
        let mut classes: Vec<(u32, Vec<u32>)> = (0..count).map(|class| (class, Vec::new())).collect();
        for (image, label) in labels.iter().enumerate() {
            classes[*label as usize].1.push(image as u32);
        }
        classes.retain(|(_, images)| !images.is_empty());
        Classes(classes)
    }

    /// Samples in a pass over `images` images.
    pub fn per_pass(&self, images: usize) -> usize {
        images - images % self.0.len()
    }

    /// Pass `index`. `seed` shuffles rounds and classes; without it, classes come in order and images in file order.
    pub fn pass(&self, images: usize, index: u64, seed: Option<u64>) -> Vec<u32> {
        let rounds = images / self.0.len();
        let walk = |(class, images): &(u32, Vec<u32>)| walk(*class, images, index * rounds as u64, rounds, seed);
        let walks: Vec<Vec<u32>> = self.0.iter().map(walk).collect();
        let mut stream = seed.map(|seed| Stream::new(seed, Purpose::Shuffle, &[index]));
        let mut pass = Vec::with_capacity(rounds * walks.len());
        for round in 0..rounds {
            let start = pass.len();
            pass.extend(walks.iter().map(|walk| walk[round]));
            if let Some(stream) = &mut stream {
                stream.shuffle(&mut pass[start..]);
            }
        }
        pass
    }
}

/// `count` images of a class, from the `from`-th of its endless row of permutations.
fn walk(class: u32, images: &[u32], from: u64, count: usize, seed: Option<u64>) -> Vec<u32> {
    let len = images.len() as u64;
    let mut walked = Vec::with_capacity(count);
    while walked.len() < count {
        let at = from + walked.len() as u64;
        let mut time = images.to_vec();
        if let Some(seed) = seed {
            Stream::new(seed, Purpose::Sample, &[u64::from(class), at / len]).shuffle(&mut time);
        }
        walked.extend(time.into_iter().skip((at % len) as usize).take(count - walked.len()));
    }
    walked
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(counts: &[usize]) -> Vec<u32> {
        counts.iter().enumerate().flat_map(|(class, count)| vec![class as u32; *count]).collect()
    }

    #[test]
    fn without_a_seed_classes_take_turns_in_file_order() {
        let classes = Classes::of(&labels(&[2, 0, 5]));
        assert_eq!(classes.pass(7, 0, None), [0, 2, 1, 3, 0, 4]);
        assert_eq!(classes.pass(7, 1, None), [1, 5, 0, 6, 1, 2]);
    }

    #[test]
    fn passes_and_seeds_have_orders_of_their_own() {
        let classes = Classes::of(&labels(&[30, 70]));
        let pass = |index, seed| classes.pass(100, index, Some(seed));
        assert_eq!(pass(3, 1), pass(3, 1));
        assert_ne!(pass(3, 1), pass(4, 1));
        assert_ne!(pass(3, 1), pass(3, 2));
    }

    proptest! {
        #[test]
        fn every_round_has_every_class_and_every_image_comes(
            counts in prop::collection::vec(1_usize..40, 1..6),
            seed: u64,
        ) {
            let labels = labels(&counts);
            let classes = Classes::of(&labels);
            let mut seen = vec![0; labels.len()];
            let passes = counts.iter().max().unwrap() * counts.len() / classes.per_pass(labels.len()) + 1;
            for index in 0..passes as u64 {
                let pass = classes.pass(labels.len(), index, Some(seed));
                prop_assert_eq!(pass.len(), classes.per_pass(labels.len()));
                for round in pass.chunks(counts.len()) {
                    let mut there: Vec<u32> = round.iter().map(|image| labels[*image as usize]).collect();
                    there.sort_unstable();
                    prop_assert_eq!(there, (0..counts.len() as u32).collect::<Vec<_>>());
                }
                pass.iter().for_each(|image| seen[*image as usize] += 1);
            }
            // Of one class, no image comes twice more often than another.
            for class in 0..counts.len() as u32 {
                let of = || seen.iter().zip(&labels).filter(|(_, label)| **label == class).map(|(seen, _)| *seen);
                prop_assert!(of().min().unwrap() >= 1 && of().max().unwrap() - of().min().unwrap() <= 1);
            }
        }
    }
}
