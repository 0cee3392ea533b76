"""A worker of the benchmark: the training steps in Keras on TensorFlow.

    keras_worker.py NETWORK THREADS MODE [BATCH]

Modes:
    step            a tf.function around `train_step`, on a constant batch
    xla             the same, compiled by XLA
    train_on_batch  what a loop written by hand calls
"""

import os
import sys

from keras_network import compiled

import numpy as np
import tensorflow as tf

import worker


def main(name, threads, mode, batch=None):
    tf.config.threading.set_intra_op_parallelism_threads(int(threads))
    tf.config.threading.set_inter_op_parallelism_threads(int(os.environ.get("INTER_OP", 1)))
    model, sides, images = compiled(name, jit_compile=mode == "xla")
    images = int(batch or images)
    classes = max(2, model.output_shape[-1])
    labels = np.arange(images, dtype=np.int32) % classes
    if classes == 2:
        labels = labels.reshape(images, 1).astype(np.float32)
    x = tf.constant(np.random.default_rng(0).random((images, *sides), dtype=np.float32))
    y = tf.constant(labels)

    if mode == "train_on_batch":
        step = lambda: float(model.train_on_batch(x, y))
    else:
        model.optimizer.build(model.trainable_variables)
        function = tf.function(lambda: model.train_step((x, y))["loss"], jit_compile=mode == "xla")
        step = lambda: float(function())
    worker.serve(model.count_params(), step)


main(*sys.argv[1:])
