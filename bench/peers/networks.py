"""The benchmark's networks. Each gives the sides of an image (height, width, channels), the images of a batch, and its
layers in the words of `peer`, which has a function for each kind."""

from functools import partial


def reference(peer, size=150, filters=(32, 64, 128, 128)):
    blocks = [layer for count in filters for layer in (peer.conv(count), peer.max_pool())]
    return (size, size, 3), 20, [*blocks, peer.flatten(), peer.dense(512), peer.logits(1)]


def cifar(peer):
    first = [peer.same(32), peer.same(32), peer.max_pool()]
    second = [peer.same(64), peer.same(64), peer.max_pool()]
    return (32, 32, 3), 64, [*first, *second, peer.flatten(), peer.dense(128), peer.logits(10)]


def lenet(peer):
    blocks = [peer.same(6, 5), peer.average_pool(), peer.conv(16, 5), peer.average_pool()]
    return (28, 28, 1), 128, [*blocks, peer.flatten(), peer.dense(120), peer.dense(84), peer.logits(10)]


def gap(peer):
    blocks = [layer for count in (32, 64, 128, 256) for layer in (peer.same(count), peer.max_pool())]
    return (224, 224, 3), 16, [*blocks, peer.global_average_pool(), peer.logits(10)]


def strided(peer):
    convolutions = [peer.same(count, strides=2) for count in (32, 64, 128, 256)]
    return (96, 96, 3), 32, [*convolutions, peer.global_average_pool(), peer.logits(10)]


NETWORKS = {
    "reference": reference,
    "image_75": partial(reference, size=75),
    "image_300": partial(reference, size=300),
    "filters_half": partial(reference, filters=(16, 32, 64, 64)),
    "filters_double": partial(reference, filters=(64, 128, 256, 256)),
    "cifar": cifar,
    "lenet": lenet,
    "gap": gap,
    "strided": strided,
}
