#!/usr/bin/env python3
"""The benchmark: Ablate beside other frameworks. bench/README.md says what is measured and how.

    python3 bench/run.py step      the same training step in every framework
    python3 bench/run.py scaling   the reference network over threads, image size, batch and filters
    python3 bench/run.py epoch     the tutorial's program from JPEG files to validated epochs
    python3 bench/run.py data      images decoded and augmented a second
    python3 bench/run.py prepare   time and memory of preparing many images
    python3 bench/run.py many      what a short run, and a short epoch, cost beyond their training
"""

import argparse
import sys

from driver import data, epoch, many_epochs, many_variants, prepare, scaling, setup, step
from driver.measure import Plan


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="step|scaling|epoch|data|prepare|many")

    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--threads", type=int, default=setup.cores(), help="of every framework; all cores if not given")
    common.add_argument("--csv", help="where the rows go; a file in target/bench if not given")
    common.add_argument("--venv", help="a virtual environment with requirements.txt installed, in place of its own")

    steps = argparse.ArgumentParser(add_help=False, parents=[common])
    steps.add_argument("--peers", type=peers, help=f"of {', '.join(setup.PEERS)}")
    steps.add_argument("--warm-up", type=int, default=5, help="steps that are not measured")
    steps.add_argument("--rounds", type=int, default=12, help="how often it is each peer's turn")
    steps.add_argument("--steps", type=int, default=3, help="steps of a turn")

    command = commands.add_parser("step", parents=[steps], help="training steps of five networks")
    command.add_argument("--networks", type=names, help=f"of {', '.join(step.NETWORKS)}; all if not given")
    command.set_defaults(run=step.run, usual_peers=setup.USUAL_PEERS)

    command = commands.add_parser("scaling", parents=[steps], help="training steps of the reference network's relatives")
    command.set_defaults(run=scaling.run, usual_peers=["ablate", "keras"])

    command = commands.add_parser("epoch", parents=[common], help="whole epochs from image files")
    command.add_argument("--images", help="a folder train/CLASS, validation/CLASS; drawn by Ablate if not given")
    command.add_argument("--classes", type=names, help="two of the folders; all if not given")
    command.add_argument("--epochs", type=at_least_two, default=2, help="two or more: the first one warms up")
    command.add_argument("--rounds", type=int, default=3, help="how often each program runs")
    command.add_argument("--keras", type=modes, default=epoch.KERAS_MODES, help="ways of calling Keras; all if not given")
    command.set_defaults(run=epoch.run)

    command = commands.add_parser("data", parents=[common], help="images decoded and augmented a second")
    command.add_argument("--work", type=works, help=f"of {', '.join(data.PEERS)}; all if not given")
    command.add_argument("--warm-up", type=int, default=2, help="steps that are not measured")
    command.add_argument("--rounds", type=int, default=7, help="how often it is each peer's turn")
    command.add_argument("--steps", type=int, default=2, help="steps of a turn")
    command.set_defaults(run=data.run)

    command = commands.add_parser("prepare", parents=[common], help="preparing and auditing many small images")
    command.add_argument("--files", type=int, default=100_000, help="images that are drawn for it")
    command.set_defaults(run=prepare.run)

    command = commands.add_parser("many", parents=[common], help="many short runs or epochs: what each costs beyond its training")
    command.add_argument("--variants", type=int, help="runs of one epoch each")
    command.add_argument("--epochs", type=int, help="epochs of one run, of about a millisecond each")
    command.set_defaults(run=many)

    arguments = parser.parse_args()
    if "usual_peers" in arguments:
        arguments.peers = arguments.peers or arguments.usual_peers
    if "steps" in arguments:
        arguments.run(arguments, Plan(arguments.warm_up, arguments.rounds, arguments.steps))
    else:
        arguments.run(arguments)


def many(arguments):
    if arguments.variants:
        many_variants.run(arguments)
    if arguments.epochs:
        many_epochs.run(arguments)
    if not arguments.variants and not arguments.epochs:
        sys.exit("expected --variants N, --epochs N, or both")


def at_least_two(text):
    if int(text) < 2:
        raise argparse.ArgumentTypeError("the first epoch warms up, so there must be another")
    return int(text)


def names(text):
    return text.split(",")


def peers(text):
    return known(names(text), setup.PEERS)


def works(text):
    return known(names(text), data.PEERS)


def modes(text):
    return known(names(text), epoch.KERAS_MODES)


def known(chosen, there):
    unknown = [name for name in chosen if name not in there]
    if unknown:
        raise argparse.ArgumentTypeError(f"no {', '.join(unknown)}; there are {', '.join(there)}")
    return chosen


if __name__ == "__main__":
    main()
