"""`run.py scaling`: the reference network over threads, image size, batch and filters."""

from . import table
from .measure import measure
from .setup import SCRATCH, cores, prepare
from .step import compared

IMAGES = {"75": "image_75", "150": "reference", "300": "image_300"}
BATCHES = [1, 8, 20, 64]
FILTERS = {"x0.5": "filters_half", "x1": "reference", "x2": "filters_double"}


def run(arguments, plan):
    setup = prepare(arguments.peers, arguments.threads, arguments.venv)
    points = [("threads", str(threads), setup.on(threads), "reference", None) for threads in thread_counts()]
    points += [("image", size, setup, network, None) for size, network in IMAGES.items()]
    points += [("batch", str(batch), setup, "reference", batch) for batch in BATCHES]
    points += [("filters", factor, setup, network, None) for factor, network in FILTERS.items()]

    rows = []
    for axis, value, setup, network, batch in points:
        measured = measure(setup, network, arguments.peers, plan, batch)
        at_point = compared(measured, axis=axis, value=value, threads=setup.threads)
        print()
        table.show(at_point)
        rows += at_point
    table.write(arguments.csv or SCRATCH / "scaling.csv", rows)


def thread_counts():
    """1, 2, 4 and so on, and all cores."""
    powers = [2**power for power in range(cores().bit_length())]
    return sorted({*(count for count in powers if count <= cores()), cores()})
