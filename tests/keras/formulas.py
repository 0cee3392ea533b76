"""One small fixture for each formula: initial limits, penalties, losses, activations, convolution and pooling."""

import math

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from keras.src.initializers.random_initializers import compute_fans

from keras.src.trainers.data_adapters.data_adapter_utils import class_weight_to_sample_weights

from store import save_arrays, save_json, uniform
from training import images, precision


class Numbers:
    """A stream of float64 numbers in [-scale, scale), each taken once."""

    def __init__(self, start):
        self.start = start

    def __call__(self, *shape, scale=1.0):
        self.start += int(np.prod(shape))
        return uniform(self.start - int(np.prod(shape)), shape, scale).astype(np.float64)


def initializers():
    """Keras's limits, from its own fans, each held against 100,000 or more of its own draws."""
    found = []
    for shape in [(3, 3, 3, 32), (3, 3, 64, 128), (5, 3, 2, 7), (6272, 512), (512, 1)]:
        fan_in, fan_out = compute_fans(shape)
        limit = math.sqrt(6 / (fan_in + fan_out))
        stddev = math.sqrt(2 / fan_in)
        before = stddev / 0.87962566103423978
        copies = -(-100_000 // math.prod(shape))
        draw = lambda kind: np.stack([kind(seed=i)(shape) for i in range(copies)])
        glorot, he = draw(keras.initializers.GlorotUniform), draw(keras.initializers.HeNormal)
        assert 0.999 * limit < np.abs(glorot).max() <= limit * (1 + 1e-6)
        assert 0.99 * 2 * before < np.abs(he).max() <= 2 * before * (1 + 1e-6)
        assert abs(he.std() / stddev - 1) < 0.01
        found.append({
            "shape": shape, "fan_in": fan_in, "fan_out": fan_out,
            "glorot_uniform": {"limit": limit},
            "he_normal": {"stddev": stddev, "stddev_before_truncation": before, "limit": 2 * before},
        })
    return found


def value_and_gradient(function, x):
    x = tf.constant(x, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return y.numpy(), tape.gradient(y, x).numpy()


def regularizer():
    kernel, l2 = Numbers(0)(4, 3), 0.05
    loss, gradient = value_and_gradient(keras.regularizers.L2(l2), kernel)
    return {"l2": l2, "kernel": kernel.tolist(), "loss": float(loss), "gradient": gradient.tolist()}


def losses():
    """Per case: the loss of each sample, their mean, and the gradient of the mean in the logits."""
    found = []
    binary = np.array([[-100.0], [-3.0], [-1e-3], [0.0], [0.5], [4.0], [30.0], [100.0]])
    categorical = np.concatenate([Numbers(100)(4, 3, scale=3.0), [[80.0, -80.0, 0.0], [0.0, 0.0, 0.0]]])
    for kind, name, logits, labels in [
        (keras.losses.BinaryCrossentropy, "binary_crossentropy", binary, [0, 0, 1, 0, 1, 0, 0, 1]),
        (keras.losses.BinaryCrossentropy, "binary_crossentropy", binary, [1, 1, 0, 1, 0, 1, 1, 0]),
        (keras.losses.CategoricalCrossentropy, "categorical_crossentropy", categorical, [0, 1, 2, 2, 1, 0]),
    ]:
        targets = np.array(labels)[:, None] if logits.shape[1] == 1 else np.eye(logits.shape[1])[labels]
        for smoothing in [0.0, 0.1]:
            each = kind(from_logits=True, label_smoothing=smoothing, reduction=None)(targets, logits)
            loss = kind(from_logits=True, label_smoothing=smoothing)
            mean, gradient = value_and_gradient(lambda z: loss(targets, z), logits)
            found.append({
                "loss": name, "label_smoothing": smoothing, "logits": logits.tolist(), "labels": labels,
                "each": each.numpy().tolist(), "mean": float(mean), "gradient": gradient.tolist(),
            })
    return found


def weighted_losses():
    """Of images that two classes share, under weights by class: as `losses`, and what `train_on_batch` makes of the same."""
    found = []
    binary = np.array([[-3.0], [-0.25], [0.5], [4.0], [30.0], [-100.0]])
    categorical = np.concatenate([Numbers(200)(5, 3, scale=3.0), [[80.0, -80.0, 0.0]]])
    for kind, name, logits, weights in [
        (keras.losses.BinaryCrossentropy, "binary_crossentropy", binary, [0.75, 2.5]),
        (keras.losses.CategoricalCrossentropy, "categorical_crossentropy", categorical, [0.75, 2.5, 0.0]),
        (keras.losses.CategoricalCrossentropy, "categorical_crossentropy", categorical, [1.0, 1.0, 1.0]),
    ]:
        # Class, another class, and the other's share. Two classes of equal shares count as the first.
        mixed = [[0, 1, 0.25], [1, 0, 0.375], [0, 1, 0.5], [1, 1, 0.0], [1, 0, 0.125], [0, 0, 0.0]]
        if name == "categorical_crossentropy":
            mixed[1], mixed[4] = [2, 0, 0.375], [1, 2, 0.5]
        classes = len(weights)
        one_hot = lambda label: np.eye(classes)[label]
        targets = np.stack([(1 - share) * one_hot(a) + share * one_hot(b) for a, b, share in mixed])
        targets = targets[:, 1:] if name == "binary_crossentropy" else targets
        by_class = dict(enumerate(weights))
        sample_weight = class_weight_to_sample_weights(targets, by_class)
        each = kind(from_logits=True, reduction=None)(targets, logits, sample_weight=sample_weight)
        loss = kind(from_logits=True)
        mean, gradient = value_and_gradient(lambda z: loss(targets, z, sample_weight=sample_weight), logits)

        units = logits.shape[1]
        model = keras.Sequential([layers.Input((units,)), layers.Dense(units, use_bias=False)])
        model.layers[0].kernel.assign(np.eye(units))
        model.compile(optimizer=keras.optimizers.SGD(1.0), loss=kind(from_logits=True))
        trained = model.train_on_batch(logits, targets, class_weight=by_class)
        assert np.allclose(trained, mean), (trained, mean)
        assert np.allclose(np.eye(units) - model.layers[0].kernel.numpy(), logits.T @ gradient)
        found.append({
            "loss": name, "logits": logits.tolist(), "mixed": mixed, "class_weight": weights,
            "weights": sample_weight.tolist(), "each": each.numpy().tolist(), "mean": float(mean),
            "gradient": gradient.tolist(),
        })
    return found


def normalization():
    """`Normalization`, adapted to the training images of `small`; what it makes of the first row of the first of them."""
    pixels, _ = images("small", "train")
    layer = keras.layers.Normalization(axis=-1)
    layer.adapt(pixels)
    return {
        "mean": layer.mean.numpy().ravel().tolist(), "variance": layer.variance.numpy().ravel().tolist(),
        "first_row": layer(pixels[:1]).numpy()[0, 0].ravel().tolist(),
    }


def activations():
    """Values and slopes; Keras's `activations.leaky_relu` falls with 0.2, its layer `LeakyReLU` with 0.3."""
    x = np.array([-20.0, -3.0, -1.0, -0.1, 0.0, 0.1, 1.0, 3.0, 20.0])
    functions = {n: keras.activations.get(n) for n in ["relu", "elu", "gelu", "silu", "sigmoid", "tanh"]}
    for slope in [0.2, 0.3]:
        functions[f"leaky_relu_{slope}"] = lambda z, slope=slope: keras.activations.leaky_relu(z, slope)
    found = {"input": x.tolist()}
    for name, function in functions.items():
        y, gradient = value_and_gradient(function, x)
        found[name] = {"output": y.tolist(), "gradient": gradient.tolist()}
    return found


# Kind, height and width of the input (3 channels, or those of CHANNELS; batch of 2), and Keras's arguments (4 filters, unless
# they say otherwise). Each takes the next numbers of one stream: a new case goes to the end.
LAYERS = {
    "conv_valid": ("conv2d", 7, 8, {"kernel_size": [3, 3], "strides": [1, 1], "padding": "valid"}),
    "conv_valid_strides": ("conv2d", 8, 7, {"kernel_size": [3, 3], "strides": [2, 2], "padding": "valid"}),
    "conv_same": ("conv2d", 6, 7, {"kernel_size": [3, 3], "strides": [1, 1], "padding": "same"}),
    "conv_same_strides": ("conv2d", 7, 8, {"kernel_size": [3, 3], "strides": [2, 2], "padding": "same"}),
    "conv_same_even_kernel": ("conv2d", 5, 6, {"kernel_size": [2, 4], "strides": [1, 1], "padding": "same"}),
    "conv_same_wide": ("conv2d", 9, 8, {"kernel_size": [5, 3], "strides": [3, 2], "padding": "same"}),
    "conv_pointwise_strides": ("conv2d", 5, 6, {"kernel_size": [1, 1], "strides": [2, 2], "padding": "same"}),
    "max_pool_valid": ("max_pool2d", 7, 8, {"pool_size": [2, 2], "strides": [2, 2], "padding": "valid"}),
    "max_pool_overlapping": ("max_pool2d", 7, 8, {"pool_size": [3, 3], "strides": [2, 2], "padding": "valid"}),
    "max_pool_same": ("max_pool2d", 7, 8, {"pool_size": [3, 3], "strides": [2, 2], "padding": "same"}),
    "average_pool_valid": ("average_pool2d", 7, 8, {"pool_size": [2, 2], "strides": [2, 2], "padding": "valid"}),
    "average_pool_same": ("average_pool2d", 7, 8, {"pool_size": [3, 3], "strides": [2, 2], "padding": "same"}),
    "average_pool_same_even": ("average_pool2d", 7, 5, {"pool_size": [2, 2], "strides": [2, 2], "padding": "same"}),
    "global_average_pool": ("global_average_pool2d", 4, 5, {}),
    "conv_groups": ("conv2d", 6, 7, {
        "filters": 6, "kernel_size": [3, 3], "strides": [1, 1], "padding": "same", "groups": 2}),
    "conv_groups_strides": ("conv2d", 7, 8, {
        "filters": 4, "kernel_size": [3, 2], "strides": [2, 2], "padding": "valid", "groups": 2}),
    "conv_depthwise": ("conv2d", 7, 8, {
        "filters": 3, "kernel_size": [3, 3], "strides": [2, 2], "padding": "same", "groups": 3}),
    "conv_depthwise_doubled": ("conv2d", 5, 6, {
        "filters": 6, "kernel_size": [3, 3], "strides": [1, 1], "padding": "same", "groups": 3}),
}
CHANNELS = {"conv_groups": 4, "conv_groups_strides": 6}
KINDS = {
    "conv2d": lambda filters=4, **a: layers.Conv2D(filters, **a),
    "max_pool2d": layers.MaxPooling2D,
    "average_pool2d": layers.AveragePooling2D,
    "global_average_pool2d": layers.GlobalAveragePooling2D,
}


def layer(kind, height, width, channels, arguments, numbers):
    """Output of the layer, and the gradients of sum(upstream * output) in its input and its weights."""
    built = KINDS[kind](**arguments)
    x = tf.constant(numbers(2, height, width, channels))
    built.build(x.shape)
    for v in built.trainable_variables:
        v.assign(numbers(*v.shape))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = built(x)
        upstream = tf.constant(numbers(*y.shape))
        total = tf.reduce_sum(upstream * y)
    variables = {v.name: v.value for v in built.trainable_variables}
    gradients = tape.gradient(total, {"input": x} | {v.name: v.value for v in built.trainable_variables})
    values = {"input": x, "output": y, "output_gradient": upstream} | variables
    return {k: v.numpy() for k, v in (values | {f"{k}_gradient": g for k, g in gradients.items()}).items()}


def make(folder):
    precision("float64")
    save_json(folder, "formulas", {
        "initializers": initializers(), "regularizer": regularizer(), "losses": losses(),
        "weighted_losses": weighted_losses(), "normalization": normalization(), "activations": activations(),
    })
    arrays, table, numbers = {}, {}, Numbers(10_000)
    for name, (kind, height, width, arguments) in LAYERS.items():
        made = layer(kind, height, width, CHANNELS.get(name, 3), arguments, numbers)
        arrays |= {f"{name}/{k}": v for k, v in made.items()}
        table[name] = {"type": kind, "shapes": {k: list(v.shape) for k, v in made.items()}} | arguments
    save_arrays(folder, "layers", arrays)
    save_json(folder, "layers", table)
