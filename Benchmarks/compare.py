"""Runs Apus and its peers in turn and prints the table of ratios.

    python3 compare.py [--only W2,W3] [--rounds 3] [--peers-only] [--readme]

Builds Apus, creates the Python environment .venv beside this file if there is
none, then alternates between the peers and Apus, one workload at a time: slow
spells of the machine then hit all alike. The best of all rounds counts.
"""

import argparse
import json
import re
import subprocess
import sys
import venv
from pathlib import Path

from peers.peers import IDENTIFIERS, WHOLE_PROCESS, identifiers_of, process_seconds

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv"
ROUNDS_OF_A_PEER = 3  # within each round of ours

# Microseconds that Apus must reach, and those of the best peer beside it when
# that was set. Either the time or the ratio is to be met; W8 has a time only.
TARGETS = {
    "W1": (0.5, 8.0),
    "W2": (150, 339),
    "W3": (2750, 3419),
    "W4": (5000, 13504),
    "W5": (75_000, 103_339),
    "W6": (12_000, 27_866),
    "W7": (4.0, 10.5),
    "W8": (30_000, None),
}

# 2-4-1 sigmoid network, 2,000 steps on the four rows of XOR.
WHOLE_PROCESS_ARGUMENTS = [
    "train", "xor", "--hidden", "4", "--activation", "sigmoid", "--optimizer", "sgd",
    "--learning-rate", "2", "--batch", "4", "--epochs", "2000", "--seed", "1",
    "--quiet", "--out", "run", "--overwrite",
]

# The rows of the README's table, and its columns.
WORK = {
    "W1": "XOR net, batch 4, SGD",
    "W2": "784-200-200-10, batch 64, Adam",
    "W3": "784-1024-1024-10, batch 128, momentum",
    "W4": "CNN 28×28: 3×3×32, 3×3×64, 128, 10, batch 64, Adam",
    "W5": "ResNet 32×32: 2 blocks of 32, 2 of 64, batch 64, momentum",
    "W6": "GPT, 4 × 128, 64 context, batch 12, AdamW",
    "W7": "prediction, 784-200-200-10, batch 1",
    "W8": "process that trains the XOR net",
}
COLUMNS = {"apus": "Apus", "numpy": "NumPy", "torch": "PyTorch", "jax": "JAX"}
README_BLOCK = re.compile(
    r"(<!-- benchmarks: written by Benchmarks/compare.py --readme -->\n).*?(<!-- end -->)", re.S)


def main():
    options = parse_arguments()
    python = environment_python()
    apus = None if options.peers_only else build()
    results = []
    for _ in range(options.rounds):
        for identifier in options.only:
            results += peer_results(python, identifier)
            if apus:
                results += apus_results(apus, identifier)
    microseconds = best(results, "microseconds")
    print(time_table(options.only, microseconds))
    print()
    print(memory_table(options.only, best(results, "peakMegabytes")))
    if options.readme:
        write_readme(microseconds)


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=identifiers_of, default=IDENTIFIERS,
                        help="ids, separated by commas")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers-only", action="store_true", help="leave Apus out")
    parser.add_argument("--readme", action="store_true",
                        help="write the times of all rows into the README's table")
    options = parser.parse_args()
    if options.readme and (options.peers_only or set(options.only) != set(IDENTIFIERS)):
        parser.error("--readme needs every row, and Apus")
    return options


def environment_python():
    """The interpreter of .venv, made on first use."""
    python = ENVIRONMENT / "bin" / "python"
    requirements = HERE / "peers" / "requirements.txt"
    marker = ENVIRONMENT / "complete"
    if not marker.exists():
        print(f"making {ENVIRONMENT}", file=sys.stderr)
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        run([python, "-m", "pip", "install", "--quiet", "-r", requirements])
        marker.touch()
    return python


def build():
    """Builds Apus; returns the benchmark's and the command's executables."""
    return (built(HERE, "apus-benchmark"), built(HERE.parent, "apus"))


