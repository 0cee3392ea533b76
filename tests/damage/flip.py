#!/usr/bin/env python3
"""Flips single bits in what Ablate keeps, and looks at what `ablate run` makes of it.

    python3 tests/damage/flip.py [--trials 500] [--seed 0] [--only KIND]... [--ablate PATH]

A small experiment is trained once, whole, and once until it is killed in its middle. Each trial puts one of the two
states back, flips one random bit in one file, and calls `run`. Good ends: the undisturbed bytes of every committed file,
every model and every prediction; or an error that names a file, after which the results are not other bytes either.
Anything else is a fault, and the exit status is 1. Flips are keyed: the same seed gives the same trials.

It needs a release build of `ablate` and the Python standard library.
"""

import argparse
import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

EXPERIMENT = """\
schema = 1
name = "flips"
seeds = [0]

[data]
directory = "photos"
image_size = [24, 24]
batch_size = 4
generate = { kind = "pets", train = 24, validation = 12, test = 12 }

[[model.layers]]
type = "conv2d"
filters = 4
kernel_size = 3
activation = "relu"

[[model.layers]]
type = "max_pool2d"

[[model.layers]]
type = "flatten"

[[model.layers]]
type = "dropout"
rate = 0.5

[[model.layers]]
type = "dense"

[training]
epochs = EPOCHS
steps_per_epoch = STEPS
optimizer = { type = "adam", learning_rate = 1e-3 }

[factors.dropout]
off = { "model.layers.dropout.rate" = 0.0 }
on = { "model.layers.dropout.rate" = 0.5 }
"""

# What is asked for beyond the files that are there: epochs that go on from the last state of a finished run.
MORE = ("--set", "training.epochs=5")
# Kind: the state it is tried in, the files, as globs below the state's folder, and what `run` is asked for.
KINDS = {
    "pixels": ("begun", ["target/ablate/images/*/pixels-*"], ()),
    "index": ("whole", ["target/ablate/images/*/index"], ()),
    "sets": ("begun", ["target/ablate/images/*/sets/*"], ()),
    "seen": ("whole", ["target/ablate/images/seen/*"], ()),
    "run.json": ("whole", ["results/flips/runs/*/*/run.json"], ()),
    "plan.json": ("whole", ["results/flips/runs/*/*/plan.json"], ()),
    "model": ("whole", ["results/flips/runs/*/*/model.safetensors"], ()),
    "csv": ("whole", ["results/flips/*.csv"], ()),
    "plots": ("whole", ["results/flips/*.svg", "results/flips/*.png", "results/flips/README.md"], ()),
    "checkpoint": ("begun", ["results/flips/runs/*/*/checkpoint*"], ()),
    "rows": ("begun", ["results/flips/runs/*/*/rows*", "results/flips/runs/*/*/epochs*"], ()),
    "last state": ("whole", ["results/flips/runs/*/*/checkpoint*", "results/flips/runs/*/*/epochs.jsonl"], MORE),
    "program": ("begun", ["target/ablate/programs/*/*"], ()),
}
# What decides nothing: lock files, and times of use.
BESIDE_THE_POINT = {"lock", "used"}


