//! Pictures of what the augmentation does: exactly those that the network sees in training.

use crate::augment::{self, Drawn};
use crate::batch::{Order, Part, Seen, mix};
use crate::decode::BadImage;
use crate::manifest::Manifest;
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use plan::{Augmentation, ColorMode, DataPlan, Settings};

/// Why there is nothing to look at.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// An image cannot be decoded.
    #[error(transparent)]
    Image(#[from] BadImage),
    /// So many copies make too large a picture.
    #[error(
        "a grid of {0}x{1} pixels is too large: at most {MOST_PIXELS} pixels are drawn; ask for fewer images or copies"
    )]
    TooLarge(usize, usize),
    /// The picture of it cannot be encoded.
    #[error("a picture of {0}x{1} pixels cannot be encoded as PNG: {2}")]
    Png(usize, usize, image::ImageError),
}

/// Pixels of a grid, at most: 768 MB of them in colour.
const MOST_PIXELS: usize = 1 << 28;

/// Pixels between the pictures.
const MARGIN: usize = 4;

/// A training image as the network sees it, before it is standardized.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// What was drawn for the image.
    pub drawn: Drawn,
    /// The training image that it was mixed with, and what it took of that one.
    pub mixed: Option<(usize, Part)>,
    /// Its levels in [0, 1], (height, width, channel).
    pixels: Vec<f32>,
}

impl View {
    /// Rounded to whole grey levels.
    fn levels(&self) -> Vec<u8> {
        self.pixels.iter().map(|value| (value * 255.0 + 0.5) as u8).collect()
    }
}

/// The training images of a run, as the network sees them.
pub struct Preview<'a> {
    manifest: &'a Manifest,
    plan: &'a DataPlan,
    augmentation: &'a Augmentation,
    order: Order,
}

impl<'a> Preview<'a> {
    /// The run of `settings` with `seed`, on the files of `manifest`, from which unreadable ones have been left out.
    pub fn new(manifest: &'a Manifest, settings: &'a Settings, seed: u64) -> Preview<'a> {
        let labels: Vec<u32> = manifest.train.files.iter().map(|file| file.class).collect();
        // A number of 32 bits fits into usize.
        let steps_per_epoch = settings.training.steps_per_epoch.map(|steps| steps as usize);
        let order = Order::new(&labels, &settings.data, steps_per_epoch, seed);
        Preview { manifest, plan: &settings.data, augmentation: &settings.augmentation, order }
    }

    /// When the network sees training image `index` of the manifest, from `epoch` (from 1) on: the first `count` times.
    pub fn seen(&self, index: usize, epoch: u64, count: usize) -> Vec<Seen> {
        self.order.seen(&[index as u32], epoch, count).concat()
    }

    /// A PNG of `rows` training images, taken evenly from all classes: each original, then `copies` copies as the network
    /// sees them, beginning with `epoch` (from 1).
    ///
    /// # Errors
    /// [`PreviewError`] where a chosen image cannot be decoded.
    pub fn grid(&self, epoch: u64, rows: usize, copies: usize) -> Result<Vec<u8>, PreviewError> {
        let [height, width] = self.plan.image_size;
        let channels = self.plan.channels();
        let chosen = choose(self.manifest, rows);
        let side = |count: usize, length| count.saturating_mul(length + MARGIN).saturating_add(MARGIN);
        let (canvas_height, canvas_width) = (side(chosen.len(), height), side(copies.saturating_add(1), width));
        if canvas_height.saturating_mul(canvas_width) > MOST_PIXELS {
            return Err(PreviewError::TooLarge(canvas_height, canvas_width));
        }
        let mut canvas = vec![255u8; canvas_width * canvas_height * channels];
        let mut put = |row: usize, column: usize, picture: &[u8]| {
            let (top, left) = (MARGIN + row * (height + MARGIN), MARGIN + column * (width + MARGIN));
            for (y, line) in picture.chunks_exact(width * channels).enumerate() {
                let start = ((top + y) * canvas_width + left) * channels;
                canvas[start..start + line.len()].copy_from_slice(line);
            }
        };
        let seen = self.order.seen(&chosen, epoch, copies);
        for (row, (&index, seen)) in chosen.iter().zip(seen).enumerate() {
            let original = self.decode(index as usize)?;
            put(row, 0, &original);
            for (column, &seen) in seen.iter().enumerate() {
                put(row, column + 1, &self.copy(&original, seen)?.levels());
            }
        }
        self.png(&canvas, canvas_height, canvas_width)
    }

    /// Training image `index` when it is `seen`, and a PNG of that, rounded to whole grey levels.
    ///
    /// # Errors
    /// [`PreviewError`] where the image, or one that it is mixed with, cannot be decoded.
    pub fn one(&self, index: usize, seen: Seen) -> Result<(View, Vec<u8>), PreviewError> {
        let [height, width] = self.plan.image_size;
        let copy = self.copy(&self.decode(index)?, seen)?;
        let png = self.png(&copy.levels(), height, width)?;
        Ok((copy, png))
    }

    fn decode(&self, index: usize) -> Result<Vec<u8>, BadImage> {
        self.manifest.train.files[index].pixels(self.plan)
    }

    /// What the network sees of `original` when it is `seen`.
    fn copy(&self, original: &[u8], seen: Seen) -> Result<View, BadImage> {
        let mut copy = self.augmented(original, seen);
        let (batch, row) = self.order.around(seen);
        let first = seen.position - row as u64;
        let [height, width] = self.plan.image_size;
        let size = mix::Size { height, width, channels: self.plan.channels() };
        let step = first / self.order.batch_size as u64;
        let key = mix::Key { seed: self.order.seed, epoch: seen.epoch, step };
        if let Some(mut drawn) = mix::draw(self.augmentation, &key, batch.len(), size) {
            let (partner, part) = drawn.swap_remove(row);
            let index = batch[partner] as usize;
            let there = Seen { position: first + partner as u64, ..seen };
            part.put(&self.augmented(&self.decode(index)?, there).pixels, &mut copy.pixels, size);
            copy.mixed = Some((index, part));
        }
        Ok(copy)
    }

    /// A copy that is not mixed yet.
    fn augmented(&self, original: &[u8], seen: Seen) -> View {
        let [height, width] = self.plan.image_size;
        let drawn = augment::draw(self.augmentation, self.order.seed, seen.epoch, seen.position, height, width);
        let mut pixels = vec![0.0; original.len()];
        augment::apply(&drawn, self.plan.color_mode, original, &mut pixels);
        View { drawn, mixed: None, pixels }
    }

    fn png(&self, levels: &[u8], height: usize, width: usize) -> Result<Vec<u8>, PreviewError> {
        let color = match self.plan.color_mode {
            ColorMode::Rgb => ExtendedColorType::Rgb8,
            ColorMode::Grayscale => ExtendedColorType::L8,
        };
        let mut png = Vec::new();
        let encoded = PngEncoder::new(&mut png).write_image(levels, width as u32, height as u32, color);
        encoded.map_err(|error| PreviewError::Png(height, width, error))?;
        Ok(png)
    }
}

