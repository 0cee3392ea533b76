//! Shapes through the stack, and messages that speak TOML where a layer cannot stand.
//!
//! Behind a layer that is wrong, shapes are not known any more, but images and vectors are still told apart: a missing
//! `flatten` is reported whatever else is wrong.

use crate::layer::{Kind, LayerSpec};
use crate::log::{Finding, Log};
use crate::suggest;
use plan::{ColorMode, Layer, Network, Shape, ShapeError};

/// Weights of one layer that nobody's memory holds; also keeps all sums within 64 bits.
const MOST_PARAMETERS: u128 = 1 << 31;
/// The same of all layers together; also keeps the sum of multiply-adds within 64 bits.
const MOST_PARAMETERS_IN_ALL: usize = 1 << 33;
/// Values between two layers, for one image.
const MOST_VALUES: usize = 1 << 32;
/// Where the search for the smallest image gives up.
const SEARCH_LIMIT: usize = 1 << 20;

/// What is known of the values between two layers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Flow {
    /// Their shape.
    Shape(Shape),
    /// That they are an image.
    Image,
    /// That they are a vector.
    Vector,
    /// Nothing.
    Unknown,
}

impl Flow {
    fn is_image(self) -> bool {
        matches!(self, Flow::Image | Flow::Shape(Shape::Image { .. }))
    }

    fn is_vector(self) -> bool {
        matches!(self, Flow::Vector | Flow::Shape(Shape::Vector { .. }))
    }

    /// The same without the sizes.
    fn rank(self) -> Flow {
        match self {
            Flow::Shape(Shape::Image { .. }) => Flow::Image,
            Flow::Shape(Shape::Vector { .. }) => Flow::Vector,
            Flow::Image | Flow::Vector | Flow::Unknown => self,
        }
    }
}

/// Works out the shapes and reports each layer that cannot stand where it stands. Gives what comes out at the end, and
/// the network where all is right. `line_of` gives a layer's line in the experiment file.
pub fn stack(
    image_size: Option<[usize; 2]>,
    color_mode: ColorMode,
    layers: &[LayerSpec],
    line_of: &dyn Fn(&LayerSpec) -> Option<usize>,
    log: &mut Log,
) -> (Flow, Option<Network>) {
    let before = log.count();
    let input = image_size.map(|size| image(size, color_mode));
    let mut flow = input.map_or(Flow::Image, Flow::Shape);
    for (index, spec) in layers.iter().enumerate() {
        let next = match (&spec.layer, flow) {
            (Some(layer), Flow::Shape(shape)) => match layer.output(shape) {
                Ok(output) => fits_memory(spec, layer, shape, output, log),
                Err(error) => {
                    log.add(describe(image_size.unwrap_or_default(), color_mode, layers, index, &error));
                    None
                }
            },
            (_, _) => {
                check_rank(spec, flow, &layers[..index], log);
                None
            }
        };
        flow = next.unwrap_or_else(|| behind(spec, flow));
    }
    let whole: Option<Vec<(String, Layer, Option<usize>)>> =
        layers.iter().map(|spec| Some((spec.name.clone(), spec.layer.clone()?, line_of(spec)))).collect();
    let network = match (input, whole) {
        (Some(input), Some(layers)) if log.count() == before => Network::stack(input, layers).ok(),
        (_, _) => None,
    };
    if let (Some(count), Some(last)) = (network.as_ref().map(Network::parameter_count), layers.last())
        && count > MOST_PARAMETERS_IN_ALL
    {
        let message = format!("the network is too large: it would have {count} weights");
        let help = "pool more, or give layers fewer filters and units";
        log.add(Finding::new(last.span, message, "up to here").help(help));
    }
    (flow, network)
}

fn image([height, width]: [usize; 2], color_mode: ColorMode) -> Shape {
    Shape::Image { height, width, channels: color_mode.channels() }
}

/// What comes out of a layer that is wrong, or stands where it cannot. An image out of a vector nobody knows.
fn behind(spec: &LayerSpec, flow: Flow) -> Flow {
    match (spec.kind, &spec.layer) {
        (Some(Kind::Conv2d | Kind::MaxPool2d | Kind::AveragePool2d), _) if flow.is_vector() => Flow::Unknown,
        (_, Some(Layer::Dense(dense))) => Flow::Shape(Shape::Vector { units: dense.units }),
        (Some(Kind::Conv2d | Kind::MaxPool2d | Kind::AveragePool2d), _) => Flow::Image,
        (Some(Kind::GlobalAveragePool2d | Kind::Flatten | Kind::Dense), _) => Flow::Vector,
        (Some(Kind::Dropout | Kind::Activation), _) => flow.rank(),
        (None, _) => Flow::Unknown,
    }
}

