"""Trains small networks in Keras from weights that a formula gives, on the stored PNG files, in file order."""

import math

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from keras.src.initializers.random_initializers import compute_fans
from PIL import Image

from store import STORED, save_arrays, save_json, splitmix64, uniform

SKETCHES = 64
SUBSET = 2048

# Small kernels and a quiet output keep the gradients near RMSprop's epsilon, where rounding is not blown up into steps.
REFERENCE_GAINS = {"": 0.7, "output": 0.3}
WIDE = 2.0


def reference_network():
    stack = [layers.Input((150, 150, 3))]
    for i, filters in enumerate([32, 64, 128, 128], 1):
        stack += [layers.Conv2D(filters, 3, activation="relu", name=f"conv{i}"), layers.MaxPooling2D(2)]
    stack += [layers.Flatten(), layers.Dense(512, activation="relu", name="dense1"), layers.Dense(1, name="output")]
    return keras.Sequential(stack)


def small_network(l2=None):
    return keras.Sequential([
        layers.Input((16, 16, 3)),
        layers.Conv2D(8, 3, activation="relu", name="conv1"),
        layers.MaxPooling2D(2),
        layers.Conv2D(8, 3, padding="same", activation="relu", name="conv2"),
        layers.Flatten(),
        layers.Dense(16, activation="relu", name="dense1", kernel_regularizer=l2 and keras.regularizers.L2(l2)),
        layers.Dense(3, name="output"),
    ])


def images(network, split):
    """Every PNG of a split, by class and then by name: pixels in [0, 1] and the index of the class."""
    files = sorted((STORED / "images" / network / split).glob("*/*.png"))
    classes = sorted({f.parent.name for f in files})
    pixels = np.stack([np.asarray(Image.open(f).convert("RGB")) for f in files])
    return pixels.astype(keras.config.floatx()) / 255, np.array([classes.index(f.parent.name) for f in files])


def names(model):
    """`<layer>.kernel` and `<layer>.bias`, in the order of the layers."""
    return {f"{v.path.split('/')[-2]}.{v.name}": v for v in model.trainable_variables}


def initialize(model, gains):
    """Sets every weight by formula; returns where each tensor starts in the stream of hashes and its scale.

    Kernels: a gain (by layer, 1 otherwise) times glorot_uniform's limit. Biases: 0.2, unlike Keras's zeros, so that a
    forgotten bias shows.
    """
    start, table = 0, {}
    for name, v in names(model).items():
        scale = 0.2
        if len(v.shape) > 1:
            scale = gains.get(name.split(".")[0], gains.get("", 1.0)) * math.sqrt(6 / sum(compute_fans(v.shape)))
        table[name] = {"shape": list(v.shape), "start": start, "scale": float(np.float32(scale))}
        v.assign(uniform(start, v.shape, scale))
        start += math.prod(v.shape)
    return table


def weights(model):
    return {name: v.numpy().astype(np.float64) for name, v in names(model).items()}


def accuracy(logits, labels):
    guess = logits[:, 0] > 0 if logits.shape[1] == 1 else logits.argmax(1)
    return float((guess == labels).mean())


def targets(outputs, labels):
    return labels[:, None] if outputs == 1 else np.eye(outputs)[labels]


def loss_of(outputs):
    kind = keras.losses.BinaryCrossentropy if outputs == 1 else keras.losses.CategoricalCrossentropy
    return kind(from_logits=True)


def evaluate(model, pixels, labels):
    logits = model(pixels).numpy()
    loss = float(loss_of(logits.shape[1])(targets(logits.shape[1], labels), logits))
    return {"logits": logits.tolist(), "loss": loss, "accuracy": accuracy(logits, labels)}


def train(model, optimizer, data, batch_size, steps):
    """Per step: loss without and with penalties, and accuracy, all before the update; the gradients; the new weights."""
    pixels, labels = data
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            logits = model(x, training=True)
            loss = loss_of(logits.shape[1])(y, logits)
            total = tf.add_n([loss, *model.losses])
        gradients = tape.gradient(total, model.trainable_variables)
        optimizer.apply(gradients)
        return logits, loss, total, gradients

    for i in range(steps):
        take = np.arange(i * batch_size, (i + 1) * batch_size) % len(labels)
        y = targets(model.output_shape[1], labels[take]).astype(pixels.dtype)
        logits, loss, total, gradients = step(pixels[take], y)
        row = {"loss": float(loss), "total_loss": float(total), "accuracy": accuracy(logits.numpy(), labels[take])}
        yield row, {n: g.numpy() for n, g in zip(names(model), gradients)}, weights(model)


def sketch(tensor):
    """64 sums of all elements with signs from splitmix64(index): bit j set means plus in sum j."""
    values = tensor.ravel().astype(np.float64)
    bits = splitmix64(np.arange(values.size))
    return np.array([values @ (((bits >> np.uint64(j)) & np.uint64(1)).astype(np.float64) * 2 - 1) for j in range(SKETCHES)])


def stride(count):
    """1 if the tensor is small, else the smallest prime that leaves no more than SUBSET elements."""
    n = -(-count // SUBSET)
    while any(n % d == 0 for d in range(2, math.isqrt(n) + 1)):
        n += 1
    return n


def norm(tensor):
    return float(np.linalg.norm(tensor.ravel().astype(np.float64)))


def precision(dtype):
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)


