//! Values: types of layers and operations, losses, optimizers, metrics and other choices.

use super::{Hint, Means, letters, respelt};

/// A set of words that are chosen from in one kind of place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Topic {
    Layer,
    Operation,
    Optimizer,
    Loss,
    Metric,
    Monitor,
    Activation,
    Initializer,
    ColorMode,
    LabelMode,
    Interpolation,
}

/// The topic of the value at `path`, such as `model.layers.conv1.activation`.
fn topic(path: &str) -> Option<Topic> {
    let key = path.rsplit('.').next().unwrap_or(path);
    match key {
        "type" if path.ends_with(".activation.type") => Some(Topic::Activation),
        "type" if path.starts_with("model.layers") => Some(Topic::Layer),
        "type" if path.starts_with("augmentation.ops") => Some(Topic::Operation),
        "type" | "optimizer" if path.starts_with("training.optimizer") => Some(Topic::Optimizer),
        "loss" => Some(Topic::Loss),
        "monitor" => Some(Topic::Monitor),
        "activation" => Some(Topic::Activation),
        "kernel_initializer" => Some(Topic::Initializer),
        "color_mode" => Some(Topic::ColorMode),
        "label_mode" => Some(Topic::LabelMode),
        "interpolation" => Some(Topic::Interpolation),
        _ if key.starts_with("metrics[") => Some(Topic::Metric),
        _ => None,
    }
}

const SOFTMAX: Means =
    Means::Write("the loss applies it", "end with `type = \"dense\"`, without `units` and without `activation`");
const AS_ACTIVATION: Means = Means::Write(
    "an activation here",
    "write it as `activation` of the layer before, or as a layer: `type = \"activation\"` with `activation = \"relu\"`",
);
const INPUT: Means =
    Means::Write("not a layer here", "`image_size` and `color_mode` in [data] say what the first layer gets");
const SCALING: Means = Means::Write(
    "not a layer here",
    "images are always scaled to [0, 1]; `normalization = \"standardize\"` in [data] does more",
);
const AUGMENTS: Means = Means::Write(
    "an operation of `[augmentation]` here",
    "list it in `ops` of [augmentation]; see docs/experiment-file.md",
);
const DEPTHWISE: Means = Means::Write(
    "a `conv2d` in groups here",
    "`type = \"conv2d\"` with `groups` and `filters` as many as the channels in",
);
const JITTER: Means =
    Means::Write("four operations here", "`brightness`, `contrast`, `saturation` and `hue`, each with its `range`");
const FLIP: Means = Means::Write(
    "called `flip` here",
    "`{ type = \"flip\", axis = \"horizontal\" }`, or `axis = \"vertical\"`; `p` is 0.5 unless written",
);
const MIXING: Means = Means::Write(
    "not an operation: it mixes two images",
    "write it as `mixup = { alpha = 0.2 }` or `cutmix = { alpha = 1.0 }` in [augmentation]",
);
const SPARSE: Means = Means::Write(
    "called `categorical_crossentropy` here",
    "labels come from the images' classes, so there is one form of it: `loss = \"categorical_crossentropy\"`",
);
const ALWAYS_MEASURED: Means = Means::Needless("the loss is always measured; leave it out");
const TEST_IMAGES: Means = Means::Write(
    "test images choose nothing",
    "watch `val_loss` or `val_accuracy`: a result that picks its weights by the test images is too good",
);

use Means::{Called, Missing, Needless};
use Topic::{
    Activation, ColorMode, Initializer, Interpolation, LabelMode, Layer, Loss, Metric, Monitor, Operation, Optimizer,
};

