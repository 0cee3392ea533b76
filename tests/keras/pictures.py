"""Draws the PNG files that both sides read. Integer arithmetic only, so every machine draws the same pixels."""

import numpy as np
from PIL import Image

from store import splitmix64

# Each class leans to a colour: features that tell the classes apart keep a short training run well conditioned.
CLASSES = {"disc": (40, 0, -40), "rectangle": (-40, 0, 40), "wedge": (0, 40, 0)}


def picture(kind, key, height, width):
    """One form of `kind` on six grainy tiles, as indices (height, width) into a palette (224, 3).

    Tiles make the pictures differ from each other everywhere; grain makes neighbouring pixels differ. Both keep the
    values under a max-pool window and the inputs of a ReLU away from ties, which rounding would decide.
    """
    draws = iter((splitmix64(np.arange(256) + 1000 * key) >> np.uint64(16)).astype(np.int64))
    between = lambda low, high: int(low + next(draws) % (high - low))
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)

    size = min(height, width)
    cy, cx = (between(n * 3 // 10, n * 7 // 10) for n in (height, width))
    ry, rx = (between(size // 6, size // 3) for _ in range(2))
    inside = {
        "disc": (y - cy) ** 2 + (x - cx) ** 2 < rx * rx,
        "rectangle": (abs(y - cy) < ry) & (abs(x - cx) < rx),
        "wedge": (abs(y - cy) < ry) & (2 * abs(x - cx) < y - cy + ry),
    }[kind]
    rows = y >= between(height * 3 // 10, height * 7 // 10)
    columns = (x >= between(width // 5, width // 2)) + (x >= between(width // 2, width * 4 // 5)).astype(np.int64)
    region = np.where(inside, 6, 3 * rows + columns)

    # Each of the seven regions has a ramp of 32 colours; the grain picks one of them for each pixel.
    grain = (splitmix64(np.arange(height * width) + (key + 1) * 2**32) >> np.uint64(59)).astype(np.int64)
    ramps = []
    for _ in range(7):
        middle = np.array([between(10, 245) for _ in range(3)]) + CLASSES[kind]
        slope = np.array([between(16, 48) * (1 - 2 * between(0, 2)) for _ in range(3)])
        ramps.append(middle + (np.arange(32)[:, None] - 16) * slope // 16)
    palette = np.clip(np.concatenate(ramps), 0, 255).astype(np.uint8)
    return (32 * region + grain.reshape(height, width)).astype(np.uint8), palette


def save(path, kind, key, height, width):
    """Large pictures keep the palette, which makes the file three times smaller."""
    path.parent.mkdir(parents=True, exist_ok=True)
    indices, palette = picture(kind, key, height, width)
    if height * width < 10_000:
        Image.fromarray(palette[indices]).save(path, optimize=True)
    else:
        image = Image.fromarray(indices, mode="L")
        image.putpalette(palette.tobytes())
        image.save(path, optimize=True)


def make(folder):
    # Sorted by class, then name, and taken 20 at a time, these give one mixed batch and one of rectangles alone.
    for split, first, counts in [("train", 0, [10, 30]), ("validation", 50, [5, 5])]:
        for number, (kind, count) in enumerate(zip(CLASSES, counts)):
            for i in range(count):
                path = folder / "images" / "reference" / split / kind / f"{i:02}.png"
                save(path, kind, 100 * number + first + i, 150, 150)
    # Three classes of 8: in batches of 12, both batches are mixed.
    for split, first, count in [("train", 1000, 8), ("validation", 1050, 4)]:
        for number, kind in enumerate(CLASSES):
            for i in range(count):
                path = folder / "images" / "small" / split / kind / f"{i:02}.png"
                save(path, kind, 100 * number + first + i, 16, 16)
    save(folder / "images" / "affine.png", "rectangle", 2000, 48, 48)
    save(folder / "images" / "resize.png", "disc", 2001, 47, 61)
