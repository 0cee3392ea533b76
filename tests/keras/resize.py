"""What Keras's `load_img(target_size=..., interpolation=...)` makes of a picture, in colour and in grey."""

import keras
import numpy as np
from PIL import Image

from store import STORED

# Height and width of the result; the source is 47 x 61.
SIZES = [(20, 30), (24, 31), (94, 122), (80, 45)]
# Ablate's name, and Keras's.
INTERPOLATIONS = {"nearest": "nearest", "bilinear": "bilinear", "area": "box", "lanczos3": "lanczos"}


def make(folder):
    (folder / "resize").mkdir(exist_ok=True)
    source = STORED / "images" / "resize.png"
    pixels = np.asarray(Image.open(source).convert("RGB"))
    for height, width in SIZES:
        for interpolation, keras_name in INTERPOLATIONS.items():
            options = {"target_size": (height, width), "interpolation": keras_name}
            result = keras.utils.load_img(source, **options)
            result.save(folder / "resize" / f"{interpolation}_{height}x{width}.png", optimize=True)
            if interpolation == "nearest":
                rows, columns = ((2 * np.arange(n) + 1) * m // (2 * n) for n, m in zip((height, width), pixels.shape))
                assert np.array_equal(np.asarray(result), pixels[rows][:, columns])
            grayscale = keras.utils.load_img(source, color_mode="grayscale", **options)
            grayscale.save(folder / "resize" / f"grayscale_{interpolation}_{height}x{width}.png", optimize=True)
