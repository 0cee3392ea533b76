//! What an operation does to one copy, drawn.
//!
//! Numbers come from two kinds of streams. Rotation, shift, shear, zoom and flip draw in file order from one stream of
//! the sample, each a fixed number of times, whatever its settings. Everything else, their `p` included, draws from a
//! stream of its own, keyed by the operation's name and how manieth of its name it is in its list. So turning a
//! probability to 0, or adding a change of colours, leaves the numbers of the other operations as they are.

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
    let mut shared = chain.stream();
    let drawn = operations.iter().enumerate().map(|(index, operation)| {
        let key = || chain.of(operation, nth(operations, index));
        match draw_shared(operation, &mut shared, size) {
            // A flip is or is not done by what it draws.
            Some(flip @ DrawnOperation::Flip { .. }) => Some(flip),
            Some(drawn) => (operation.p() == 1.0 || key().stream().chance(operation.p())).then_some(drawn),
            None => alone(operation, &key(), size),
        }
    });
    drawn.flatten().collect()
}

/// How many operations of its name stand before the one at `index`.
fn nth(operations: &[Operation], index: usize) -> usize {
    operations[..index].iter().filter(|other| other.name() == operations[index].name()).count()
}

/// Draws an operation of those that share the stream of the chain; `None` for the others.
fn draw_shared(operation: &Operation, stream: &mut Stream, [height, width]: [usize; 2]) -> Option<DrawnOperation> {
    Some(match *operation {
        Operation::Rotation { degrees, .. } => rotation::draw(stream, degrees),
        Operation::Shift { width_fraction, height_fraction, .. } => {
            shift::draw(stream, height_fraction * height as f32, width_fraction * width as f32)
        }
        Operation::Shear { degrees, .. } => shear::draw(stream, degrees),
        Operation::Zoom { range, .. } => zoom::draw(stream, range),
        Operation::Flip { axis, p } => flip::draw(stream, axis, p),
        Operation::RandomCrop { .. }
        | Operation::ResizedCrop { .. }
        | Operation::Brightness { .. }
        | Operation::Contrast { .. }
        | Operation::Saturation { .. }
        | Operation::Hue { .. }
        | Operation::ChannelShift { .. }
        | Operation::GaussianNoise { .. }
        | Operation::GaussianBlur { .. }
        | Operation::Grayscale { .. }
        | Operation::Cutout { .. }
        | Operation::OneOf { .. } => return None,
    })
}

/// Draws an operation from a stream of its own.
fn alone(operation: &Operation, key: &Key, size: [usize; 2]) -> Option<DrawnOperation> {
    let mut own = key.stream();
    if !matches!(operation, Operation::Flip { .. }) && !own.chance(operation.p()) {
        return None;
    }
    Some(match *operation {
        Operation::Rotation { .. }
        | Operation::Shift { .. }
        | Operation::Shear { .. }
        | Operation::Zoom { .. }
        | Operation::Flip { .. } => return draw_shared(operation, &mut own, size),
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
            return alone(chosen, &key.of(chosen, nth(operations, index)), size);
        }
    })
}
