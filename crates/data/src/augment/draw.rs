//! What an operation does to one copy, drawn.
//!
//! Each draws from a stream of its own, keyed by its name and by how manieth of its name it is in its list. So taking an
//! operation out, putting one in, another order or another probability leaves what the others draw as it was.

use super::{DrawnOperation, crop, cutout, flip, rotation, shear, shift, zoom};
use plan::stream::name_id;
use plan::{Operation, Purpose, Stream};

/// What the streams of a list of operations are keyed by.
struct Key {
    seed: u64,
    ids: Vec<u64>,
}

impl Key {
    fn of(&self, operation: &Operation, nth: usize) -> Key {
        Key { seed: self.seed, ids: [&*self.ids, &[name_id(operation.name()), nth as u64]].concat() }
    }

    fn stream(&self) -> Stream {
        Stream::new(self.seed, Purpose::Augment, &self.ids)
    }
}

/// Draws a chain for the sample at `position` of `epoch`, for images of a height and width. What is not done is not
/// listed, except for flips.
pub(super) fn draw(
    operations: &[Operation],
    seed: u64,
    [epoch, position]: [u64; 2],
    size: [usize; 2],
) -> Vec<DrawnOperation> {
    let chain = Key { seed, ids: vec![epoch, position] };
    let drawn = operations.iter().enumerate();
    drawn.filter_map(|(index, operation)| one(operation, &chain.of(operation, nth(operations, index)), size)).collect()
}

/// How many operations of its name stand before the one at `index`.
fn nth(operations: &[Operation], index: usize) -> usize {
    operations[..index].iter().filter(|other| other.name() == operations[index].name()).count()
}

/// Draws an operation from its stream: whether it is done, then how.
fn one(operation: &Operation, key: &Key, size: [usize; 2]) -> Option<DrawnOperation> {
    let mut own = key.stream();
    // A flip is or is not done by what it draws.
    if !matches!(operation, Operation::Flip { .. }) && !own.chance(operation.p()) {
        return None;
    }
    let [height, width] = size;
    Some(match *operation {
        Operation::Rotation { degrees, .. } => rotation::draw(&mut own, degrees),
        Operation::Shift { width_fraction, height_fraction, .. } => {
            shift::draw(&mut own, height_fraction * height as f32, width_fraction * width as f32)
        }
        Operation::Shear { degrees, .. } => shear::draw(&mut own, degrees),
        Operation::Zoom { range, .. } => zoom::draw(&mut own, range),
        Operation::Flip { axis, p } => flip::draw(&mut own, axis, p),
        Operation::RandomCrop { size: window, padding, .. } => {
            DrawnOperation::RandomCrop(crop::draw_fixed(&mut own, size, window, padding))
        }
        Operation::ResizedCrop { scale, ratio, .. } => {
            DrawnOperation::ResizedCrop(crop::draw_resized(&mut own, size, scale, ratio))
        }
        Operation::Brightness { range: [low, high], .. } => {
            DrawnOperation::Brightness { factor: own.uniform(low, high) }
        }
        Operation::Contrast { range: [low, high], .. } => DrawnOperation::Contrast { factor: own.uniform(low, high) },
        Operation::Saturation { range: [low, high], .. } => {
            DrawnOperation::Saturation { factor: own.uniform(low, high) }
        }
        Operation::Hue { range: [low, high], .. } => DrawnOperation::Hue { turns: own.uniform(low, high) },
        Operation::ChannelShift { intensity, .. } => {
            DrawnOperation::ChannelShift { levels: own.uniform(-intensity, intensity) }
        }
        Operation::GaussianNoise { sigma, .. } => {
            let key = u64::from(own.bits()) << 32 | u64::from(own.bits());
            DrawnOperation::GaussianNoise { sigma, key }
        }
        Operation::GaussianBlur { kernel_size, sigma: [low, high], .. } => {
            DrawnOperation::GaussianBlur { kernel_size, sigma: own.uniform(low, high) }
        }
        Operation::Grayscale { .. } => DrawnOperation::Grayscale,
        Operation::Cutout { scale, ratio, value, .. } => {
            DrawnOperation::Cutout { window: cutout::draw(&mut own, size, scale, ratio)?, value }
        }
        Operation::OneOf { ref operations, .. } => {
            let index = own.below(operations.len() as u32) as usize;
            let chosen = &operations[index];
            return one(chosen, &key.of(chosen, nth(operations, index)), size);
        }
    })
}
