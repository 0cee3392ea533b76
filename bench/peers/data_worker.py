"""A worker of the benchmark's data part: images decoded or augmented by the libraries that people use for it.

    data_worker.py WORK THREADS FOLDER LIBRARY

With several threads, as many processes share the images: what these libraries do is not parallel otherwise. Their
results stay where they are made, as no library's way of handing them over is measured here.
"""

import multiprocessing
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from tutorial import AUGMENTATION
from worker import serve

SIZE = 150


def decode_pillow():
    def decode(path):
        return np.asarray(Image.open(path).convert("RGB").resize((SIZE, SIZE), Image.Resampling.BILINEAR))

    return decode


def decode_torchvision():
    from torchvision.io import ImageReadMode, decode_jpeg, read_file
    from torchvision.transforms.v2 import functional as F

    torch_on_one_core()
    return lambda path: F.resize(decode_jpeg(read_file(str(path)), mode=ImageReadMode.RGB), [SIZE, SIZE], antialias=True)


def augment_keras():
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    generator = ImageDataGenerator(**AUGMENTATION)
    prepare = lambda image: image.astype(np.float32)
    return lambda image: generator.standardize(generator.random_transform(image)), prepare


def augment_keras_files():
    """As `flow_from_directory` makes the images of every epoch: from the file."""
    from keras.utils import img_to_array, load_img

    augment, _ = augment_keras()
    return lambda path: augment(img_to_array(load_img(path, target_size=(SIZE, SIZE)))), None


def augment_torchvision(kind):
    """Outside of the image torchvision has a constant only."""
    import torch
    from torchvision.transforms import InterpolationMode, v2

    torch_on_one_core()
    chain = v2.Compose([
        v2.RandomAffine(
            degrees=40, translate=(0.2, 0.2), scale=(0.8, 1.2), shear=0.2, interpolation=InterpolationMode.BILINEAR
        ),
        v2.RandomHorizontalFlip(),
        v2.ToImage(),
        v2.ToDtype(torch.float32, scale=True),
    ])
    channels_first = lambda image: torch.from_numpy(image.copy()).permute(2, 0, 1).contiguous()
    prepare = {
        "bytes": channels_first,
        "floats": lambda image: channels_first(image).to(torch.float32) / 255,
        "pil": Image.fromarray,
    }
    return chain, prepare[kind]


def augment_albumentations():
    import albumentations
    import cv2

    cv2.setNumThreads(1)
    chain = albumentations.Compose([
        albumentations.Affine(
            rotate=(-40, 40),
            translate_percent=(-0.2, 0.2),
            shear=(-0.2, 0.2),
            scale=(0.8, 1.2),
            interpolation=cv2.INTER_LINEAR,
            border_mode=cv2.BORDER_REPLICATE,
            p=1.0,
        ),
        albumentations.HorizontalFlip(p=0.5),
        albumentations.ToFloat(max_value=255, p=1.0),
    ])
    return lambda image: chain(image=image)["image"], lambda image: image


def torch_on_one_core():
    import torch

    torch.set_num_threads(1)


WORK = {
    ("decode", "pillow"): decode_pillow,
    ("decode", "torchvision"): decode_torchvision,
    ("augment", "keras"): augment_keras,
    ("augment", "keras-files"): augment_keras_files,
    ("augment", "torchvision"): lambda: augment_torchvision("bytes"),
    ("augment", "torchvision-floats"): lambda: augment_torchvision("floats"),
    ("augment", "torchvision-pil"): lambda: augment_torchvision("pil"),
    ("augment", "albumentations"): augment_albumentations,
}


def ready(work, library, files):
    """A function that does the work on all of the files."""
    if work == "decode":
        do, items = WORK[work, library](), files
    else:
        do, prepare = WORK[work, library]()
        decode = decode_pillow()
        items = [prepare(decode(file)) for file in files] if prepare else files

    def step():
        for item in items:
            do(item)
        return 0.0

    return step


def child(connection, work, library, files):
    step = ready(work, library, files)
    connection.send("ready")
    while connection.recv():
        step()
        connection.send("done")


def main():
    work, threads, folder, library = sys.argv[1:]
    files = sorted(Path(folder).iterdir())
    if int(threads) == 1:
        serve(len(files), ready(work, library, files))
        return
    context = multiprocessing.get_context("spawn")
    connections = []
    for share in range(int(threads)):
        here, there = context.Pipe()
        context.Process(target=child, args=(there, work, library, files[share :: int(threads)]), daemon=True).start()
        connections.append(here)

    def each(action):
        return [action(connection) for connection in connections]

    def step():
        each(lambda connection: connection.send(True))
        each(lambda connection: connection.recv())
        return 0.0

    each(lambda connection: connection.recv())
    serve(len(files), step)


if __name__ == "__main__":
    main()
