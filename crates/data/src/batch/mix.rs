//! Images of a batch mixed with each other: mixup blends two of them (Zhang et al. 2018, "mixup: Beyond Empirical Risk
//! Minimization"), cutmix puts a box of one into the other (Yun et al. 2019, "CutMix: Regularization Strategy to Train
//! Strong Classifiers with Localizable Features").
//!
//! Each image is mixed with that of another row, by a permutation of the batch, and keeps a share of its own drawn from
//! Beta(alpha, alpha): as Keras's `MixUp`, for each image anew. The box of cutmix is that of the paper and of torchvision's
//! `CutMix`: its sides are sqrt(1 - share) of the image's, its centre is any pixel, and what of it lies outside is cut off;
//! the label then has the share of the pixels that are left. Where both fall on a batch, one of the two is done, each as
//! often as the other. What is drawn depends on the key (seed, epoch, step) alone.

use super::{Batch, Mixed};
use plan::{Augmentation, Mix, Purpose, Stream};
use rayon::prelude::*;
use std::ops::Range;

/// Which batch it is.
pub(crate) struct Key {
    pub seed: u64,
    pub epoch: u64,
    pub step: u64,
}

/// The size of its images.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
}

/// Mixes the images of `batch` and their labels, or leaves it as it is, in parallel on rayon's current pool.
pub(super) fn mix(batch: &mut Batch, augmentation: &Augmentation, key: &Key, size: Size) {
    let Some(drawn) = draw(augmentation, key, batch.len(), size) else { return };
    let source = batch.pixels.clone();
    let len = size.height * size.width * size.channels;
    batch.pixels.par_chunks_exact_mut(len).zip(&drawn).for_each(|(image, (partner, part))| {
        part.put(&source[partner * len..][..len], image, size);
    });
    let labels = batch.labels.clone();
    let mixed = labels.iter().zip(&drawn);
    (batch.labels, batch.mixed) =
        mixed.map(|(label, (partner, part))| share(*label, labels[*partner], part.share(size))).unzip();
}

/// For each image of a batch of `count`: the row that it is mixed with, and what it takes of that one's image. `None` where
/// the batch is left as it is.
pub(crate) fn draw(augmentation: &Augmentation, key: &Key, count: usize, size: Size) -> Option<Vec<(usize, Part)>> {
    augmentation.mixup.or(augmentation.cutmix)?;
    let mut stream = Stream::new(key.seed, Purpose::Mix, &[key.epoch, key.step]);
    let (kind, alpha) = choose(augmentation, &mut stream)?;
    let mut partners: Vec<usize> = (0..count).collect();
    stream.shuffle(&mut partners);
    Some(partners.into_iter().map(|partner| (partner, kind.draw(f64::from(alpha), &mut stream, size))).collect())
}

#[derive(Clone, Copy)]
enum Kind {
    Mixup,
    Cutmix,
}

/// What is done to the batch, and its alpha. Always the same number of draws, so that one probability does not change when
/// the other falls.
fn choose(augmentation: &Augmentation, stream: &mut Stream) -> Option<(Kind, f32)> {
    let mut falls = |mix: Option<Mix>| {
        let unit = stream.unit();
        mix.filter(|mix| unit < mix.p)
    };
    let (mixup, cutmix) = (falls(augmentation.mixup), falls(augmentation.cutmix));
    let heads = stream.chance(0.5);
    match (mixup, cutmix) {
        (Some(mixup), None) => Some((Kind::Mixup, mixup.alpha)),
        (Some(mixup), Some(_)) if heads => Some((Kind::Mixup, mixup.alpha)),
        (None | Some(_), Some(cutmix)) => Some((Kind::Cutmix, cutmix.alpha)),
        (None, None) => None,
    }
}

impl Kind {
    fn draw(self, alpha: f64, stream: &mut Stream, size: Size) -> Part {
        let kept = stream.beta(alpha);
        match self {
            Kind::Mixup => Part::Blend { kept: kept as f32 },
            Kind::Cutmix => {
                let half = 0.5 * libm::sqrt(1.0 - kept);
                let mut side = |length: usize| {
                    let centre = stream.below(length as u32) as usize;
                    let half = (half * length as f64) as usize;
                    centre.saturating_sub(half)..(centre + half).min(length)
                };
                Part::Box { rows: side(size.height), columns: side(size.width) }
            }
        }
    }
}

/// What an image takes of another.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// All of it, faintly: mixup.
    Blend {
        /// The share that the image itself keeps.
        kept: f32,
    },
    /// The pixels of a box: cutmix.
    Box {
        /// From the top.
        rows: Range<usize>,
        /// From the left.
        columns: Range<usize>,
    },
}

impl Part {
    pub(crate) fn put(&self, other: &[f32], image: &mut [f32], size: Size) {
        match self {
            Part::Blend { kept } => {
                for (own, other) in image.iter_mut().zip(other) {
                    *own = kept * *own + (1.0 - kept) * other;
                }
            }
            Part::Box { rows, columns } => {
                for row in rows.clone() {
                    let line = row * size.width;
                    let part = (line + columns.start) * size.channels..(line + columns.end) * size.channels;
                    image[part.clone()].copy_from_slice(&other[part]);
                }
            }
        }
    }

    /// The other's share of the image.
    fn share(&self, size: Size) -> f32 {
        match self {
            Part::Blend { kept } => 1.0 - kept,
            Part::Box { rows, columns } => (rows.len() * columns.len()) as f32 / (size.height * size.width) as f32,
        }
    }
}

/// The label of the larger share, of equals the first class, and the other.
fn share(own: u32, other: u32, share: f32) -> (u32, Mixed) {
    if own == other {
        (own, Mixed { label: own, share: 0.0 })
    } else if share > 0.5 || (share == 0.5 && other < own) {
        (other, Mixed { label: own, share: 1.0 - share })
    } else {
        (own, Mixed { label: other, share })
    }
}

#[cfg(test)]
mod tests;
