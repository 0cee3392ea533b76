"""Where the numbers lie, how they are written, and the hash that stands for randomness here."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

HERE = Path(__file__).parent
STORED = HERE / "stored"


def splitmix64(i):
    """The i-th output (i from 0) of SplitMix64 seeded with 0, for an array of i."""
    with np.errstate(over="ignore"):
        z = (np.asarray(i, np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def uniform(start, shape, scale=1.0):
    """float32 in [-scale, scale): element j is scale * (k - 2^23) / 2^23 with k the top 24 bits of splitmix64(start + j)."""
    k = (splitmix64(np.arange(start, start + int(np.prod(shape)))) >> np.uint64(40)).astype(np.int64)
    unit = ((k - (1 << 23)) / (1 << 23)).astype(np.float32)
    return (np.float32(scale) * unit).reshape(shape)


def compact(value, indent=""):
    """JSON with a line for each entry of an object or list of objects, and lists of numbers on one line."""
    inner = indent + "  "
    if isinstance(value, dict) and any(isinstance(v, (dict, list, tuple)) for v in value.values()):
        lines = [f"{inner}{json.dumps(k)}: {compact(v, inner)}" for k, v in value.items()]
        return "{\n" + ",\n".join(lines) + "\n" + indent + "}"
    if isinstance(value, (list, tuple)) and any(isinstance(v, dict) for v in value):
        return "[\n" + ",\n".join(inner + compact(v, inner) for v in value) + "\n" + indent + "]"
    return json.dumps(value)


def save_json(folder, name, value):
    (folder / f"{name}.json").write_text(compact(value) + "\n")


def save_arrays(folder, name, arrays, dtype=np.float32):
    """Arrays are rounded to `dtype`; float64 where the caller asks for it."""
    path = folder / f"{name}.safetensors"
    save_file({k: np.ascontiguousarray(v, dtype) for k, v in arrays.items()}, path)
    path.chmod(0o644)


def load_json(folder, name):
    return json.loads((folder / f"{name}.json").read_text())


def load_arrays(folder, name):
    return load_file(folder / f"{name}.safetensors")