class State:
    """A folder with the experiment, its images, results and programs, that can be put back."""

    def __init__(self, ablate: Path, folder: Path, epochs: int, steps: int):
        self.ablate, self.folder = ablate, folder
        folder.mkdir()
        text = EXPERIMENT.replace("EPOCHS", str(epochs)).replace("STEPS", str(steps))
        (folder / "flips.toml").write_text(text)

    def command(self, *words: str) -> subprocess.Popen:
        # A program of this state's own: its workshop is below the state's target folder.
        environment = {**os.environ, "CARGO_TARGET_DIR": str(self.folder / "target"), "NO_COLOR": "1"}
        return subprocess.Popen(
            [self.ablate, *words], cwd=self.folder, env=environment, text=True, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )

    def call(self, *words: str) -> tuple[int, str, str]:
        process = self.command(*words)
        try:
            out, err = process.communicate(timeout=600)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            return -1, out, err + "\nhung for ten minutes"
        return process.returncode, out, err

    def run(self, words: tuple[str, ...] = ()) -> tuple[int, str, str]:
        return self.call("run", "flips.toml", "--out", "results", "--threads", "1", *words)

    def save(self) -> None:
        self.saved = self.folder.with_name(self.folder.name + ".saved")
        for part in ("results", "photos", "target/ablate"):
            shutil.copytree(self.folder / part, self.saved / part, symlinks=True)

    def put_back(self) -> None:
        for part in ("results", "photos", "target/ablate"):
            shutil.rmtree(self.folder / part, ignore_errors=True)
            shutil.copytree(self.saved / part, self.folder / part, symlinks=True)

    def files(self, globs: list[str]) -> list[Path]:
        found = {path for glob in globs for path in self.saved.glob(glob)}
        usable = [path for path in found if path.is_file() and path.name not in BESIDE_THE_POINT and path.stat().st_size]
        return sorted(path.relative_to(self.saved) for path in usable)

    def outcome(self) -> dict[str, str]:
        """Digests of all that a reader sees: committed files, models, and what they predict."""
        results = self.folder / "results/flips"
        seen = [path for path in results.iterdir() if path.is_file()] if results.is_dir() else []
        seen += results.glob("runs/*/*/model.safetensors")
        digests = {str(path.relative_to(results)): digest(path.read_bytes()) for path in seen}
        for run in sorted(results.glob("runs/*/*")):
            if not (run / "model.safetensors").is_file():
                continue
            status, out, _ = self.call("predict", str(run), "--logits", *self.images)
            digests[f"predict {run.relative_to(results)}"] = digest(out.encode()) if status == 0 else "refused"
        return digests

    @property
    def images(self) -> list[str]:
        return [str(path.relative_to(self.folder)) for path in sorted((self.folder / "photos/test").rglob("*.*"))[:4]]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def flip(path: Path, random: random.Random) -> str:
    data = bytearray(path.read_bytes())
    bit = random.randrange(8 * len(data))
    data[bit // 8] ^= 1 << (bit % 8)
    mode = path.stat().st_mode
    path.chmod(mode | 0o200)
    times = path.stat()
    path.write_bytes(data)
    # As damage does it: without a trace in the file's times.
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    path.chmod(mode)
    return f"byte {bit // 8} of {len(data)}, bit {bit % 8}"


def prepare(ablate: Path, scratch: Path) -> dict[str, State]:
    whole = State(ablate, scratch / "whole", epochs=3, steps=6)
    for _ in range(2):
        status, _, err = whole.run()
        assert status == 0, err
        # What was written a moment ago is read again, and only then known by its time.
        time.sleep(3)
    whole.save()
    begun = State(ablate, scratch / "begun", epochs=4, steps=1500)
    (begun.folder / "target").mkdir()
    shutil.copytree(whole.folder / "target/ablate", begun.folder / "target/ablate", symlinks=True)
    shutil.copytree(whole.folder / "photos", begun.folder / "photos")
    process = begun.command("run", "flips.toml", "--out", "results", "--threads", "1", "--jobs", "2")
    deadline = time.monotonic() + 300
    while len(list(begun.folder.glob("results/flips/runs/*/*/checkpoint*"))) < 2:
        assert process.poll() is None and time.monotonic() < deadline, "no checkpoint came: more steps are needed"
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    begun.save()
    return {"whole": whole, "begun": begun}


def expect(states: dict[str, State]) -> dict[tuple[str, tuple[str, ...]], dict[str, str]]:
    """What comes of each state, by what is asked for, where nothing is damaged."""
    expected = {}
    for name, words in {(name, words) for name, _, words in KINDS.values()}:
        state = states[name]
        state.put_back()
        status, _, err = state.run(words)
        assert status == 0, err
        expected[name, words] = state.outcome()
    return expected


def judge(state: State, expected: dict[str, str], victim: Path, words: tuple[str, ...]) -> tuple[str, str]:
    """The end that a trial came to, and why it is a fault where it is one."""
    # What a model says before `run` has looked at it: the truth, or nothing.
    run = state.folder / victim.parent
    if victim.name in ("model.safetensors", "plan.json", "run.json") and not words:
        status, out, err = state.call("predict", str(run), "--logits", *state.images)
        name = f"predict {run.relative_to(state.folder / 'results/flips')}"
        if status == 0 and digest(out.encode()) != expected[name]:
            return "FAULT", "predict answered with a damaged run"
        if status < 0 or "panicked" in err:
            return "FAULT", f"predict died: {err[-300:]}"
    status, out, err = state.run(words)
    if status < 0 or "panicked" in err or "RUST_BACKTRACE" in err:
        return "FAULT", f"run died with {status}: {err[-600:]}"
    found = state.outcome()
    if status == 0:
        other = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
        if other:
            return "FAULT", f"other bytes in {', '.join(other)}"
        return ("named and mended" if victim.name in err + out or "damaged" in err + out else "unharmed"), ""
    if not re.search(r"error: .*\S", err):
        return "FAULT", f"status {status} without an error: {err[-600:]}"
    # Refused: what is there must be the truth or be missing.
    other = sorted(name for name, value in found.items() if value != "refused" and expected.get(name) != value)
    other = [name for name in other if not (state.folder / "results/flips" / name).samefile(state.folder / victim)] \
        if (state.folder / victim).exists() else other
    if other:
        return "FAULT", f"refused, but left other bytes in {', '.join(other)}"
    return "refused", err.strip().splitlines()[-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", action="append", choices=KINDS, help="kinds of files; all without it")
    parser.add_argument("--ablate", type=Path, default=ROOT / "target/release/ablate")
    arguments = parser.parse_args()
    kinds = arguments.only or list(KINDS)
    with tempfile.TemporaryDirectory(prefix="ablate-flips-") as scratch:
        states = prepare(arguments.ablate.resolve(), Path(scratch))
        expected = expect(states)
        assert "refused" not in {value for seen in expected.values() for value in seen.values()}, expected
        ends: Counter[tuple[str, str]] = Counter()
        faults = 0
        files = {kind: states[KINDS[kind][0]].files(KINDS[kind][1]) for kind in kinds}
        for kind in [kind for kind in kinds if not files[kind]]:
            print(f"no file of the kind {kind}")
            faults += 1
        kinds = [kind for kind in kinds if files[kind]]
        for trial in range(arguments.trials):
            kind = kinds[trial % len(kinds)]
            chance = random.Random(f"{arguments.seed} {trial}")
            state = states[KINDS[kind][0]]
            victim = chance.choice(files[kind])
            state.put_back()
            where = flip(state.folder / victim, chance)
            words = KINDS[kind][2]
            end, why = judge(state, expected[KINDS[kind][0], words], victim, words)
            ends[kind, end] += 1
            if end == "FAULT":
                faults += 1
                print(f"trial {trial}: {victim}, {where}: {why}", flush=True)
        for kind in kinds:
            told = ", ".join(f"{count} {end}" for (of, end), count in sorted(ends.items()) if of == kind)
            print(f"{kind:>10}: {told}")
    print(f"{arguments.trials} flips, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