/// `count` training images: the first of each class, then the second of each, and so on.
fn choose(manifest: &Manifest, count: usize) -> Vec<u32> {
    let classes = manifest.classes.len() as u32;
    let of_class = |class| {
        let files = manifest.train.files.iter().enumerate();
        files.filter(move |(_, file)| file.class == class).map(|(index, _)| index as u32)
    };
    let mut by_class: Vec<_> = (0..classes).map(of_class).collect();
    let mut chosen = Vec::with_capacity(count);
    while chosen.len() < count {
        let before = chosen.len();
        chosen.extend(by_class.iter_mut().filter_map(Iterator::next).take(count - before));
        if chosen.len() == before {
            break;
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{directory, plan, png};
    use crate::{Cache, Set, TrainLoader};
    use plan::{Mix, Operation, Sampling};
    use std::sync::Arc;

    /// Whatever decides what stands where in a batch: a preview is that, to half a grey level.
    #[test]
    fn a_preview_is_what_the_network_sees() {
        let image =
            |seed: usize| png(7, 9, |row, column, channel| (seed * 41 + row * 29 + column * 13 + channel * 70) as u8);
        let paths: Vec<String> =
            (0..9).map(|index| format!("train/{}/{index}.png", if index < 7 { "a" } else { "b" })).collect();
        let bytes: Vec<Vec<u8>> = (0..9).map(image).collect();
        let files: Vec<(&str, &[u8])> = paths.iter().zip(&bytes).map(|(path, bytes)| (&**path, &**bytes)).collect();
        let (folder, cache) = (directory(&files), tempfile::tempdir().unwrap());
        let mix = Some(Mix { alpha: 1.0, p: 0.6 });
        let augmentation = Augmentation {
            operations: vec![Operation::Rotation { degrees: 30.0, p: 1.0 }],
            mixup: mix,
            cutmix: mix,
            ..Augmentation::default()
        };
        for sampling in [Sampling::Natural, Sampling::Balanced] {
            let plan = DataPlan { batch_size: 4, sampling, ..plan(folder.path()) };
            let mut manifest = crate::scan(&plan).unwrap();
            let preparation = Cache::open(cache.path()).unwrap().prepare(&mut manifest, &plan, &mut |_| {}).unwrap();
            let images = Arc::new(Set::open(&preparation.set.unwrap(), &plan).unwrap().train);
            let order = Order::new(&images.labels, &plan, Some(3), 7);
            let loader = TrainLoader::new(Arc::clone(&images), &plan, &augmentation, None, Some(3), 7, 2).unwrap();
            let preview = Preview { manifest: &manifest, plan: &plan, augmentation: &augmentation, order };
            let (mut plain, mut blended, mut boxed) = (0, 0, 0);
            for epoch in 1..6 {
                let batches: Vec<_> = loader.epoch(epoch).unwrap().collect();
                for index in 0..images.len() {
                    for seen in preview.seen(index, epoch, 3).into_iter().filter(|seen| seen.epoch == epoch) {
                        let (copy, png) = preview.one(index, seen).unwrap();
                        match copy.mixed {
                            None => plain += 1,
                            Some((_, Part::Blend { .. })) => blended += 1,
                            Some((_, Part::Box { .. })) => boxed += 1,
                        }
                        let (step, row) = (seen.position as usize / 4, seen.position as usize % 4);
                        let pixels = &batches[step].pixels[row * images.image_len()..][..images.image_len()];
                        assert_eq!(copy.pixels, pixels, "image {index} in epoch {epoch}");
                        assert_eq!(image::load_from_memory(&png).unwrap().to_rgb8().into_raw(), copy.levels());
                    }
                }
            }
            assert!(plain > 0 && blended > 0 && boxed > 0, "{plain} {blended} {boxed}");
        }
    }
}
