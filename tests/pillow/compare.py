"""Decodes every image below a folder with Pillow and with Ablate, and says where they differ.

    python3 tests/pillow/compare.py FOLDER [--grey-levels 2]

Needs Pillow and NumPy, and cargo. Pillow's picture is the first frame, upright (EXIF), 16 bits as 8, transparency over
white: what Ablate promises in docs/images.md. The exit status is 1 where a picture differs by more levels than that, or
the decoder gave up.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

PROJECT = Path(__file__).resolve().parents[2]
BUILD = ["cargo", "build", "--quiet", "--release", "--package", "data", "--example", "decode"]
RUN = ["cargo", "run", "--quiet", "--release", "--package", "data", "--example", "decode"]


def pillow(path):
    """The upright first frame, as an array of (height, width, 3) levels."""
    with Image.open(path) as image:
        image.load()
        image = ImageOps.exif_transpose(image)
        if image.mode.startswith("I"):
            grey = np.asarray(image).astype(np.int64)
            grey = np.clip((grey * 255 + 32767) // 65535, 0, 255).astype(np.uint8)
            return np.repeat(grey[:, :, None], 3, axis=2)
        if image.mode in ("P", "LA", "PA", "RGBA") or "transparency" in image.info:
            over = Image.new("RGBA", image.size, "white")
            over.alpha_composite(image.convert("RGBA"))
            image = over
        return np.asarray(image.convert("RGB"))


class Ablate:
    def __init__(self):
        subprocess.run(BUILD, cwd=PROJECT, check=True)
        self.process = subprocess.Popen(RUN, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def decode(self, path, height, width):
        """The levels, or why there are none. The size of the result is that of the file, so nothing is resized."""
        self.process.stdin.write(f"{height} {width} rgb nearest {path}\n".encode())
        self.process.stdin.flush()
        word, rest = self.process.stdout.readline().decode().rstrip("\n").split(" ", 1)
        if word == "refused":
            return rest
        levels = np.frombuffer(self.process.stdout.read(int(rest)), np.uint8)
        return levels.reshape(height, width, 3)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--grey-levels", type=int, default=2, help="the largest difference that is none")
    arguments = parser.parse_args()
    Image.MAX_IMAGE_PIXELS = None
    ablate, failures, counts = Ablate(), 0, dict.fromkeys(["same", "refused by both", "Ablate only", "Pillow only"], 0)
    for path in sorted(path for path in arguments.folder.resolve().rglob("*") if path.is_file()):
        name = path.relative_to(arguments.folder.resolve())
        try:
            expected = pillow(path)
        except Exception as error:  # whatever Pillow says against a file
            expected = error
        height, width = expected.shape[:2] if isinstance(expected, np.ndarray) else (8, 8)
        found = ablate.decode(path, height, width)
        gave_up = isinstance(found, str) and "gave up" in found
        if isinstance(expected, np.ndarray) and isinstance(found, np.ndarray):
            difference = np.abs(expected.astype(int) - found)
            if difference.max() <= arguments.grey_levels:
                counts["same"] += 1
                continue
            failures += 1
            print(f"{name}: up to {difference.max()} levels, {(difference > arguments.grey_levels).mean():.2%} of them")
        elif isinstance(expected, np.ndarray):
            counts["Pillow only"] += 1
            print(f"{name}: Pillow reads it; {found}")
        elif isinstance(found, np.ndarray):
            counts["Ablate only"] += 1
            print(f"{name}: Ablate reads it; {type(expected).__name__}: {expected}")
        else:
            counts["refused by both"] += 1
        failures += gave_up
    print(", ".join(f"{what}: {count}" for what, count in counts.items()) + f", different: {failures}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
