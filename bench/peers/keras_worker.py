"""A worker of the benchmark: the training steps in Keras on TensorFlow.

    keras_worker.py NETWORK THREADS MODE [BATCH]

Modes:
    step            a tf.function around `train_step`, on a constant batch
    xla             the same, compiled by XLA
    train_on_batch  what a loop written by hand calls
"""

import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["KERAS_BACKEND"] = "tensorflow"

import numpy as np
import tensorflow as tf
from keras import Input, Sequential, layers, losses, optimizers

import worker


def conv(filters, kernel=3, padding="valid", strides=1):
    return layers.Conv2D(filters, kernel, strides=strides, padding=padding, activation="relu")


def same(filters, kernel=3, strides=1):
    return conv(filters, kernel, "same", strides)


def max_pool():
    return layers.MaxPooling2D(2)


def average_pool():
    return layers.AveragePooling2D(2)


def dense(units):
    return layers.Dense(units, activation="relu")


def reference(size=150, filters=(32, 64, 128, 128)):
    blocks = [layer for count in filters for layer in (conv(count), max_pool())]
    return (size, size, 3), 20, [*blocks, layers.Flatten(), dense(512), layers.Dense(1)]


def cifar():
    first = [same(32), same(32), max_pool()]
    second = [same(64), same(64), max_pool()]
    return (32, 32, 3), 64, [*first, *second, layers.Flatten(), dense(128), layers.Dense(10)]


def lenet():
    blocks = [same(6, 5), average_pool(), conv(16, 5), average_pool()]
    return (28, 28, 1), 128, [*blocks, layers.Flatten(), dense(120), dense(84), layers.Dense(10)]


def gap():
    blocks = [layer for count in (32, 64, 128, 256) for layer in (same(count), max_pool())]
    return (224, 224, 3), 16, [*blocks, layers.GlobalAveragePooling2D(), layers.Dense(10)]


def strided():
    convolutions = [same(count, strides=2) for count in (32, 64, 128, 256)]
    return (96, 96, 3), 32, [*convolutions, layers.GlobalAveragePooling2D(), layers.Dense(10)]


NETWORKS = {
    "reference": reference,
    "image_75": lambda: reference(75),
    "image_300": lambda: reference(300),
    "filters_half": lambda: reference(filters=(16, 32, 64, 64)),
    "filters_double": lambda: reference(filters=(64, 128, 256, 256)),
    "cifar": cifar,
    "lenet": lenet,
    "gap": gap,
    "strided": strided,
}


def compiled(name, jit_compile):
    """The model of that name, ready to train, with the shape of an image and the images of a batch."""
    shape, batch, stack = NETWORKS[name]()
    model = Sequential([Input(shape), *stack])
    if model.output_shape[-1] == 1:
        loss = losses.BinaryCrossentropy(from_logits=True)
        optimizer = optimizers.RMSprop(1e-4, rho=0.9, epsilon=1e-7)
    else:
        loss = losses.SparseCategoricalCrossentropy(from_logits=True)
        optimizer = optimizers.Adam(1e-3)
    model.compile(optimizer=optimizer, loss=loss, jit_compile=jit_compile)
    return model, shape, batch


def main(name, threads, mode, batch=None):
    tf.config.threading.set_intra_op_parallelism_threads(int(threads))
    tf.config.threading.set_inter_op_parallelism_threads(int(os.environ.get("INTER_OP", 1)))
    model, shape, images = compiled(name, jit_compile=mode == "xla")
    images = int(batch or images)
    classes = max(2, model.output_shape[-1])
    labels = np.arange(images, dtype=np.int32) % classes
    if classes == 2:
        labels = labels.reshape(images, 1).astype(np.float32)
    x = tf.constant(np.random.default_rng(0).random((images, *shape), dtype=np.float32))
    y = tf.constant(labels)

    if mode == "train_on_batch":
        step = lambda: float(model.train_on_batch(x, y))
    else:
        model.optimizer.build(model.trainable_variables)
        function = tf.function(lambda: model.train_step((x, y))["loss"], jit_compile=mode == "xla")
        step = lambda: float(function())
    worker.serve(model.count_params(), step)


main(*sys.argv[1:])
