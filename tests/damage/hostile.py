#!/usr/bin/env python3
"""Runs `ablate` on a folder that means harm, as a stranger's repository might.

    python3 tests/damage/hostile.py [--ablate PATH]

Links: a small experiment is trained once, to learn every name that Ablate writes into a results folder. Then, for each
of these names, a fresh results folder holds a symbolic link there, to a precious file, a precious folder, or nothing.
Nothing outside the results folder may change, whatever `run`, `explain` and `predict` do.

Escapes: classes, images, the experiment and its folder carry sequences that clear a screen, write the clipboard, turn
the direction of writing or forge an `error:` line. Every command runs on a pseudo-terminal, and none of them may reach
it raw, nor the log of a run, nor the Markdown and SVG files.

It needs a release build of `ablate`, and the Python standard library.
"""

import argparse
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

EXPERIMENT = """\
schema = 1
name = "small"
description = "DESCRIPTION"
seeds = [0]

[data]
directory = "photos"
image_size = [12, 12]
batch_size = 4
GENERATE

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
epochs = 2
optimizer = { type = "adam", learning_rate = 1e-2 }
"""
DRAWN = 'generate = { kind = "pets", train = 12, validation = 6, test = 6 }'
HARM = "\x1b[2J\x1b]52;c;b3duZWQ=\x07\u009b31m\u202e\nerror: forged <script>alert(1)</script> | **bold**"
# What must not come through. A progress bar has escapes of its own, but none of these.
RAW = [b"\x1b[2J", b"\x1b]", b"\xc2\x9b", "\u202e".encode(), b"\nerror: forged", b"\r\nerror: forged"]


class Project:
    def __init__(self, ablate: Path, folder: Path):
        self.ablate, self.folder = ablate, folder

    def call(self, *words: str) -> tuple[int, bytes]:
        """Runs a command on a terminal of its own; its status, and all that the terminal got."""
        environment = {
            **os.environ, "CARGO_TARGET_DIR": str(self.folder.parent / "target"), "TERM": "xterm-256color",
            "COLUMNS": "100", "LINES": "40",
        }
        leader, follower = pty.openpty()
        process = subprocess.Popen(
            [self.ablate, *words], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=follower,
            stderr=follower, start_new_session=True,
        )
        os.close(follower)
        said = b""
        while True:
            ready, _, _ = select.select([leader], [], [], 300)
            try:
                piece = os.read(leader, 65536) if ready else b""
            except OSError:  # the other end is closed
                piece = b""
            if not piece:
                break
            said += piece
        os.close(leader)
        return process.wait(timeout=60), said


def fingerprint(folder: Path) -> dict[str, tuple]:
    """What is in a folder: kinds, modes, times and contents."""
    seen = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        told = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        seen[str(path.relative_to(folder))] = (oct(told.st_mode), told.st_mtime_ns, content)
    return seen


def links(ablate: Path, scratch: Path) -> list[str]:
    honest = Project(ablate, scratch / "honest")
    honest.folder.mkdir()
    text = EXPERIMENT.replace("DESCRIPTION", "small").replace("GENERATE", DRAWN)
    (honest.folder / "small.toml").write_text(text)

    def use(project: Project) -> list[tuple[int, bytes]]:
        run = "results/small/runs/base/seed-0"
        image = str(next((project.folder / "photos/test").rglob("*.*")).relative_to(project.folder))
        return [
            project.call("run", "small.toml", "--out", "results"),
            project.call("explain", run, "--image", image),
            project.call("predict", run, image),
        ]

    status, said = honest.call("run", "small.toml", "--out", "results")
    assert status == 0, said.decode(errors="replace")
    assert all(status == 0 for status, _ in use(honest))
    results = honest.folder / "results"
    names = sorted(str(path.relative_to(results)) for path in results.rglob("*"))
    assert len(names) > 20, names
    faults = []
    for name in names:
        is_folder = (results / name).is_dir()
        for kind in ["folder", "nothing"] if is_folder else ["file", "nothing"]:
            project = Project(ablate, scratch / "hostile")
            outside = scratch / "outside"
            project.folder.mkdir()
            outside.mkdir()
            shutil.copy(honest.folder / "small.toml", project.folder)
            shutil.copytree(honest.folder / "photos", project.folder / "photos")
            (outside / "file").write_text("all my work")
            # A precious folder has files by the names that would be removed or written in it.
            if is_folder:
                shutil.copytree(results / name, outside / "folder")
            target = outside / kind
            place = project.folder / "results" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(target, target_is_directory=kind == "folder")
            before = fingerprint(outside)
            ends = use(project)
            after = fingerprint(outside)
            # The folder of the experiment is the reader's to link where it is wanted.
            if before != after and name != "small":
                changed = sorted(one for one in before.keys() | after.keys() if before.get(one) != after.get(one))
                faults.append(f"link to a {kind} at results/{name}: changed outside: {', '.join(changed)}")
            if any(status < 0 or b"panicked" in said for status, said in ends):
                faults.append(f"link to a {kind} at results/{name}: died: {ends}")
            shutil.rmtree(project.folder)
            shutil.rmtree(outside)
    print(f"{len(names)} names that are written, each a link: {len(faults)} faults")
    return faults


