"""`run.py prepare`: time and memory of preparing and auditing many small images, and of finding them prepared."""

import os
import shutil
import time

from . import table
from .epoch import EXPERIMENT, quietly
from .setup import BENCH, SCRATCH, TARGET, call, cargo, describe, python_of, versions_of


def run(arguments):
    cargo("build", "--release", "--package", "cli")
    folder = SCRATCH / f"small-{arguments.files}"
    if not (folder / "complete").exists():
        python = python_of(arguments.venv)
        versions_of(python, ["numpy", "pillow"])
        call(python, BENCH / "peers" / "draw_small.py", folder, arguments.files)
    describe(arguments.threads, [])
    # A workshop of its own, so that nothing is prepared yet.
    workshop = SCRATCH / "prepare"
    shutil.rmtree(workshop, ignore_errors=True)
    environment = os.environ | {"CARGO_TARGET_DIR": str(workshop)}
    command = [TARGET / "release" / "ablate", "run", EXPERIMENT, "--dry-run", "--threads", arguments.threads]
    command += ["--set", f"data.directory={folder}", "--set", "data.image_size=[48, 48]"]
    rows = []
    for what in ("prepare", "find prepared"):
        start = time.perf_counter()
        _, memory = quietly(command, arguments.threads, environment)
        seconds = time.perf_counter() - start
        rows.append(
            {"call": what, "files": arguments.files, "s": seconds, "files_per_s": arguments.files / seconds, "memory_mb": memory}
        )
    print()
    table.show(rows)
    table.write(arguments.csv or SCRATCH / "prepare.csv", rows)
