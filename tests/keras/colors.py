"""Keras's changes of colour that the classic generator has: the channel shift and the brightness."""

import numpy as np
from keras.src.legacy.preprocessing.image import apply_brightness_shift, apply_channel_shift
from PIL import Image

from store import STORED, save_arrays


def make(folder):
    pixels = np.asarray(Image.open(STORED / "images" / "affine.png").convert("RGB")).astype(np.float32)
    arrays = {}
    for levels in (-30.0, 45.0):
        arrays[f"channel_shift_{levels:.0f}"] = apply_channel_shift(pixels, levels, channel_axis=2)
    for factor in (0.6, 1.5):
        arrays[f"brightness_{factor}"] = apply_brightness_shift(pixels, factor, scale=False)
    save_arrays(folder, "colors", arrays)