def escapes(ablate: Path, scratch: Path) -> list[str]:
    harm = HARM.replace("/", "\u2215")
    project = Project(ablate, scratch / f"project {harm}")
    project.folder.mkdir()
    donor = scratch / "honest/photos"
    classes = [f"cat {harm}", f"dog {harm}"]
    for split in ("train", "validation", "test"):
        for name, source in zip(classes, sorted((donor / split).iterdir())):
            folder = project.folder / "photos" / split / name
            folder.mkdir(parents=True)
            for index, image in enumerate(sorted(source.iterdir())):
                shutil.copy(image, folder / f"{index} {harm}{image.suffix}")
        (project.folder / "photos" / split / f"stray {harm}").write_text("not an image")
    broken = next((project.folder / "photos/test").rglob("0 *"))
    quoted = HARM.replace("\\", "\\\\").replace('"', '\\"')
    quoted = "".join(f"\\u{ord(c):04x}" if ord(c) < 32 or 126 < ord(c) else c for c in quoted)
    text = EXPERIMENT.replace("DESCRIPTION", quoted).replace("GENERATE", "")
    text += f'\n[variants."first {quoted}"]\n"model.layers.conv2d.filters" = 4\n'
    good = "small.toml"
    (project.folder / good).write_text(text)
    plain = EXPERIMENT.replace("DESCRIPTION", quoted).replace("GENERATE", "")
    (project.folder / "plain.toml").write_text(plain)
    wrong = f"wrong {harm}.toml"
    (project.folder / wrong).write_text(
        plain.replace("batch_size", f'"batch {quoted}"').replace('"dense"', f'"dense {quoted}"')
        .replace("epochs = 2", f"epochs = 2 # {HARM.splitlines()[0]}")
    )
    run = "results/small/runs/base/seed-0"
    image = str(next((project.folder / "photos/test").rglob("1 *")).relative_to(project.folder))
    calls = [
        ("check", good), ("check", "plain.toml"), ("check", wrong), ("check", f"no {harm}.toml"), ("data", "audit", "plain.toml"),
        ("run", "plain.toml", "--out", "results"), ("run", "plain.toml", "--out", "results"),
        ("run", "plain.toml", "--out", "results", "--set", "training.epochs=1", "--dry-run"),
        ("run", good, "--out", "results"),
        ("predict", run, image), ("predict", run, f"no {harm}"), ("predict", f"run {harm}", image),
        ("explain", run, "--image", image), ("explain", run, "--image", f"no {harm}"),
        ("preview", "plain.toml", "-o", "grid.png"), ("show", "plain.toml"), ("show", "plain.toml", "--variant", harm),
    ]
    faults = []

    def look(words, said):
        raw = [one for one in RAW if one in said]
        if raw or b"panicked" in said:
            faults.append(f"{words}: {raw} in {said[-2000:]!r}")

    for words in calls:
        status, said = project.call(*words)
        look(words, said)
        if words[0] == "run" and "--dry-run" not in words and words[1] == "plain.toml" and status != 0:
            faults.append(f"{words}: status {status}: {said[-800:]!r}")
    broken.write_bytes(broken.read_bytes()[:100])
    for words in [("data", "audit", "plain.toml"), ("run", "plain.toml", "--out", "results"), ("predict", run, str(broken))]:
        look(words, project.call(*words)[1])
    for path in project.folder.glob("results/**/*"):
        if path.suffix in (".txt", ".md", ".svg") and path.is_file():
            text = path.read_bytes()
            look(path.name, text)
            if path.suffix in (".md", ".svg") and re.search(rb"<script>", text):
                faults.append(f"{path.name}: a script element")
    print(f"{len(calls) + 3} calls on a terminal with harmful names: {len(faults)} faults")
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ablate", type=Path, default=ROOT / "target/release/ablate")
    ablate = parser.parse_args().ablate.resolve()
    with tempfile.TemporaryDirectory(prefix="ablate-hostile-") as scratch:
        faults = links(ablate, Path(scratch)) + escapes(ablate, Path(scratch))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