def built(package, product):
    command = ["swift", "build", "-c", "release", "--package-path", package]
    run([*command, "--product", product], stdout=sys.stderr)
    folder = run([*command, "--show-bin-path"], stdout=subprocess.PIPE).strip()
    return Path(folder) / product


def peer_results(python, identifier):
    return json_lines(run(
        [python, HERE / "peers" / "peers.py", "--only", identifier,
         "--rounds", str(ROUNDS_OF_A_PEER), "--memory"], stdout=subprocess.PIPE))


def apus_results(apus, identifier):
    benchmark, command = apus
    if identifier == WHOLE_PROCESS:
        seconds = min(process_seconds([command, *WHOLE_PROCESS_ARGUMENTS])
                      for _ in range(ROUNDS_OF_A_PEER))
        return [{"id": identifier, "peer": "apus", "microseconds": seconds * 1e6}]
    return json_lines(run(
        [benchmark, "--json", "--only", identifier], stdout=subprocess.PIPE))


def run(command, stdout=None):
    """Runs a command; returns what it printed; ends this script if it fails."""
    try:
        return subprocess.run(command, check=True, stdout=stdout, text=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"{' '.join(map(str, command))}: {error}")


def json_lines(text):
    """The JSON objects among the lines, which are also shown as they come."""
    lines = [line for line in text.splitlines() if line.startswith("{")]
    print(*lines, sep="\n", file=sys.stderr, flush=True)
    return [json.loads(line) for line in lines]


def best(results, quantity):
    """The smallest value for each (id, peer) that has the quantity."""
    smallest = {}
    for result in results:
        if quantity in result:
            key = result["id"], result["peer"]
            smallest[key] = min(result[quantity], smallest.get(key, float("inf")))
    return smallest


def time_table(identifiers, microseconds):
    rows = [row("id", "Apus (µs)", "best peer (µs)", "ratio", "to reach (µs)", "or ratio",
                "reached"), "|---|---|---|---|---|---|---|"]
    for identifier in identifiers:
        apus = microseconds.get((identifier, "apus"))
        peer, peer_time = best_peer(identifier, microseconds)
        target, peer_then = TARGETS[identifier]
        ratio = apus / peer_time if apus else None
        target_ratio = target / peer_then if peer_then else None
        reached = apus and (apus <= target or (target_ratio and ratio <= target_ratio))
        rows.append(row(
            identifier, number(apus), f"{peer} {number(peer_time)}", number(ratio),
            number(target), number(target_ratio),
            "–" if apus is None else "yes" if reached else "no"))
    return "\n".join(rows)


def memory_table(identifiers, megabytes):
    """Peak memory; below a fifth of the best peer's is asked."""
    rows = [row("id", "Apus (MB)", "best peer (MB)", "ratio", "to reach"),
            "|---|---|---|---|---|"]
    for identifier in identifiers:
        apus = megabytes.get((identifier, "apus"))
        peer, peer_size = best_peer(identifier, megabytes)
        if peer:
            rows.append(row(identifier, number(apus), f"{peer} {number(peer_size)}",
                            number(apus / peer_size if apus else None), "0.2"))
    return "\n".join(rows)


def write_readme(microseconds):
    """Rewrites the README's table between its marks."""
    path = HERE.parent / "README.md"
    rows = [row("", "work", *COLUMNS.values()), "|---" * (2 + len(COLUMNS)) + "|"]
    for identifier, work in WORK.items():
        rows.append(row(identifier, work, *(
            number(microseconds.get((identifier, column))) for column in COLUMNS)))
    table = "\n".join(rows) + "\n"
    text, count = README_BLOCK.subn(lambda match: match[1] + table + match[2], path.read_text())
    if count != 1:
        sys.exit(f"{path}: {count} blocks for the table, not one")
    path.write_text(text)


def best_peer(identifier, values):
    """The peer with the smallest value, and that value."""
    peers = [(value, peer) for (one, peer), value in values.items()
             if one == identifier and peer != "apus"]
    value, peer = min(peers, default=(None, None))
    return peer, value


def row(*cells):
    return f"| {' | '.join(cells)} |"


def number(value):
    """Three significant digits, or all of the whole part."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    main()
