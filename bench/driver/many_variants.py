"""`run.py many --variants N`: what a run of a sweep costs beyond the time of its own program."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from . import table
from .setup import SCRATCH, TARGET, cargo, describe

EXPERIMENT = """schema = 1
name = "many"

[data]
directory = "data/pets"
image_size = [12, 12]
batch_size = 4
generate = {{ kind = "pets", train = 8, validation = 4, test = 4 }}

[[model.layers]]
type = "conv2d"
filters = 4
kernel_size = 3
activation = "relu"

[[model.layers]]
type = "global_average_pool2d"

[[model.layers]]
type = "dense"

[training]
epochs = 1
optimizer = {{ type = "adam", learning_rate = 1e-3 }}

[factors.rate]
path = "training.optimizer.learning_rate"
values = [{rates}]
"""


def run(arguments):
    cargo("build", "--release", "--package", "cli")
    describe(arguments.threads, [])
    folder = SCRATCH / "many-variants"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "experiments").mkdir(parents=True)
    # A run builds the program and draws the images first, so that the calls that are measured only train.
    train(folder, 1)
    rows = [train(folder, runs) for runs in sorted({max(arguments.variants // 10, 2), arguments.variants})]
    rows.append(train(folder, arguments.variants, again=True))
    print()
    table.show(rows)
    table.write(arguments.csv or SCRATCH / "many_variants.csv", rows)


def train(folder, runs, again=False):
    """One call: a run for each of so many learning rates, one after the other."""
    if not again:
        shutil.rmtree(folder / "results", ignore_errors=True)
    rates = ", ".join(f"{1e-3 * (index + 1):.3e}" for index in range(runs))
    (folder / "experiments" / "many.toml").write_text(EXPERIMENT.format(rates=rates))
    command = [TARGET / "release" / "ablate", "run", "experiments/many.toml", "--jobs", "1"]
    start = time.perf_counter()
    with open(folder / "log", "w") as log:
        tool = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        programs, processor = watch(tool)
    whole = time.perf_counter() - start
    if tool.returncode != 0:
        sys.exit(f"the call failed: see {folder / 'log'}")
    return {
        "call": "all is there" if again else "train",
        "runs": runs,
        "whole_s": whole,
        "programs_s": programs,
        "beyond_ms_per_run": (whole - programs) * 1000 / runs,
        "tool_cpu_ms_per_run": processor * 1000 / runs,
    }


def watch(tool):
    """Seconds in which a model program was there, looked for every two milliseconds, and the tool's own processor time."""
    programs, processor, seen = 0.0, 0.0, time.perf_counter()
    while tool.poll() is None:
        there = has_program(tool.pid)
        processor = max(processor, processor_s(tool.pid))
        now = time.perf_counter()
        programs += (now - seen) if there else 0.0
        seen = now
        time.sleep(0.002)
    return programs, processor


def has_program(pid):
    for thread in listed(f"/proc/{pid}/task"):
        for child in read(f"/proc/{pid}/task/{thread}/children").split():
            # Cargo and Git are the tool's doing; a model program is named after its network.
            if read(f"/proc/{child}/comm").strip() not in ("", "cargo", "git", "ablate"):
                return True
    return False


def processor_s(pid):
    """User and system time of a process, without its children's."""
    fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def listed(folder):
    try:
        return os.listdir(folder)
    except OSError:  # it has ended
        return []


def read(path):
    try:
        return Path(path).read_text()
    except OSError:  # it has ended
        return ""