/// The output, where it and the weights are of a size that a memory may hold; else what is wrong is reported.
fn fits_memory(spec: &LayerSpec, layer: &Layer, input: Shape, output: Shape, log: &mut Log) -> Option<Flow> {
    let parameters = layer.parameters(input);
    let sizes = parameters.iter().map(|one| one.shape.iter().map(|&side| side as u128).product::<u128>());
    let count: u128 = sizes.sum();
    let label = match count > MOST_PARAMETERS {
        true => format!("it would have {count} weights"),
        false if output.size() > MOST_VALUES => format!("its output would have the shape {output}"),
        false => return Some(Flow::Shape(output)),
    };
    let message = format!("{} \"{}\" is too large", layer.type_name(), spec.name);
    log.add(Finding::new(spec.span, message, label).help("pool more before it, or give it fewer units"));
    // What comes of too much is too much as well: that need not be said of each layer behind.
    Some(if output.size() > MOST_VALUES { Flow::Shape(output).rank() } else { Flow::Shape(output) })
}

/// Reports a layer that needs an image and gets a vector, or the other way round, where sizes are not known.
fn check_rank(spec: &LayerSpec, flow: Flow, before: &[LayerSpec], log: &mut Log) {
    let Some(kind) = spec.kind else { return };
    let needs = |what: &str| format!("{} \"{}\" needs {what}", kind.name(), spec.name);
    match kind {
        Kind::Conv2d | Kind::MaxPool2d | Kind::AveragePool2d | Kind::GlobalAveragePool2d if flow.is_vector() => {
            let message = needs("an image (height, width, channels), but its input is a vector");
            log.add(also_flattening(Finding::new(spec.span, message, "needs an image"), before));
        }
        Kind::Dense if flow.is_image() => {
            let message = needs("a vector, but its input is an image");
            log.add(Finding::new(spec.span, message, "gets an image").help(FLATTEN));
        }
        Kind::Conv2d
        | Kind::MaxPool2d
        | Kind::AveragePool2d
        | Kind::GlobalAveragePool2d
        | Kind::Flatten
        | Kind::Dense
        | Kind::Dropout
        | Kind::Activation => {}
    }
}

const FLATTEN: &str = "put a `flatten` or `global_average_pool2d` layer before it";

fn describe(
    image_size: [usize; 2],
    color_mode: ColorMode,
    layers: &[LayerSpec],
    index: usize,
    error: &ShapeError,
) -> Finding {
    let spec = &layers[index];
    let (kind, name) = (spec.kind.map_or("layer", Kind::name), &spec.name);
    match error {
        ShapeError::Vanishes { .. } => {
            let whole = layers.iter().all(|layer| layer.layer.is_some());
            let smallest = match smallest_image(color_mode, layers).filter(|_| whole) {
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
            also_flattening(finding, &layers[..index])
        }
        ShapeError::NeedsVector { height, width, channels } => Finding::new(
            spec.span,
            format!("{kind} \"{name}\" needs a vector, but its input is {height}x{width}x{channels}"),
            "gets an image",
        )
        .help(FLATTEN),
    }
}

/// Points as well to the layer that makes a vector of the image.
fn also_flattening(finding: Finding, before: &[LayerSpec]) -> Finding {
    let flattens = |layer: &&LayerSpec| matches!(layer.kind, Some(Kind::Flatten | Kind::GlobalAveragePool2d));
    match before.iter().rev().find(flattens) {
        Some(layer) => finding.also(layer.span, "the image becomes a vector here"),
        None => finding,
    }
}

/// What divides both numbers, smallest first.
fn common_divisors(mut a: usize, mut b: usize) -> Vec<String> {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let pairs = (1..=a.isqrt()).filter(|divisor| a.is_multiple_of(*divisor)).flat_map(|divisor| [divisor, a / divisor]);
    let divisors: std::collections::BTreeSet<usize> = pairs.collect();
    divisors.into_iter().map(|divisor| divisor.to_string()).collect()
}

/// The smallest image that leaves something everywhere. Rows and columns do not depend on each other.
fn smallest_image(color_mode: ColorMode, layers: &[LayerSpec]) -> Option<[usize; 2]> {
    let height = smallest_side(|side| fits(layers, image([side, SEARCH_LIMIT], color_mode)))?;
    let width = smallest_side(|side| fits(layers, image([SEARCH_LIMIT, side], color_mode)))?;
    Some([height, width])
}

fn fits(layers: &[LayerSpec], mut shape: Shape) -> bool {
    for spec in layers {
        // What is wrong does not depend on the size; sizes after it are not known.
        let Some(layer) = &spec.layer else { return true };
        shape = match layer.output(shape) {
            Ok(shape) => shape,
            Err(ShapeError::Vanishes { .. }) => return false,
            // Another kind of error does not depend on the size either.
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
