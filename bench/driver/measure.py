"""Times of training steps, of all peers in turn."""

import contextlib
import math
import statistics
import sys
import time
from dataclasses import dataclass

from .worker import Failed, Worker

# Of each turn, the first steps are not measured: threads that slept need so long until each has a core of its own.
SETTLE_MS = 200

# Thread pools go on spinning for a moment after their work; nobody is measured meanwhile.
PAUSE_S = 0.2


@dataclass
class Plan:
    """How long to measure."""

    warm_up: int
    rounds: int
    steps: int


@dataclass
class Measured:
    """What a peer needs for a step."""

    peer: str
    times: list  # milliseconds
    memory: float  # MB

    @property
    def median(self):
        return statistics.median(self.times)

    @property
    def p10(self):
        return quantile(self.times, 0.1)

    @property
    def p90(self):
        return quantile(self.times, 0.9)


def measure(setup, network, peers, plan, batch=None):
    """A `Measured` for each peer that works, in their order. The first is the one that the others are compared with."""
    with contextlib.ExitStack() as stack:
        workers = {}
        for peer in peers:
            with tolerating(peer, network):
                workers[peer] = worker = Worker(setup.command(peer, network, batch), setup.threads)
                stack.callback(worker.close)
        check_parameters(network, workers)
        times = {peer: [] for peer in workers}
        settling = {peer: plan.warm_up for peer in workers}
        for turn in range(plan.rounds + 1):
            for peer in list(times):
                with tolerating(peer, network, times):
                    taken = workers[peer].steps(settling[peer] + (plan.steps if turn else 0))
                    times[peer] += taken[settling[peer]:]
                    settling[peer] = math.ceil(SETTLE_MS / statistics.median(taken))
                time.sleep(PAUSE_S)
        measured = []
        for peer in list(times):
            with tolerating(peer, network, times):
                measured.append(Measured(peer, times[peer], workers[peer].memory()))
        return measured


@contextlib.contextmanager
def tolerating(peer, network, peers=None):
    """Goes on without a peer that fails."""
    try:
        yield
    except Failed as failure:
        print(f"{peer} cannot train {network}: it {failure}", file=sys.stderr)
        if peers is not None:
            del peers[peer]


def check_parameters(network, workers):
    counts = {peer: worker.parameters for peer, worker in workers.items()}
    if len(set(counts.values())) > 1:
        sys.exit(f"{network} is not the same network everywhere, by its number of parameters: {counts}")


def quantile(values, share):
    """The value below which a share of the values lies, interpolated."""
    values = sorted(values)
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)
