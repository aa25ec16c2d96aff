"""How a peer is timed, and the command line that all peers share."""

import argparse
import json
import resource
import sys
import time

WARM_UP = 0.3  # seconds


def run_peer(peer, variants, describe):
    """Times a peer as the command line asks and prints a JSON line for each id.

    `describe` returns the peer's version and the instruction set that it really
    uses, as a pair. `variants` maps an id to a list of functions without arguments; each makes
    one way to do the work, `step(count)`, which returns when `count` steps are
    done. The fastest way counts.
    """
    options = parse_arguments(variants)
    if options.describe:
        version, instruction_set = describe()
        print(json.dumps({"peer": peer, "version": version, "instructionSet": instruction_set}))
        return
    for identifier in options.only:
        if options.memory:
            step = variants[identifier][0]()
            measure(step, rounds=1, budget=1.0)
            result = {"peakMegabytes": round(peak_megabytes(), 1)}
        else:
            best = min(measure(make(), options.rounds, options.budget)
                       for make in variants[identifier])
            result = {"microseconds": round(best, 3)}
        print(json.dumps({"id": identifier, "peer": peer, **result}), flush=True)


def parse_arguments(variants):
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", type=lambda text: text.split(","),
                        default=list(variants), help="ids, separated by commas")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--budget", type=float, default=0.4, help="seconds a round")
    parser.add_argument("--memory", action="store_true",
                        help="report the peak memory of this process instead;"
                             " meaningful for one id")
    parser.add_argument("--describe", action="store_true",
                        help="report version and instruction set instead")
    options = parser.parse_args()
    options.only = [identifier for identifier in options.only if identifier in variants]
    return options


def measure(step, rounds, budget):
    """The best of several rounds, in microseconds a step."""
    count = count_for(step, WARM_UP)
    count = max(1, round(count * budget / WARM_UP))
    return min(seconds(step, count) for _ in range(rounds)) / count * 1e6


def count_for(step, duration):
    """How many steps take `duration` seconds; warms up on the way."""
    count = 1
    step(count)  # compiles
    while (elapsed := seconds(step, count)) < duration:
        count = max(2 * count, round(count * duration / elapsed))
    return max(1, round(count * duration / elapsed))


def seconds(step, count):
    start = time.perf_counter()
    step(count)
    return time.perf_counter() - start


def peak_megabytes():
    """The largest resident size this process has had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)
