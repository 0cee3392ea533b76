"""The driver's side of the protocol: a process that trains when it is told to."""

import os
import subprocess
import tempfile

from .setup import SCRATCH, confine


class Failed(Exception):
    """A worker that did not do what it was asked."""


class Worker:
    """A running worker. It knows its number of `parameters`."""

    def __init__(self, command, threads):
        self.log = tempfile.TemporaryFile("w+")
        environment = os.environ | {
            "RAYON_NUM_THREADS": str(threads),
            "OMP_NUM_THREADS": str(threads),
            "TORCHINDUCTOR_CACHE_DIR": str(SCRATCH / "inductor"),
        }
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            env=environment,
            preexec_fn=lambda: confine(threads),
        )
        ready = self.answer().split()
        if ready[:1] != ["ready"]:
            self.close()
            raise Failed(f"said {ready} in place of ready")
        self.parameters = int(ready[1])

    def steps(self, count):
        """Takes steps, and returns their times in milliseconds."""
        return [int(time) / 1e6 for time in self.ask(count).split()]

    def memory(self):
        """The most memory it has held, in MB."""
        return int(self.ask("memory")) * 1024 / 1e6

    def ask(self, line):
        try:
            self.process.stdin.write(f"{line}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended; the answer says why
        return self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.log.seek(0)
            raise Failed(f"ended with status {self.process.returncode}:\n" + self.log.read()[-2000:])
        return line

    def close(self):
        """Lets it end, or ends it."""
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
