"""Makes the stored numbers, or with --check makes them anew elsewhere and compares. See README.md."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ["KERAS_BACKEND"] = "tensorflow"

import numpy as np
from PIL import Image

import affine
import colors
import formulas
import pictures
import resize
import training
from store import STORED, load_arrays, load_json

# In this order: the pictures are what the others read.
TOPICS = {
    "pictures": pictures.make,
    "reference": training.make_reference,
    "optimizers": training.make_optimizers,
    "formulas": formulas.make,
    "affine": affine.make,
    "colors": colors.make,
    "resize": resize.make,
}
RELATIVE, ABSOLUTE = 1e-5, 1e-7


def close(new, old):
    return np.shape(new) == np.shape(old) and np.allclose(new, old, rtol=RELATIVE, atol=ABSOLUTE)


def differences(new, old, where):
    """Where two JSON values differ. The float32 distances are the machine's own: they must only stay small."""
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        return [d for k in old for d in differences(new[k], old[k], f"{where}.{k}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [d for i in range(len(old)) for d in differences(new[i], old[i], f"{where}[{i}]")]
    if isinstance(old, float) and isinstance(new, (int, float)):
        same = new < 10 * old + 1e-6 if ".float32_" in where else close(new, old)
    else:
        same = new == old
    return [] if same else [f"{where}: {new} made, {old} stored"]


def compare(name, folder):
    if name.suffix == ".png":
        pixels = lambda root: np.asarray(Image.open(root / name).convert("RGB"))
        return [] if np.array_equal(pixels(folder), pixels(STORED)) else [f"{name}: other pixels"]
    if name.suffix == ".json":
        return differences(load_json(folder, name.stem), load_json(STORED, name.stem), name.stem)
    new, old = load_arrays(folder, name.stem), load_arrays(STORED, name.stem)
    if new.keys() != old.keys():
        return [f"{name}: other tensors"]
    return [f"{name}: {k} differs" for k in new if not close(new[k], old[k])]


def check():
    """Makes everything anew in a temporary folder; what differs from the stored files, a line each."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for make in TOPICS.values():
            make(folder)
        made, stored = ({f.relative_to(root) for f in root.rglob("*") if f.is_file()} for root in (folder, STORED))
        found = [f"{f}: stored, and not made" for f in sorted(stored - made)]
        found += [f"{f}: made, and not stored" for f in sorted(made - stored)]
        return found + [line for f in sorted(made & stored) for line in compare(f, folder)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the stored numbers, write nothing")
    parser.add_argument("--only", choices=TOPICS, help="make one topic")
    arguments = parser.parse_args()
    if arguments.check:
        found = check()
        print("\n".join(found) or "the stored numbers are what Keras gives")
        sys.exit(1 if found else 0)
    STORED.mkdir(exist_ok=True)
    for name, make in TOPICS.items():
        if arguments.only in (None, name):
            make(STORED)


if __name__ == "__main__":
    main()
