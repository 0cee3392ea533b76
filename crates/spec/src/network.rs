//! Shapes through the stack, and messages that speak TOML where a layer cannot stand.

use crate::layer::LayerSpec;
use crate::log::{Finding, Log};
use crate::suggest;
use plan::{ColorMode, Layer, Network, Shape, ShapeError};

/// Weights of one layer that nobody's memory holds; also keeps all sums within 64 bits.
const MOST_PARAMETERS: u128 = 1 << 31;
/// Values between two layers, for one image.
const MOST_VALUES: usize = 1 << 32;
/// Where the search for the smallest image gives up.
const SEARCH_LIMIT: usize = 1 << 20;

/// Works out the shapes, or reports the first layer that cannot stand where it stands. `line_of` gives a layer's line
/// in the experiment file.
pub fn stack(
    image_size: [usize; 2],
    color_mode: ColorMode,
    layers: &[LayerSpec],
    line_of: &dyn Fn(&LayerSpec) -> Option<usize>,
    log: &mut Log,
) -> Option<Network> {
    let named = layers.iter().map(|spec| (spec.name.clone(), spec.layer.clone(), line_of(spec))).collect();
    let network = match Network::stack(image(image_size, color_mode), named) {
        Ok(network) => network,
        Err((index, error)) => {
            log.add(describe(image_size, color_mode, layers, index, &error));
            return None;
        }
    };
    for (layer, spec) in network.layers.iter().zip(layers) {
        let parameters = layer.parameters();
        let sizes = parameters.iter().map(|one| one.shape.iter().map(|&side| side as u128).product::<u128>());
        let count: u128 = sizes.sum();
        if count > MOST_PARAMETERS || layer.output.size() > MOST_VALUES {
            let message = format!("{} \"{}\" is too large", layer.layer.type_name(), layer.name);
            let label = match count > MOST_PARAMETERS {
                true => format!("it would have {count} weights"),
                false => format!("its output would have the shape {}", layer.output),
            };
            log.add(Finding::new(spec.span, message, label).help("pool more before it, or give it fewer units"));
            return None;
        }
    }
    Some(network)
}

fn image([height, width]: [usize; 2], color_mode: ColorMode) -> Shape {
    Shape::Image { height, width, channels: color_mode.channels() }
}

fn describe(
    image_size: [usize; 2],
    color_mode: ColorMode,
    layers: &[LayerSpec],
    index: usize,
    error: &ShapeError,
) -> Finding {
    let spec = &layers[index];
    let (kind, name) = (spec.layer.type_name(), &spec.name);
    match error {
        ShapeError::Vanishes { .. } => {
            let smallest = match smallest_image(color_mode, layers) {
                Some([height, width]) => format!("; the smallest image for this stack is {height}x{width}"),
                None => String::new(),
            };
            let [height, width] = image_size;
            let label = format!("nothing is left of the {height}x{width} image");
            Finding::new(spec.span, format!("{kind} \"{name}\" {error}{smallest}"), label)
                .help("raise `data.image_size`, take layers out, or use `padding = \"same\"`")
        }
        ShapeError::Groups { channels, filters, .. } => {
            let at = spec.parts.groups.unwrap_or(spec.span);
            let right = common_divisors(*channels, *filters);
            let label = match &right[..] {
                [one] => format!("expected {one}: no other number divides both"),
                several => format!("expected a number that divides both: {}", suggest::any_of(several)),
            };
            Finding::new(at, format!("{kind} \"{name}\" {error}"), label)
                .help("filters of a group see the channels of that group alone, and all groups are of one size")
        }
        ShapeError::NeedsImage { .. } => {
            let finding = Finding::new(spec.span, format!("{kind} \"{name}\" {error}"), "needs an image");
            let flattening = layers[..index]
                .iter()
                .rev()
                .find(|layer| matches!(layer.layer, Layer::Flatten | Layer::GlobalAveragePool2d));
            match flattening {
                Some(layer) => finding.also(layer.span, "the image becomes a vector here"),
                None => finding,
            }
        }
        ShapeError::NeedsVector { height, width, channels } => Finding::new(
            spec.span,
            format!("{kind} \"{name}\" needs a vector, but its input is {height}x{width}x{channels}"),
            "gets an image",
        )
        .help("put a `flatten` or `global_average_pool2d` layer before it"),
    }
}

/// What divides both numbers.
fn common_divisors(a: usize, b: usize) -> Vec<String> {
    let both = (1..=a.min(b)).filter(|divisor| a.is_multiple_of(*divisor) && b.is_multiple_of(*divisor));
    both.map(|divisor| divisor.to_string()).collect()
}

/// The smallest image that leaves something everywhere. Rows and columns do not depend on each other.
fn smallest_image(color_mode: ColorMode, layers: &[LayerSpec]) -> Option<[usize; 2]> {
    let height = smallest_side(|side| fits(layers, image([side, SEARCH_LIMIT], color_mode)))?;
    let width = smallest_side(|side| fits(layers, image([SEARCH_LIMIT, side], color_mode)))?;
    Some([height, width])
}

fn fits(layers: &[LayerSpec], mut shape: Shape) -> bool {
    for spec in layers {
        shape = match spec.layer.output(shape) {
            Ok(shape) => shape,
            Err(ShapeError::Vanishes { .. }) => return false,
            // Another kind of error does not depend on the size; sizes after it are not known.
            Err(ShapeError::Groups { .. } | ShapeError::NeedsImage { .. } | ShapeError::NeedsVector { .. }) => {
                return true;
            }
        };
    }
    true
}

/// Bisection: a larger image never leaves less.
fn smallest_side(fits: impl Fn(usize) -> bool) -> Option<usize> {
    let (mut low, mut high) = (1, SEARCH_LIMIT);
    if !fits(high) {
        return None;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if fits(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(low)
}
