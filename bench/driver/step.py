"""`run.py step`: the same training step in every framework."""

from . import table
from .measure import measure
from .setup import SCRATCH, prepare

NETWORKS = ["reference", "cifar", "lenet", "gap", "strided"]


def run(arguments, plan):
    setup = prepare(arguments.peers, arguments.threads, arguments.venv)
    rows = []
    for network in arguments.networks or NETWORKS:
        measured = measure(setup, network, arguments.peers, plan)
        of_network = compared(measured, network=network, threads=setup.threads)
        print()
        table.show(of_network)
        rows += of_network
    table.write(arguments.csv or SCRATCH / "step.csv", rows)


def compared(measured, **key):
    """Rows with times, memory and their ratios to Ablate's: above 1, Ablate needs less."""
    ours = next((one for one in measured if one.peer == "ablate"), None)
    return [
        key
        | {
            "peer": one.peer,
            "steps": len(one.times),
            "median_ms": one.median,
            "p10_ms": one.p10,
            "p90_ms": one.p90,
            "time_ratio": one.median / ours.median if ours else None,
            "memory_mb": one.memory,
            "memory_ratio": one.memory / ours.memory if ours else None,
        }
        for one in measured
    ]
