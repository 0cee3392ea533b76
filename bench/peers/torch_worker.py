"""A worker of the benchmark: the training steps in PyTorch.

    torch_worker.py NETWORK THREADS MODE [BATCH]

Modes:
    nchw           eager, in PyTorch's own layout
    channels_last  eager, NHWC in memory
    compile        compiled by inductor
"""

import sys

import torch
from torch import nn
from torch.nn import functional

import worker


def conv(filters, kernel=3, padding=0, stride=1):
    return [nn.LazyConv2d(filters, kernel, stride=stride, padding=padding), nn.ReLU()]


def same(filters, kernel=3, stride=1):
    """Symmetric padding, as PyTorch's users write it: as many additions as TensorFlow's "same"."""
    return conv(filters, kernel, kernel // 2, stride)


def max_pool():
    return [nn.MaxPool2d(2)]


def average_pool():
    return [nn.AvgPool2d(2)]


def global_average_pool():
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten()]


def dense(units):
    return [nn.LazyLinear(units), nn.ReLU()]


def reference(size=150, filters=(32, 64, 128, 128)):
    blocks = [layer for count in filters for layer in conv(count) + max_pool()]
    return (3, size, size), 20, blocks + [nn.Flatten(), *dense(512), nn.LazyLinear(1)]


def cifar():
    first = same(32) + same(32) + max_pool()
    second = same(64) + same(64) + max_pool()
    return (3, 32, 32), 64, first + second + [nn.Flatten(), *dense(128), nn.LazyLinear(10)]


def lenet():
    blocks = same(6, 5) + average_pool() + conv(16, 5) + average_pool()
    return (1, 28, 28), 128, blocks + [nn.Flatten(), *dense(120), *dense(84), nn.LazyLinear(10)]


def gap():
    blocks = [layer for count in (32, 64, 128, 256) for layer in same(count) + max_pool()]
    return (3, 224, 224), 16, blocks + global_average_pool() + [nn.LazyLinear(10)]


def strided():
    convolutions = [layer for count in (32, 64, 128, 256) for layer in same(count, stride=2)]
    return (3, 96, 96), 32, convolutions + global_average_pool() + [nn.LazyLinear(10)]


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


def main(name, threads, mode, batch=None):
    torch.set_num_threads(int(threads))
    torch.set_num_interop_threads(1)
    torch.manual_seed(0)
    shape, images, stack = NETWORKS[name]()
    images = int(batch or images)
    model = nn.Sequential(*stack)
    x = torch.rand(images, *shape)
    with torch.no_grad():
        classes = max(2, model(x).shape[1])
    labels = torch.arange(images) % classes
    if mode != "nchw":
        model = model.to(memory_format=torch.channels_last)
        x = x.to(memory_format=torch.channels_last)

    if classes == 2:
        y = labels.float().unsqueeze(1)
        loss_of = functional.binary_cross_entropy_with_logits
        optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-4, alpha=0.9, eps=1e-7)
    else:
        y = labels
        loss_of = functional.cross_entropy
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=mode != "compile")

    def forward(x, y):
        return loss_of(model(x), y)

    update = optimizer.step
    if mode == "compile":
        forward = torch.compile(forward)
        update = torch.compile(optimizer.step)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = forward(x, y)
        loss.backward()
        update()
        return loss.item()

    worker.serve(sum(parameter.numel() for parameter in model.parameters()), step)


main(*sys.argv[1:])
