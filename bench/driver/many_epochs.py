"""`run.py many --epochs N`: what an epoch costs beyond its training, when there are many and they are short."""

import shutil
import subprocess
import sys
import time

from . import table
from .setup import SCRATCH, TARGET, cargo, describe

# An epoch takes about a millisecond: four steps and a validation.
EXPERIMENT = """schema = 1
name = "many"

[data]
directory = "data/pets"
image_size = [20, 20]
batch_size = 8
generate = { kind = "pets", train = 32, validation = 16, test = 4 }

[[model.layers]]
type = "conv2d"
filters = 8
kernel_size = 3
activation = "relu"

[[model.layers]]
type = "max_pool2d"
pool_size = 2

[[model.layers]]
type = "flatten"

[[model.layers]]
type = "dense"

[training]
epochs = 1
optimizer = { type = "adam", learning_rate = 1e-4 }
"""


def run(arguments):
    cargo("build", "--release", "--package", "cli")
    describe(arguments.threads, [])
    folder = SCRATCH / "many-epochs"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "experiments").mkdir(parents=True)
    (folder / "experiments" / "many.toml").write_text(EXPERIMENT)
    # This one builds the program and draws the images, so that the calls that are measured only train.
    train(folder, 1, arguments.threads)
    rows = [train(folder, epochs, arguments.threads) for epochs in sorted({max(arguments.epochs // 10, 2), arguments.epochs})]
    print()
    table.show(rows)
    table.write(arguments.csv or SCRATCH / "many_epochs.csv", rows)


def train(folder, epochs, threads):
    """One call from an empty folder of results: a run of so many epochs."""
    shutil.rmtree(folder / "results", ignore_errors=True)
    command = [TARGET / "release" / "ablate", "run", "experiments/many.toml", "--threads", threads]
    command += ["--set", f"training.epochs={epochs}"]
    start = time.perf_counter()
    with open(folder / "log", "w") as log:
        status = subprocess.run([str(word) for word in command], cwd=folder, stdout=log, stderr=log).returncode
    whole = time.perf_counter() - start
    if status != 0:
        sys.exit(f"the call failed: see {folder / 'log'}")
    told = (folder / "log").read_text().count(": epoch ")
    if told != epochs:
        sys.exit(f"the call told of {told} epochs: see {folder / 'log'}")
    return {"epochs": epochs, "whole_s": whole, "ms_per_epoch": whole * 1000 / epochs}
