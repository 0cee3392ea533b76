"""Draws COUNT PNG files of 48x48 pixels, no two alike, into FOLDER: eight of ten for training, in two classes."""

import sys
from pathlib import Path

import numpy as np
from PIL import Image


def main():
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    generator = np.random.default_rng(0)
    splits = ["train"] * 8 + ["validation", "test"]
    for split in set(splits):
        for label in "ab":
            (folder / split / label).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        coarse = generator.integers(0, 256, (6, 6, 3), dtype=np.uint8)
        image = Image.fromarray(coarse).resize((48, 48), Image.Resampling.BICUBIC)
        image.save(folder / splits[number // 2 % 10] / "ab"[number % 2] / f"{number:06}.png", compress_level=1)
    (folder / "complete").touch()


if __name__ == "__main__":
    main()
