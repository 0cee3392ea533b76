"""Draws COUNT JPEG files of 450x375 pixels, as photographs are in size and detail, into FOLDER."""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 450, 375


def picture(generator):
    """Noise of every coarseness: half as much of it at twice the detail."""
    levels = np.zeros((HEIGHT, WIDTH, 3))
    for octave in range(7):
        coarse = generator.uniform(-128, 128, (3 * 2**octave, 3 * 2**octave, 3)) / 1.7**octave
        image = [Image.fromarray(coarse[..., channel].astype(np.float32)) for channel in range(3)]
        levels += np.stack([np.asarray(one.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)) for one in image], -1)
    return np.clip(levels + 128, 0, 255).astype(np.uint8)


def main():
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        image = Image.fromarray(picture(np.random.default_rng(number)))
        image.save(folder / f"{number:03}.jpg", quality=90)


if __name__ == "__main__":
    main()
