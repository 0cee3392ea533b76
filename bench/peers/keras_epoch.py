"""The cats and dogs tutorial in Keras on TensorFlow, end to end.

    keras_epoch.py IMAGES THREADS EPOCHS MODE [CLASS CLASS]

Modes:
    dataset    tf.data from image files, augmented by preprocessing layers in the pipeline
    cached     the same, with decoded images kept in memory
    generator  ImageDataGenerator, as in the classical tutorial

Prints the seconds of each epoch, validation included, on a line.
"""

import os
import sys
import time

from keras_network import compiled
from tutorial import AUGMENTATION

import tensorflow as tf
from keras import Sequential, callbacks, layers
from keras.utils import image_dataset_from_directory
from keras.src.legacy.preprocessing.image import ImageDataGenerator

AUTOTUNE = tf.data.AUTOTUNE


def datasets(folder, classes, size, batch, cached):
    def images(split, shuffle):
        path = os.path.join(folder, split)
        dataset = image_dataset_from_directory(
            path, label_mode="binary", class_names=classes, image_size=size, batch_size=batch, shuffle=shuffle, verbose=0
        )
        return dataset.cache() if cached else dataset

    augmentation = Sequential(
        [
            layers.Rescaling(1 / 255),
            layers.RandomRotation(40 / 360, fill_mode="nearest"),
            layers.RandomTranslation(0.2, 0.2, fill_mode="nearest"),
            layers.RandomShear(0.2 / 90, 0.0, fill_mode="nearest"),
            layers.RandomZoom(0.2, 0.2, fill_mode="nearest"),
            layers.RandomFlip("horizontal"),
        ]
    )
    augment = lambda x, y: (augmentation(x, training=True), y)
    scale = lambda x, y: (x / 255, y)
    train = images("train", shuffle=True).map(augment, num_parallel_calls=AUTOTUNE).prefetch(AUTOTUNE)
    validation = images("validation", shuffle=False).map(scale, num_parallel_calls=AUTOTUNE).prefetch(AUTOTUNE)
    return train, validation


def generators(folder, classes, size, batch):
    augmented = ImageDataGenerator(**AUGMENTATION)
    plain = ImageDataGenerator(rescale=1 / 255)
    options = dict(target_size=size, batch_size=batch, class_mode="binary", classes=classes)
    return (
        augmented.flow_from_directory(os.path.join(folder, "train"), **options),
        plain.flow_from_directory(os.path.join(folder, "validation"), shuffle=False, **options),
    )


class Clock(callbacks.Callback):
    """The seconds of each epoch."""

    def __init__(self):
        super().__init__()
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.start)


def main(folder, threads, epochs, mode, *classes):
    tf.config.threading.set_intra_op_parallelism_threads(int(threads))
    tf.config.threading.set_inter_op_parallelism_threads(int(threads))
    model, (*size, _), batch = compiled("reference", metrics=["accuracy"])
    wanted = (folder, list(classes) or None, tuple(size), batch)
    if mode == "generator":
        train, validation = generators(*wanted)
    else:
        train, validation = datasets(*wanted, cached=mode == "cached")
    clock = Clock()
    model.fit(train, validation_data=validation, epochs=int(epochs), callbacks=[clock], verbose=0)
    print(*clock.seconds)


main(*sys.argv[1:])