def run_reference(dtype):
    precision(dtype)
    model = reference_network()
    table, validation = initialize(model, REFERENCE_GAINS), images("reference", "validation")
    start, before = weights(model), evaluate(model, *validation)
    rows, gradients, after = zip(*train(model, keras.optimizers.RMSprop(1e-4), images("reference", "train"), 20, 20))
    evaluated = {"validation_before": before, "validation_after": evaluate(model, *validation)}
    for name, v in names(model).items():
        v.assign(start[name] * (WIDE if name.endswith("kernel") else 1))
    evaluated["validation_wide"] = evaluate(model, *validation)
    return table, start, gradients[0], after[0], after[-1], rows, evaluated


def make_reference(folder):
    """The truth is the run in float64; the same run in float32 says how far rounding alone can take one."""
    single = run_reference("float32")
    table, start, gradients, first, last, rows, evaluated = run_reference("float64")
    arrays, sketches = {}, {}
    for name, entry in table.items():
        entry["stride"] = stride(start[name].size)
        tensors = {
            "first_gradient": gradients[name],
            "first_change": first[name] - start[name],
            "change": last[name] - start[name],
        }
        for key, tensor in tensors.items():
            entry[f"{key}_norm"] = norm(tensor)
            arrays[f"{name}.{key}"] = tensor.ravel()[:: entry["stride"]]
        entry["initial_norm"], entry["final_norm"] = norm(start[name]), norm(last[name])
        entry["float32_first_gradient_distance"] = norm(single[2][name] - gradients[name]) / entry["first_gradient_norm"]
        entry["float32_first_change_distance"] = norm(single[3][name] - first[name]) / entry["first_change_norm"]
        entry["float32_change_distance"] = norm(single[4][name] - last[name]) / entry["change_norm"]
        entry["float32_distance"] = norm(single[4][name] - last[name]) / entry["final_norm"]
        sketches[f"{name}.change_sketch"] = sketch(tensors["change"])
    for key, e in evaluated.items():
        e["float32_distance"] = float(np.abs(np.subtract(single[-1][key]["logits"], e["logits"])).max())
    save_arrays(folder, "reference", arrays)
    save_arrays(folder, "reference_sketches", sketches, np.float64)
    save_json(folder, "reference", {
        "optimizer": {"type": "rmsprop", "learning_rate": 1e-4, "rho": 0.9, "epsilon": 1e-7},
        "loss": "binary_crossentropy", "batch_size": 20, "steps": 20,
        "tensors": table, "wide_factor": WIDE, "train": rows,
        "train_loss": float(np.mean([r["loss"] for r in rows])),
        "train_accuracy": float(np.mean([r["accuracy"] for r in rows])),
        **evaluated,
    })


# Name of the case: Keras's optimizer, its arguments, and the L2 factor of dense1's kernel.
CASES = {
    "sgd": ("SGD", {"learning_rate": 0.02}, None),
    "sgd_momentum": ("SGD", {"learning_rate": 0.01, "momentum": 0.9}, None),
    "sgd_nesterov": ("SGD", {"learning_rate": 0.01, "momentum": 0.9, "nesterov": True}, None),
    "sgd_l2": ("SGD", {"learning_rate": 0.02, "momentum": 0.5}, 0.01),
    "rmsprop": ("RMSprop", {"learning_rate": 1e-3}, None),
    "rmsprop_explicit": ("RMSprop", {"learning_rate": 1e-3, "rho": 0.8, "epsilon": 1e-5}, None),
    "adam": ("Adam", {"learning_rate": 1e-3}, None),
    "adam_explicit": ("Adam", {"learning_rate": 2e-3, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-5}, None),
    "adam_l2": ("Adam", {"learning_rate": 1e-3}, 0.01),
    "adamw": ("AdamW", {"learning_rate": 1e-3}, None),
    "adamw_explicit": ("AdamW", {"learning_rate": 2e-3, "weight_decay": 0.1}, None),
}
SETTINGS = ["learning_rate", "momentum", "nesterov", "rho", "epsilon", "beta_1", "beta_2", "weight_decay"]


def run_case(dtype, kind, arguments, l2):
    precision(dtype)
    model = small_network(l2)
    table = initialize(model, {})
    optimizer = getattr(keras.optimizers, kind)(**arguments)
    rows, _, after = zip(*train(model, optimizer, images("small", "train"), 12, 20))
    return table, optimizer.get_config(), after[-1], rows, evaluate(model, *images("small", "validation"))


def make_optimizers(folder):
    arrays, cases = {}, {}
    for name, case in CASES.items():
        single = run_case("float32", *case)[2]
        table, config, end, rows, after = run_case("float64", *case)
        start = {k: uniform(t["start"], t["shape"], t["scale"]) for k, t in table.items()}
        arrays |= {f"{name}/{k}": v for k, v in end.items()}
        settings = {k: config[k] for k in SETTINGS if config.get(k) is not None}
        settings["learning_rate"] = case[1]["learning_rate"]
        cases[name] = {
            "optimizer": {"type": case[0].lower()} | settings,
            "dense1_l2": case[2], "train": rows, "validation_after": after,
            "float32_distance": max(norm(single[k] - v) / norm(v) for k, v in end.items()),
            "float32_change_distance": max(norm(single[k] - v) / norm(v - start[k]) for k, v in end.items()),
        }
    save_arrays(folder, "optimizers", arrays)
    save_json(folder, "optimizers", {
        "loss": "categorical_crossentropy", "batch_size": 12, "steps": 20, "tensors": table, "cases": cases,
    })
