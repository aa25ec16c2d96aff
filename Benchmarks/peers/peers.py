"""Times NumPy, PyTorch and JAX on W1, W2, W3, W4, W5, W6, W7 and W8 of the benchmark.

    python peers.py [--only W2,W3] [--rounds 5] [--memory] [--describe]

Prints a JSON line for each id and peer, {"id":"W2","peer":"jax",
"microseconds":339.0}, and with --memory also {"id":"W2","peer":"jax",
"peakMegabytes":300.1} for a process that trains. Every peer runs
in a process of its own, so that no peer's threads disturb another's.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
PEERS = {
    "numpy": {"W1", "W8"},
    "torch": {"W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8"},
    "jax": {"W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8"},
}
IDENTIFIERS = ["W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8"]
WHOLE_PROCESS = "W8"
TRAINING = {"W1", "W2", "W3", "W4", "W5", "W6"}


def main():
    options = parse_arguments()
    for peer, identifiers in PEERS.items():
        if options.describe:
            run(peer, "--describe")
            continue
        wanted = [one for one in options.only if one in identifiers]
        time_steps(peer, [one for one in wanted if one != WHOLE_PROCESS], options.rounds)
        if WHOLE_PROCESS in wanted:
            script = [sys.executable, str(HERE / f"w8_{peer}.py")]
            best = min(process_seconds(script) for _ in range(options.rounds))
            report(WHOLE_PROCESS, peer, microseconds=round(best * 1e6))
        if options.memory:
            for one in wanted:
                if one in TRAINING:
                    run(peer, "--only", one, "--memory")


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=identifiers_of, default=IDENTIFIERS,
                        help="ids, separated by commas")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--memory", action="store_true",
                        help="report the peak memory of training, too")
    parser.add_argument("--describe", action="store_true",
                        help="report versions and instruction sets instead")
    return parser.parse_args()


def identifiers_of(text):
    """The ids of a list such as W2,W3."""
    identifiers = text.split(",")
    for one in identifiers:
        if one not in IDENTIFIERS:
            raise argparse.ArgumentTypeError(
                f"no workload {one}; there are {', '.join(IDENTIFIERS)}")
    return identifiers


def time_steps(peer, identifiers, rounds):
    if identifiers:
        run(peer, "--only", ",".join(identifiers), "--rounds", str(rounds))


def run(peer, *arguments):
    """Runs one peer; its JSON lines go to our standard output."""
    subprocess.run([sys.executable, str(HERE / f"{peer}_peer.py"), *arguments], check=True)


def report(identifier, peer, **result):
    print(json.dumps({"id": identifier, "peer": peer, **result}), flush=True)


def process_seconds(command, environment=None):
    """How long a process takes from start to exit; its output is dropped."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        subprocess.run(command, check=True, cwd=folder, env=environment,
                       stdout=subprocess.DEVNULL)
        return time.perf_counter() - start


if __name__ == "__main__":
    main()
