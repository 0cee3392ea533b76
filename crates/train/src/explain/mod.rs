//! What each layer of a trained model makes of an image: a picture for each layer, a cell for each of its channels.
//!
//! An image-shaped output becomes its channels, 16 to a row, each standardised by itself. A vector becomes its units, 64
//! to a row, standardised together. A vector that is an image in another order of thought (`flatten`) or a single
//! number is not drawn: there is nothing more to see.

mod grid;
mod standardise;
mod viridis;

use crate::channel::Listen;
use crate::error::TrainError;
use crate::learner::Learner;
use crate::{disk, predict};
use grid::Grid;
use image::{ImageFormat, RgbImage};
use nn::Model;
use plan::{Layer, Run, Shape};
use record::Event;
use standardise::levels;
use std::io::Cursor;
use std::path::Path;

/// Channels in a row.
const CHANNELS_PER_ROW: usize = 16;
/// Units of a vector in a row.
const UNITS_PER_ROW: usize = 64;
/// Pixels along each side of a unit of a vector.
const UNIT: usize = 10;
/// Channels of fewer pixels than this are drawn larger, by a whole factor.
const LEAST_CELL: usize = 48;

/// Draws `NN_<layer>.png` in the folder `directory` for each layer, NN its place in the network from 01, and reports
/// each as [`Event::Drawn`]. Weights are those in the file `model`.
///
/// # Errors
/// [`TrainError`] where the weights or the image will not do, or a picture cannot be written.
pub fn explain<M: Model>(
    run: &Run,
    model: &Path,
    image: &Path,
    directory: &Path,
    listener: &mut dyn Listen,
) -> Result<(), TrainError> {
    let learner = Learner::<M>::with_weights(run, model)?;
    let standardization = predict::standardization(run, model)?;
    let decoded = data::decode_one(image, &run.settings.data).map_err(TrainError::Image)?;
    let pixels = predict::numbers(&decoded, &run.settings.data, standardization.as_ref());
    let outputs = learner.observe(pixels);
    for (index, layer) in run.settings.network.layers.iter().enumerate() {
        let Some((_, values)) = outputs.iter().find(|(name, _)| *name == layer.name) else { continue };
        let Some(picture) = draw(&layer.layer, layer.output, values) else { continue };
        let file = format!("{:02}_{}.png", index + 1, layer.name);
        let path = directory.join(&file);
        let mut bytes = Cursor::new(Vec::new());
        picture
            .write_to(&mut bytes, ImageFormat::Png)
            .map_err(|error| TrainError::Write { path: path.clone(), source: std::io::Error::other(error) })?;
        disk::write(&path, bytes.get_ref())?;
        listener.hear(&Event::Drawn { layer: layer.name.clone(), file })?;
    }
    Ok(())
}

/// The picture of a layer's output, where there is one to draw.
fn draw(layer: &Layer, output: Shape, values: &[f32]) -> Option<RgbImage> {
    match (layer, output) {
        (Layer::Flatten, _) | (_, Shape::Vector { units: 0 | 1 }) => None,
        (_, Shape::Image { height, width, channels }) => {
            let scale = LEAST_CELL.div_ceil(width.max(height)).max(1);
            let grid = Grid { height, width, per_row: CHANNELS_PER_ROW, scale };
            let channel = |c: usize| values.iter().skip(c).step_by(channels).copied().collect::<Vec<f32>>();
            Some(grid.draw(&(0..channels).map(|c| levels(&channel(c))).collect::<Vec<_>>()))
        }
        (_, Shape::Vector { .. }) => {
            let grid = Grid { height: 1, width: 1, per_row: UNITS_PER_ROW, scale: UNIT };
            Some(grid.draw(&levels(values).into_iter().map(|level| vec![level]).collect::<Vec<_>>()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::viridis::colour;
    use super::*;

    #[test]
    fn channels_are_taken_apart_and_standardised_each_by_itself() {
        let shape = Shape::Image { height: 1, width: 2, channels: 2 };
        // Channel 0: 0 and 1000; channel 1: 5 and 5.
        let picture = draw(&Layer::MaxPool2d(pool()), shape, &[0.0, 5.0, 1000.0, 5.0]).unwrap();
        assert_eq!(picture.dimensions(), (2 * 48 + 3, 24 + 2));
        let at = |x: u32| picture.get_pixel(x, 12).0;
        assert_eq!([at(12), at(36), at(50 + 12), at(50 + 36)], [colour(64), colour(192), colour(128), colour(128)]);
    }

    #[test]
    fn vectors_are_grids_of_units_and_single_numbers_nothing() {
        let dropout = Layer::Dropout(plan::layer::Dropout { rate: 0.5 });
        let picture = draw(&dropout, Shape::Vector { units: 100 }, &[0.0; 100]).unwrap();
        assert_eq!(picture.dimensions(), (64 * 11 + 1, 2 * 11 + 1));
        assert!(draw(&dropout, Shape::Vector { units: 1 }, &[0.0]).is_none());
        assert!(draw(&Layer::Flatten, Shape::Vector { units: 100 }, &[0.0; 100]).is_none());
    }

    fn pool() -> plan::layer::Pool2d {
        plan::layer::Pool2d { window: plan::Window { size: [1; 2], strides: [1; 2], padding: plan::Padding::Valid } }
    }
}
