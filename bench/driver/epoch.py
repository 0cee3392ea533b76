"""`run.py epoch`: the tutorial's program, from image files to validated epochs, in Ablate and in Keras."""

import csv
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from . import table
from .measure import PAUSE_S
from .setup import BENCH, ROOT, SCRATCH, TARGET, cargo, confine, describe, packages_of, python_of, versions_of

EXPERIMENT = BENCH / "epoch.toml"
PETS = SCRATCH / "pets"
DRAWN = '{ kind = "pets", train = 2000, validation = 1000, test = 2 }'
KERAS_MODES = ["dataset", "cached", "generator"]


def run(arguments):
    python = python_of(arguments.venv)
    versions = versions_of(python, [*packages_of({"keras"}), "pillow", "scipy"])
    cargo("build", "--release", "--package", "cli")
    describe(arguments.threads, versions)
    programs = {"ablate": lambda: ablate(arguments)}
    for mode in arguments.keras:
        programs[f"keras-{mode}"] = lambda mode=mode: keras(python, mode, arguments)

    ablate(arguments, epochs=0)  # draws the images and compiles the network
    runs = {name: [] for name in programs}
    for _ in range(arguments.rounds):
        for name, program in programs.items():
            runs[name].append(timed(program))
            time.sleep(PAUSE_S)

    rows = summed_up(runs)
    print()
    table.show(rows)
    ours, *peers = rows
    for column in ("warm_epoch_s", "whole_s", "memory_mb"):
        best = min(peers, key=lambda row: row[column])
        print(f"{column}: Keras at its best, {best['program']}, takes {best[column] / ours[column]:.2f} times Ablate's")
    table.write(arguments.csv or SCRATCH / "epoch.csv", rows)


def summed_up(runs):
    """A row for each program: medians over its runs. The first epoch warms up, the last is warm."""
    rows = []
    for name, of_program in runs.items():
        epochs, wholes, memory = zip(*of_program)
        warm = [seconds[-1] for seconds in epochs]
        rows.append(
            {
                "program": name,
                "runs": len(of_program),
                "first_epoch_s": statistics.median(seconds[0] for seconds in epochs),
                "warm_epoch_s": statistics.median(warm),
                "warm_least_s": min(warm),
                "warm_most_s": max(warm),
                "whole_s": statistics.median(wholes),
                "memory_mb": statistics.median(memory),
            }
        )
    for row in rows:
        row["warm_ratio"] = row["warm_epoch_s"] / rows[0]["warm_epoch_s"]
        row["whole_ratio"] = row["whole_s"] / rows[0]["whole_s"]
        row["memory_ratio"] = row["memory_mb"] / rows[0]["memory_mb"]
    return rows


def timed(program):
    """The seconds of each epoch and of the whole program, and the most memory of it, in MB."""
    start = time.perf_counter()
    epochs, memory = program()
    return epochs, time.perf_counter() - start, memory


def ablate(arguments, epochs=None):
    """Runs the experiment anew, from JPEG files, and returns the seconds of each epoch and the memory."""
    program = TARGET / "release" / "ablate"
    quietly([program, "clean"], arguments.threads)  # no image is prepared already
    results = SCRATCH / "results"
    shutil.rmtree(results, ignore_errors=True)
    command = [program, "run", EXPERIMENT, "--out", results, "--threads", arguments.threads]
    command += ["--set", f"training.epochs={arguments.epochs if epochs is None else epochs}"]
    command += ["--set", f"data.directory={arguments.images or PETS}"]
    if not arguments.images:
        command += ["--set", f"data.generate={DRAWN}"]
    if arguments.classes:
        command += ["--set", f"data.classes={json.dumps(arguments.classes)}"]
    _, memory = quietly(command, arguments.threads)
    with open(results / "epoch/runs/base/seed-0/timing.csv") as file:
        return [float(row["train_s"]) + float(row["validation_s"]) for row in csv.DictReader(file)], memory


def keras(python, mode, arguments):
    """Runs the tutorial in Keras, and returns the seconds of each epoch and the memory."""
    images = arguments.images or PETS
    command = [python, BENCH / "peers" / "keras_epoch.py", images, arguments.threads, arguments.epochs, mode]
    words, memory = quietly([*command, *(arguments.classes or [])], arguments.threads)
    return [float(word) for word in words.splitlines()[-1].split()], memory


def quietly(command, threads, environment=None):
    """Runs a program to its end. Returns its output and the most memory, in MB, that it held or any one program that it
    started; or ends with what it complained of."""
    with tempfile.TemporaryFile("w+") as stdout, tempfile.TemporaryFile("w+") as stderr:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            cwd=ROOT,
            env=environment,
            preexec_fn=lambda: confine(threads),
        )
        # In place of `process.wait`, for it tells the memory, too.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        stdout.seek(0)
        stderr.seek(0)
        if process.returncode:
            sys.exit(f"{command[0]} ended with status {process.returncode}:\n{stderr.read()[-4000:]}")
        return stdout.read(), usage.ru_maxrss * 1024 / 1e6
