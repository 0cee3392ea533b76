"""Runs the code of docs/python.md on stored/model.safetensors and compares its predictions with Ablate's.

    python3 -m venv .venv && .venv/bin/pip install -r requirements.txt
    .venv/bin/python check.py            # compares with stored/predictions.json
    .venv/bin/python check.py --store    # writes there what the code gave

A new model, and Ablate's own predictions: cargo test -p train --test python -- --ignored
"""

import json
import os
import re
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parent.parent / "docs" / "python.md"
PEERS = ("numpy", "keras", "torch")
# Of probabilities in float32, summed in different orders.
BOUND = 1e-6


def main():
    stored = HERE / "stored" / "predictions.json"
    predictions = json.loads(stored.read_text())
    os.chdir(HERE / "stored")
    first, *codes = re.findall(r"^```python\n(.*?)^```$", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    worst = 0.0
    for peer, code in zip(PEERS, codes, strict=True):
        names = {}
        exec(first + code, names)
        found = {image: [float(p) for p in names["predict"](HERE.parent / image)] for image in predictions["ablate"]}
        difference = max(np.abs(np.subtract(found[image], expected)).max() for image, expected in predictions["ablate"].items())
        print(f"{peer}: within {difference:.1e} of Ablate")
        worst = max(worst, difference)
        if "--store" in sys.argv[1:]:
            predictions[peer] = found
    if worst > BOUND:
        sys.exit(f"expected at most {BOUND}")
    if "--store" in sys.argv[1:]:
        stored.write_text(json.dumps(predictions, indent=1) + "\n")


if __name__ == "__main__":
    main()
