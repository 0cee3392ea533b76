"""What is measured, built and ready to start; and what it is measured on."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
ROOT = BENCH.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).absolute()
SCRATCH = TARGET / "bench"
# What serves peers in Python: the packages that must be there. Where there are several names, any of them.
PACKAGES = {"keras": ["keras", "tensorflow-cpu|tensorflow", "numpy"], "torch": ["torch", "numpy"]}

# A name on the command line: what serves it, and its mode there.
PEERS = {
    "ablate": ("ablate", "step"),
    "ablate-loaded": ("ablate", "loaded"),
    "ablate-augmented": ("ablate", "augmented"),
    "keras": ("keras", "step"),
    "keras-xla": ("keras", "xla"),
    "keras-train_on_batch": ("keras", "train_on_batch"),
    "torch": ("torch", "nchw"),
    "torch-channels_last": ("torch", "channels_last"),
    "torch-compile": ("torch", "compile"),
    "burn": ("burn", "flex"),
    "burn-ndarray": ("burn", "ndarray"),
    "burn-cubecl": ("burn", "cubecl"),
}
USUAL_PEERS = ["ablate", "keras", "torch", "torch-channels_last", "torch-compile", "burn"]


@dataclass
class Setup:
    """Executables, all built."""

    python: Path
    threads: int

    def command(self, peer, network, batch=None):
        """The command line of a worker."""
        server, mode = PEERS[peer]
        program = {
            "ablate": [TARGET / "release" / "bench"],
            "keras": [self.python, BENCH / "peers" / "keras_worker.py"],
            "torch": [self.python, BENCH / "peers" / "torch_worker.py"],
            "burn": [SCRATCH / "burn" / "release" / "burn-worker"],
        }
        words = [*program[server], network, self.threads, mode, *([] if batch is None else [batch])]
        return [str(word) for word in words]

    def on(self, threads):
        """The same with another number of threads."""
        return Setup(self.python, threads)


def prepare(peers, threads, venv=None):
    """Builds what the peers need, and says what there is."""
    servers = {PEERS[peer][0] for peer in peers}
    python = python_of(venv) if servers & PACKAGES.keys() else Path(sys.executable)
    versions = versions_of(python, packages_of(servers))
    cargo("build", "--release", "--package", "bench")
    if "burn" in servers:
        features = ["--features", "cubecl"] if "burn-cubecl" in peers else []
        manifest = ["--manifest-path", BENCH / "burn" / "Cargo.toml", "--target-dir", SCRATCH / "burn"]
        cargo("build", "--release", "--locked", *features, *manifest)
        versions.append("burn " + re.search(r'burn = .*?"=(.*?)"', (BENCH / "burn/Cargo.toml").read_text())[1])
    describe(threads, versions)
    return Setup(python, threads)


def python_of(venv=None):
    """The Python of the virtual environment, which is made where it is not there or not up to date."""
    if venv:
        return Path(venv) / "bin" / "python"
    requirements = BENCH / "requirements.txt"
    folder = SCRATCH / "venv"
    python, stamp = folder / "bin" / "python", folder / "requirements.txt"
    if not stamp.exists() or stamp.read_text() != requirements.read_text():
        call(sys.executable, "-m", "venv", "--clear", folder)
        call(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements)
        stamp.write_text(requirements.read_text())
    return python


def cargo(*arguments):
    call("cargo", *arguments, cwd=ROOT)


def call(*command, **options):
    subprocess.run([str(word) for word in command], check=True, **options)


def cores():
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0))


def confine(threads):
    """Keeps a process that is about to start on as many processors as it has threads, helpers included."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def packages_of(servers):
    """The packages that the servers in Python need, each once."""
    return list(dict.fromkeys(package for server in PACKAGES if server in servers for package in PACKAGES[server]))


def versions_of(python, packages):
    """The version of each package, as words; ends the program where one is not there."""
    if not packages:
        return []
    words = output(python, "-c", VERSIONS, *packages).splitlines()
    missing = [word for word in words if " " not in word]
    if missing:
        sys.exit(f"{', '.join(missing)}: not installed for {python}; install bench/requirements.txt there")
    return words


# Prints a line for each package: name and version, or the name alone.
VERSIONS = """
import sys
from importlib.metadata import PackageNotFoundError, version
def found(names):
    for name in names:
        try:
            return f"{name} {version(name)}"
        except PackageNotFoundError:
            pass
    return names[0]
print("\\n".join(found(package.split("|")) for package in sys.argv[1:]))
"""


def describe(threads, versions):
    """Prints the machine and the versions."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    print(f"{model[1] if model else 'unknown processor'}, {cores()} cores, {threads} threads")
    print("load before:", " ".join(Path("/proc/loadavg").read_text().split()[:3]))
    print(", ".join([output("rustc", "--version"), *versions]), flush=True)


def output(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout.strip()
