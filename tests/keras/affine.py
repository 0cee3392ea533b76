"""Keras's affine augmentation of one picture: each operation alone, each fill mode, and all of them in one."""

import numpy as np
from keras.src.legacy.preprocessing.image import apply_affine_transform, flip_axis
from PIL import Image

from store import STORED, save_arrays, save_json

CHAIN = {"theta": 25.0, "tx": 4.5, "ty": -6.25, "shear": 12.0, "zx": 1.15, "zy": 0.85}
# Name of the case: arguments of apply_affine_transform, fill mode, and the axis that is flipped afterwards.
CASES = {
    "identity": ({}, "nearest", None),
    "rotation": ({"theta": 30.0}, "nearest", None),
    "rotation_back": ({"theta": -110.0}, "nearest", None),
    "shift_columns": ({"tx": 7.3}, "nearest", None),
    "shift_rows": ({"ty": -5.6}, "nearest", None),
    "shear": ({"shear": 15.0}, "nearest", None),
    "shear_keras_0.2": ({"shear": 0.2}, "nearest", None),
    "zoom_out": ({"zx": 1.2, "zy": 1.2}, "nearest", None),
    "zoom_in": ({"zx": 0.8, "zy": 0.9}, "nearest", None),
    "flip_horizontal": ({}, "nearest", "horizontal"),
    "flip_vertical": ({}, "nearest", "vertical"),
    "shift_constant": ({"tx": 7.3, "ty": -5.6}, "constant", None),
    "shift_reflect": ({"tx": 7.3, "ty": -5.6}, "reflect", None),
    "shift_wrap": ({"tx": 7.3, "ty": -5.6}, "wrap", None),
    **{
        f"{name}_{fill_mode}": (arguments, fill_mode, None)
        for name, arguments in {"rotation": {"theta": 30.0}, "shear": {"shear": 15.0}, "zoom_out": {"zx": 1.4, "zy": 1.2}}.items()
        for fill_mode in ("constant", "reflect", "wrap")
    },
    "chain_nearest": (CHAIN, "nearest", "horizontal"),
    "chain_constant": (CHAIN, "constant", "horizontal"),
    "chain_reflect": (CHAIN, "reflect", "horizontal"),
    "chain_wrap": (CHAIN, "wrap", "horizontal"),
}
CVAL = 90.0


def matrix(size, flip, theta=0.0, tx=0.0, ty=0.0, shear=0.0, zx=1.0, zy=1.0):
    """The 2x3 matrix that takes (row, column, 1) of the result to (row, column) of the source, for a square picture.

    Keras builds rotation . shift . shear . zoom about the centre for (x, y) = (column, row), and flips the result.
    """
    c, s = np.cos(np.deg2rad(theta)), np.sin(np.deg2rad(theta))
    rotation = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    shift = np.array([[1, 0, tx], [0, 1, ty], [0, 0, 1]])
    sheared = np.array([[1, -np.sin(np.deg2rad(shear)), 0], [0, np.cos(np.deg2rad(shear)), 0], [0, 0, 1]])
    flips = np.diag([-1.0 if flip == "horizontal" else 1.0, -1.0 if flip == "vertical" else 1.0, 1.0])
    middle = (size - 1) / 2
    centre, back = (np.array([[1, 0, m], [0, 1, m], [0, 0, 1]]) for m in (middle, -middle))
    xy = centre @ rotation @ shift @ sheared @ np.diag([zx, zy, 1]) @ flips @ back
    return xy[[1, 0]][:, [1, 0, 2]]


def transform(pixels, arguments, fill_mode, flip):
    result = apply_affine_transform(
        pixels, **arguments, row_axis=0, col_axis=1, channel_axis=2, fill_mode=fill_mode, cval=CVAL, order=1
    )
    return flip_axis(result, {"horizontal": 1, "vertical": 0}[flip]) if flip else result


def make(folder):
    pixels = np.asarray(Image.open(STORED / "images" / "affine.png").convert("RGB")).astype(np.float32)
    size = pixels.shape[0]
    rows, columns = np.mgrid[0:size, 0:size]
    # A picture of its own coordinates: what Keras makes of it shows which point of the source each pixel reads.
    ramp = np.stack([rows, columns], -1).astype(np.float64)
    arrays, cases = {}, {}
    for name, (arguments, fill_mode, flip) in CASES.items():
        m = matrix(size, flip, **arguments)
        source = np.stack([rows, columns, np.ones_like(rows)], -1) @ m.T
        inside = ((source >= 0) & (source <= size - 1)).all(-1)
        read = transform(ramp, arguments, fill_mode, flip)
        assert np.abs(read - source)[inside].max() < 1e-9, name
        arrays[name] = transform(pixels, arguments, fill_mode, flip)
        cases[name] = {"arguments": arguments, "fill_mode": fill_mode, "flip": flip, "matrix": m.tolist()}
    save_arrays(folder, "affine", arrays)
    save_json(folder, "affine", {"cval": CVAL, "cases": cases})
