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
from networks import NETWORKS


def conv(filters, kernel=3, padding=0, strides=1):
    return [nn.LazyConv2d(filters, kernel, stride=strides, padding=padding), nn.ReLU()]


def same(filters, kernel=3, strides=1):
    """Symmetric padding, as PyTorch's users write it: as many additions as TensorFlow's "same"."""
    return conv(filters, kernel, kernel // 2, strides)


def max_pool():
    return [nn.MaxPool2d(2)]


def average_pool():
    return [nn.AvgPool2d(2)]


def global_average_pool():
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten()]


def flatten():
    return [nn.Flatten()]


def dense(units):
    return [nn.LazyLinear(units), nn.ReLU()]


def logits(units):
    return [nn.LazyLinear(units)]


def main(name, threads, mode, batch=None):
    torch.set_num_threads(int(threads))
    torch.set_num_interop_threads(1)
    torch.manual_seed(0)
    (height, width, channels), images, stack = NETWORKS[name](sys.modules[__name__])
    images = int(batch or images)
    model = nn.Sequential(*[module for layer in stack for module in layer])
    x = torch.rand(images, channels, height, width)
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