/// Words by their letters; of the words with the same meaning, all in one line.
const WORDS: &[(Topic, &[&str], Means)] = &[
    (Layer, &["maxpooling2d", "maxpool", "maxpooling", "max"], Called("max_pool2d")),
    (Layer, &["averagepooling2d", "avgpool2d", "avgpool", "averagepool", "meanpool2d"], Called("average_pool2d")),
    (
        Layer,
        &["globalaveragepooling2d", "globalavgpool2d", "gap", "adaptiveavgpool2d", "globalaveragepool"],
        Called("global_average_pool2d"),
    ),
    (Layer, &["convolution2d", "conv", "convolution", "convolutional"], Called("conv2d")),
    (Layer, &["linear", "fullyconnected", "fc", "lazylinear"], Called("dense")),
    (Layer, &["depthwiseconv2d", "depthwiseconvolution2d"], DEPTHWISE),
    (
        Layer,
        &[
            "relu",
            "leakyrelu",
            "sigmoid",
            "tanh",
            "relu6",
            "elu",
            "gelu",
            "silu",
            "selu",
            "swish",
            "prelu",
            "thresholdedrelu",
        ],
        AS_ACTIVATION,
    ),
    (Layer, &["softmax", "logsoftmax"], SOFTMAX),
    (Layer, &["input", "inputlayer"], INPUT),
    (Layer, &["rescaling", "normalization", "resizing", "centercrop"], SCALING),
    (
        Layer,
        &[
            "randomflip",
            "randomrotation",
            "randomzoom",
            "randomtranslation",
            "randomcontrast",
            "randombrightness",
            "randomcrop",
            "gaussiannoise",
        ],
        AUGMENTS,
    ),
    (
        Layer,
        &[
            "batchnormalization",
            "batchnorm2d",
            "batchnorm",
            "layernormalization",
            "layernorm",
            "groupnormalization",
            "groupnorm",
            "instancenorm2d",
            "spatialdropout2d",
            "dropout2d",
            "alphadropout",
            "gaussiandropout",
            "residual",
            "add",
            "concatenate",
            "repeat",
            "sequential",
            "separableconv2d",
            "conv2dtranspose",
            "convtranspose2d",
            "globalmaxpooling2d",
            "globalmaxpool2d",
            "adaptivemaxpool2d",
            "zeropadding2d",
            "upsampling2d",
            "upsample",
            "cropping2d",
            "reshape",
            "permute",
            "multiheadattention",
            "squeezeexcitation",
            "locallyconnected2d",
        ],
        Missing,
    ),
    (Operation, &["randomrotation", "rotate", "rotationrange"], Called("rotation")),
    (
        Operation,
        &["randomtranslation", "translate", "translation", "randomaffine", "affine", "shiftscalerotate"],
        Called("shift"),
    ),
    (Operation, &["randomshear"], Called("shear")),
    (Operation, &["randomzoom", "scale", "randomscale"], Called("zoom")),
    (
        Operation,
        &[
            "randomflip",
            "randomhorizontalflip",
            "randomverticalflip",
            "horizontalflip",
            "verticalflip",
            "hflip",
            "vflip",
        ],
        FLIP,
    ),
    (Operation, &["crop"], Called("random_crop")),
    (Operation, &["randomresizedcrop"], Called("resized_crop")),
    (Operation, &["randombrightness"], Called("brightness")),
    (Operation, &["randomcontrast"], Called("contrast")),
    (Operation, &["randomsaturation"], Called("saturation")),
    (Operation, &["randomhue"], Called("hue")),
    (Operation, &["randomgrayscale", "greyscale", "togray"], Called("grayscale")),
    (Operation, &["randomerasing", "coarsedropout", "erasing"], Called("cutout")),
    (Operation, &["colorjitter", "randomcolorjitter", "colourjitter"], JITTER),
    (Operation, &["gaussnoise", "noise"], Called("gaussian_noise")),
    (Operation, &["blur", "randomgaussianblur"], Called("gaussian_blur")),
    (Operation, &["oneof", "randomchoice", "choice"], Called("one_of")),
    (Operation, &["mixup", "cutmix"], MIXING),
    (
        Operation,
        &["normalize", "totensor", "toimage", "rescale", "rescaling", "resize", "resizing"],
        Needless("images are resized to `image_size` and scaled to [0, 1]; `normalization` in [data] can do more"),
    ),
    (
        Operation,
        &[
            "randaugment",
            "autoaugment",
            "trivialaugmentwide",
            "augmix",
            "randomperspective",
            "perspective",
            "elastictransform",
            "solarize",
            "randomsolarize",
            "posterize",
            "randomposterize",
            "equalize",
            "randomequalize",
            "autocontrast",
            "sharpness",
            "randomadjustsharpness",
            "invert",
            "randominvert",
            "centercrop",
            "fivecrop",
            "tencrop",
            "clahe",
            "griddistortion",
        ],
        Missing,
    ),
    (Optimizer, &["momentum"], Means::Write("an `sgd` with momentum", "`{ type = \"sgd\", momentum = 0.9 }`")),
    (
        Optimizer,
        &["nesterov", "nag"],
        Means::Write("an `sgd` with momentum", "`{ type = \"sgd\", momentum = 0.9, nesterov = true }`"),
    ),
    (
        Optimizer,
        &[
            "adamax",
            "nadam",
            "radam",
            "adagrad",
            "adadelta",
            "ftrl",
            "lion",
            "lamb",
            "lars",
            "adafactor",
            "asgd",
            "lbfgs",
            "rprop",
            "sparseadam",
            "muon",
        ],
        Missing,
    ),
    (Loss, &["sparsecategoricalcrossentropy"], SPARSE),
    (
        Loss,
        &["crossentropyloss", "crossentropy", "nllloss", "nll", "softmaxcrossentropy"],
        Called("categorical_crossentropy"),
    ),
    (Loss, &["bce", "bceloss", "bcewithlogitsloss", "bcewithlogits", "logloss"], Called("binary_crossentropy")),
    (
        Loss,
        &[
            "binaryfocalcrossentropy",
            "categoricalfocalcrossentropy",
            "focal",
            "focalloss",
            "hinge",
            "squaredhinge",
            "categoricalhinge",
            "mse",
            "meansquarederror",
            "mseloss",
            "kldivergence",
            "kldivloss",
            "poisson",
        ],
        Missing,
    ),
    (Metric, &["acc", "binaryaccuracy", "categoricalaccuracy", "sparsecategoricalaccuracy"], Called("accuracy")),
    (Metric, &["loss", "valloss", "binarycrossentropy", "categoricalcrossentropy"], ALWAYS_MEASURED),
    (
        Metric,
        &[
            "precision",
            "recall",
            "f1",
            "f1score",
            "fbetascore",
            "auc",
            "auroc",
            "rocauc",
            "topkaccuracy",
            "top5accuracy",
            "topkcategoricalaccuracy",
            "ece",
            "calibration",
            "confusionmatrix",
            "cohenkappa",
            "matthewscorrcoef",
            "mcc",
        ],
        Missing,
    ),
    (Monitor, &["valacc", "valbinaryaccuracy", "valcategoricalaccuracy"], Called("val_accuracy")),
    (Monitor, &["acc", "accuracy", "trainacc"], Called("train_accuracy")),
    (Monitor, &["loss"], Called("train_loss")),
    (Monitor, &["testloss", "testaccuracy", "testacc"], TEST_IMAGES),
    (Monitor, &["valprecision", "valrecall", "valf1", "valf1score", "valauc", "valtopkaccuracy", "valece"], Missing),
    (Activation, &["lrelu"], Called("leaky_relu")),
    (Activation, &["identity", "none", "null"], Called("linear")),
    (
        Activation,
        &[
            "gelu",
            "silu",
            "swish",
            "elu",
            "selu",
            "celu",
            "relu6",
            "mish",
            "softplus",
            "softsign",
            "exponential",
            "prelu",
            "hardsigmoid",
            "hardsilu",
            "hardswish",
            "hardtanh",
            "logsigmoid",
            "glu",
        ],
        Missing,
    ),
    (Initializer, &["xavieruniform", "xavier", "glorot"], Called("glorot_uniform")),
    (Initializer, &["kaimingnormal", "kaiming", "he"], Called("he_normal")),
    (Initializer, &["zero"], Called("zeros")),
    (
        Initializer,
        &[
            "glorotnormal",
            "xaviernormal",
            "heuniform",
            "kaiminguniform",
            "lecunnormal",
            "lecununiform",
            "randomnormal",
            "randomuniform",
            "truncatednormal",
            "orthogonal",
            "ones",
            "constant",
            "variancescaling",
            "identity",
        ],
        Missing,
    ),
    (ColorMode, &["greyscale", "gray", "grey", "l", "mono", "1"], Called("grayscale")),
    (ColorMode, &["color", "colour", "bgr"], Called("rgb")),
    (ColorMode, &["rgba", "la", "cmyk", "hsv"], Missing),
    (LabelMode, &["int", "sparse", "multiclass"], Called("categorical")),
    (LabelMode, &["multilabel", "input", "regression"], Missing),
    (Interpolation, &["linear"], Called("bilinear")),
    (Interpolation, &["lanczos", "lanczos5"], Called("lanczos3")),
    (Interpolation, &["bicubic", "cubic", "gaussian", "hamming", "mitchellcubic"], Missing),
    (Interpolation, &["box"], Called("area")),
];

/// What is said of `word` at `path`, where one of `known` is expected.
pub fn of_value(path: &str, word: &str, known: &[&'static str]) -> Option<Hint> {
    // As PyTorch's are imported.
    let word = word.rsplit('.').next().unwrap_or(word);
    if let Some(known) = respelt(word, known.iter().copied()) {
        return Some(Means::Spelt(known).hint());
    }
    let (topic, word) = (topic(path)?, letters(word));
    let (_, _, means) = WORDS.iter().find(|(of, words, _)| *of == topic && words.contains(&word.as_str()))?;
    Some(means.hint())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_stands_twice_for_a_topic_and_all_are_their_letters() {
        let mut all: Vec<(String, &str)> = Vec::new();
        for (topic, words, _) in WORDS {
            for word in *words {
                assert_eq!(*word, letters(word));
                let entry = (format!("{topic:?}"), *word);
                assert!(!all.contains(&entry), "{entry:?}");
                all.push(entry);
            }
        }
    }
}
