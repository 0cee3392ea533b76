"""Times of training steps, of all peers in turn."""

import contextlib
import statistics
import sys
import time
from dataclasses import dataclass

from .worker import Failed, Worker

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
        for counts in [plan.warm_up] + plan.rounds * [plan.steps]:
            for peer in list(times):
                with tolerating(peer, network, times):
                    times[peer].append(workers[peer].steps(counts))
                time.sleep(PAUSE_S)
        return [
            Measured(peer, [step for steps in rounds[1:] for step in steps], workers[peer].memory())
            for peer, rounds in times.items()
        ]


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
