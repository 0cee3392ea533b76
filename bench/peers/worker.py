"""The worker's side of the benchmark's protocol, which is in bench/README.md."""

import sys
import time


def serve(parameters, step):
    """Answers the driver: `step` takes one step of training and returns its loss."""
    print("ready", parameters, flush=True)
    for line in sys.stdin:
        if line.strip() == "memory":
            print(peak_memory(), flush=True)
            continue
        times = []
        for _ in range(int(line)):
            start = time.perf_counter_ns()
            loss = step()
            times.append(time.perf_counter_ns() - start)
            if loss != loss:
                sys.exit("the loss is not a number")
        print(*times, flush=True)


def peak_memory():
    """The most memory that this process has held, in kB."""
    with open("/proc/self/status") as status:
        return next(line.split()[1] for line in status if line.startswith("VmHWM:"))
