//! Pictures of what the augmentation does: exactly those that the network sees in training.

use crate::augment::{self, Drawn};
use crate::batch::{Order, Seen};
use crate::decode::{BadImage, decode_one};
use crate::manifest::Manifest;
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use plan::{Augmentation, ColorMode, DataPlan, Settings};

/// Pixels between the pictures.
const MARGIN: usize = 4;

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
    /// [`BadImage`] where a chosen image cannot be decoded.
    pub fn grid(&self, epoch: u64, rows: usize, copies: usize) -> Result<Vec<u8>, BadImage> {
        let [height, width] = self.plan.image_size;
        let channels = self.plan.channels();
        let chosen = choose(self.manifest, rows);
        let canvas_width = (copies + 1) * (width + MARGIN) + MARGIN;
        let canvas_height = chosen.len() * (height + MARGIN) + MARGIN;
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
                put(row, column + 1, &self.copy(&original, seen).1);
            }
        }
        self.png(&canvas, canvas_height, canvas_width)
    }

    /// What is drawn for training image `index` when it is `seen`, and a PNG of what the network sees then, rounded to
    /// whole grey levels.
    ///
    /// # Errors
    /// [`BadImage`] where the image cannot be decoded.
    pub fn one(&self, index: usize, seen: Seen) -> Result<(Drawn, Vec<u8>), BadImage> {
        let [height, width] = self.plan.image_size;
        let (drawn, levels) = self.copy(&self.decode(index)?, seen);
        Ok((drawn, self.png(&levels, height, width)?))
    }

    fn decode(&self, index: usize) -> Result<Vec<u8>, BadImage> {
        decode_one(&self.manifest.train.files[index].path, self.plan)
    }

    fn copy(&self, original: &[u8], seen: Seen) -> (Drawn, Vec<u8>) {
        let [height, width] = self.plan.image_size;
        let drawn = augment::draw(self.augmentation, self.order.seed, seen.epoch, seen.position, height, width);
        let mut copy = vec![0.0; original.len()];
        augment::apply(&drawn, self.plan.color_mode, original, &mut copy);
        (drawn, copy.iter().map(|value| (value * 255.0 + 0.5) as u8).collect())
    }

    fn png(&self, levels: &[u8], height: usize, width: usize) -> Result<Vec<u8>, BadImage> {
        let color = match self.plan.color_mode {
            ColorMode::Rgb => ExtendedColorType::Rgb8,
            ColorMode::Grayscale => ExtendedColorType::L8,
        };
        let mut png = Vec::new();
        PngEncoder::new(&mut png).write_image(levels, width as u32, height as u32, color).map_err(|error| {
            let reason = format!("the picture cannot be drawn: {error}");
            BadImage { path: self.plan.directory.clone(), reason }
        })?;
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
