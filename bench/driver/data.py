"""`run.py data`: images decoded and augmented a second, in Ablate and in the libraries that people use for it."""

from dataclasses import dataclass
from pathlib import Path

from . import table
from .measure import measure
from .setup import BENCH, SCRATCH, TARGET, call, cargo, describe, python_of, versions_of

PEERS = {
    "decode": ["ablate", "pillow", "torchvision"],
    "augment": ["ablate", "keras", "keras-files", "torchvision", "torchvision-floats", "torchvision-pil", "albumentations"],
}
IMAGES = 64
# What a peer in Python, or the first word of its name, must have. Pillow also draws the images.
PACKAGES = {
    "pillow": ["pillow", "numpy"],
    "keras": ["keras", "tensorflow-cpu|tensorflow"],
    "torchvision": ["torchvision"],
    "albumentations": ["albumentations", "opencv-python-headless"],
}


@dataclass
class Setup:
    """What workers are started with."""

    python: Path
    folder: Path
    threads: int

    def command(self, peer, work, _batch=None):
        words = [work, self.threads, self.folder]
        if peer == "ablate":
            words = [TARGET / "release" / "bench-data", *words]
        else:
            words = [self.python, BENCH / "peers" / "data_worker.py", *words, peer]
        return [str(word) for word in words]


def run(arguments, plan):
    works = arguments.work or list(PEERS)
    python = python_of(arguments.venv)
    versions = versions_of(python, packages_of(works))
    cargo("build", "--release", "--package", "bench-data")
    folder = SCRATCH / "jpegs"
    if len(list(folder.glob("*.jpg"))) != IMAGES:
        call(python, BENCH / "peers" / "draw_jpegs.py", folder, IMAGES)
    describe(arguments.threads, versions)
    rows = []
    for work in works:
        for threads in sorted({1, arguments.threads}):
            measured = measure(Setup(python, folder, threads), work, PEERS[work], plan)
            of_work = compared(work, threads, measured)
            print()
            table.show(of_work)
            rows += of_work
    table.write(arguments.csv or SCRATCH / "data.csv", rows)


def packages_of(works):
    """The packages that the works' peers need, each once."""
    peers = {"pillow", *(peer.split("-")[0] for work in works for peer in PEERS[work])}
    return [package for peer in PACKAGES if peer in peers for package in PACKAGES[peer]]


def compared(work, threads, measured):
    """Rows with images a second; the ratio says how many times as many Ablate's are."""
    rate = lambda milliseconds: IMAGES * 1000 / milliseconds
    ours = next((rate(one.median) for one in measured if one.peer == "ablate"), None)
    return [
        {
            "work": work,
            "threads": threads,
            "peer": one.peer,
            "steps": len(one.times),
            "images_per_s": rate(one.median),
            "p10": rate(one.p90),
            "p90": rate(one.p10),
            "ablate_is": ours / rate(one.median) if ours else None,
            "memory_mb": one.memory,
        }
        for one in measured
    ]
