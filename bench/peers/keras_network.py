"""The benchmark's networks in Keras on TensorFlow. To be imported before TensorFlow, which it tells to be quiet and to keep
to the processor."""

import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["KERAS_BACKEND"] = "tensorflow"

from keras import Input, Sequential, layers, losses, optimizers

from networks import NETWORKS


def conv(filters, kernel=3, padding="valid", strides=1):
    return layers.Conv2D(filters, kernel, strides=strides, padding=padding, activation="relu")


def same(filters, kernel=3, strides=1):
    return conv(filters, kernel, "same", strides)


def max_pool():
    return layers.MaxPooling2D(2)


def average_pool():
    return layers.AveragePooling2D(2)


def global_average_pool():
    return layers.GlobalAveragePooling2D()


def flatten():
    return layers.Flatten()


def dense(units):
    return layers.Dense(units, activation="relu")


def logits(units):
    return layers.Dense(units)


def compiled(name, jit_compile=False, metrics=()):
    """The model of that name, ready to train, with the sides of an image and the images of a batch."""
    sides, batch, stack = NETWORKS[name](sys.modules[__name__])
    model = Sequential([Input(sides), *stack])
    if model.output_shape[-1] == 1:
        loss = losses.BinaryCrossentropy(from_logits=True)
        optimizer = optimizers.RMSprop(1e-4, rho=0.9, epsilon=1e-7)
    else:
        loss = losses.SparseCategoricalCrossentropy(from_logits=True)
        optimizer = optimizers.Adam(1e-3)
    model.compile(optimizer=optimizer, loss=loss, metrics=list(metrics), jit_compile=jit_compile)
    return model, sides, batch
