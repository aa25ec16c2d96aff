"""Runs Apus and its peers in turn and prints the table of ratios.

    python3 compare.py [--isa avx2] [--only W2,W3] [--rounds 3] [--peers-only]
                       [--json FILE] [--readme]

Builds Apus, creates the Python environment .venv beside this file if there is
none, then alternates between the peers and Apus, one workload at a time: slow
spells of the machine then hit all alike. The best of all rounds counts. All sides
are held to one instruction set, the machine's widest unless --isa says another.
"""

import argparse
import json
import re
import subprocess
import sys
import venv
from datetime import date
from pathlib import Path

import machine
from peers.peers import IDENTIFIERS, WHOLE_PROCESS, identifiers_of, process_seconds

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv"
PEERS = HERE / "peers" / "peers.py"
ROUNDS_OF_A_PEER = 3  # within each round of ours

# What Apus must reach beside each instruction set's best peer: microseconds, where that was set, or the ratio.
TARGETS = {
    "avx512": {
        "W1": (0.5, 0.5 / 8.0),
        "W2": (150, 150 / 339),
        "W3": (2750, 2750 / 3419),
        "W4": (5000, 5000 / 13504),
        "W5": (75_000, 75_000 / 103_339),
        "W6": (12_000, 12_000 / 27_866),
        "W7": (4.0, 4.0 / 10.5),
        "W8": (30_000, None),
    },
    "avx2": {
        "W1": (None, 0.05),
        "W2": (None, 0.45),
        "W3": (None, 0.70),
        "W4": (None, 0.40),
        "W5": (None, 0.73),
        "W6": (None, 0.43),
        "W7": (None, 0.30),
        "W8": (None, 0.30),
    },
}

# 2-4-1 sigmoid network, 2,000 steps on the four rows of XOR.
WHOLE_PROCESS_ARGUMENTS = [
    "train", "xor", "--hidden", "4", "--activation", "sigmoid", "--optimizer", "sgd",
    "--learning-rate", "2", "--batch", "4", "--epochs", "2000", "--seed", "1",
    "--quiet", "--out", "run", "--overwrite",
]

# The rows of the README's table.
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
NAMES = {"numpy": "NumPy", "torch": "PyTorch", "jax": "JAX"}
# What was measured last with each instruction set; the README's table is made of these.
RESULTS = HERE / "results"
README_BLOCK = re.compile(
    r"(<!-- benchmarks: written by Benchmarks/compare.py --readme -->\n).*?(<!-- end -->)", re.S)


def main():
    options = parse_arguments()
    python = environment_python()
    apus = None if options.peers_only else build()
    environment = machine.held(options.isa)
    versions = peer_versions(python, options.isa, environment)
    results = []
    for _ in range(options.rounds):
        for identifier in options.only:
            results += peer_results(python, identifier, environment)
            if apus:
                results += apus_results(apus, identifier, environment)
    result = {
        "isa": options.isa, "date": date.today().isoformat(), "machine": machine.description(), "peers": versions,
        "microseconds": best(results, "microseconds"), "peakMegabytes": best(results, "peakMegabytes"),
    }
    print(f"{machine.TITLES[options.isa]} on {machine.sentence(result['machine'])}\n")
    print(time_table(options.only, result))
    print()
    print(memory_table(options.only, result["peakMegabytes"]))
    if options.json:
        write_json(options.json, result)
    if options.readme:
        RESULTS.mkdir(exist_ok=True)
        write_json(RESULTS / f"{options.isa}.json", result)
        write_readme()


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=identifiers_of, default=IDENTIFIERS,
                        help="ids, separated by commas")
    parser.add_argument("--rounds", type=int, default=3)
    machine.add_instruction_set(parser)
    parser.add_argument("--peers-only", action="store_true", help="leave Apus out")
    parser.add_argument("--json", metavar="FILE", help="also write machine, versions and times here")
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


def peer_versions(python, isa, environment):
    """{peer: {"version": …, "instructionSet": …}}; ends this script where a peer uses more than it is held to."""
    lines = json_lines(run([python, PEERS, "--describe"], environment, stdout=subprocess.PIPE))
    peers = {line["peer"]: {key: line[key] for key in ("version", "instructionSet")} for line in lines}
    if wrong := machine.disobedient(peers, isa):
        sys.exit(f"not held to {isa}: {', '.join(wrong)}")
    return peers


def peer_results(python, identifier, environment):
    return json_lines(run(
        [python, PEERS, "--only", identifier, "--rounds", str(ROUNDS_OF_A_PEER), "--memory"], environment,
        stdout=subprocess.PIPE))


def apus_results(apus, identifier, environment):
    benchmark, command = apus
    if identifier == WHOLE_PROCESS:
        seconds = min(process_seconds([command, *WHOLE_PROCESS_ARGUMENTS], environment)
                      for _ in range(ROUNDS_OF_A_PEER))
        return [{"id": identifier, "peer": "apus", "microseconds": seconds * 1e6}]
    return json_lines(run(
        [benchmark, "--json", "--only", identifier], environment, stdout=subprocess.PIPE))


def run(command, environment=None, stdout=None):
    """Runs a command; returns what it printed; ends this script if it fails."""
    try:
        return subprocess.run(command, check=True, env=environment, stdout=stdout, text=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"{' '.join(map(str, command))}: {error}")


def json_lines(text):
    """The JSON objects among the lines, which are also shown as they come."""
    lines = [line for line in text.splitlines() if line.startswith("{")]
    print(*lines, sep="\n", file=sys.stderr, flush=True)
    return [json.loads(line) for line in lines]


def best(results, quantity):
    """{id: {peer: the smallest value}} of what has the quantity."""
    smallest = {}
    for result in results:
        if quantity in result:
            peers = smallest.setdefault(result["id"], {})
            peers[result["peer"]] = min(result[quantity], peers.get(result["peer"], float("inf")))
    return smallest


def time_table(identifiers, result):
    rows = [row("id", "Apus (µs)", "best peer (µs)", "ratio", "to reach (µs)", "or ratio",
                "reached"), "|---|---|---|---|---|---|---|"]
    for identifier in identifiers:
        times = result["microseconds"].get(identifier, {})
        apus, (peer, peer_time) = times.get("apus"), best_peer(times)
        target, target_ratio = TARGETS.get(result["isa"], {}).get(identifier, (None, None))
        ratio = apus / peer_time if apus else None
        reached = apus and ((target and apus <= target) or (target_ratio and ratio <= target_ratio))
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
        sizes = megabytes.get(identifier, {})
        apus, (peer, peer_size) = sizes.get("apus"), best_peer(sizes)
        if peer:
            rows.append(row(identifier, number(apus), f"{peer} {number(peer_size)}",
                            number(apus / peer_size if apus else None), "0.2"))
    return "\n".join(rows)


def write_json(path, result):
    Path(path).write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


def write_readme():
    """Rewrites the README's table between its marks, with three columns for each instruction set that was measured."""
    results = [json.loads(path.read_text()) for name in machine.TITLES
               if (path := RESULTS / f"{name}.json").exists()]
    heads = [cell for result in results
             for cell in (f"Apus, {machine.TITLES[result['isa']]}", "best peer", "ratio")]
    rows = [row("", "work", *heads), "|---" * (2 + len(heads)) + "|"]
    for identifier, work in WORK.items():
        cells = []
        for result in results:
            times = result["microseconds"][identifier]
            peer, peer_time = best_peer(times)
            cells += [number(times["apus"]), f"{NAMES[peer]} {number(peer_time)}", number(times["apus"] / peer_time)]
        rows.append(row(identifier, work, *cells))
    text = "\n".join([*rows, "", *map(origin, results)]) + "\n"
    path = HERE.parent / "README.md"
    text, count = README_BLOCK.subn(lambda match: match[1] + text + match[2], path.read_text())
    if count != 1:
        sys.exit(f"{path}: {count} blocks for the table, not one")
    path.write_text(text)


def origin(result):
    """Where and when a column was measured, as an item of a list."""
    its = result["machine"]
    versions = ", ".join(f"{NAMES[name]} {peer['version']}" for name, peer in result["peers"].items())
    return (f"- {machine.TITLES[result['isa']]}: {result['date']}, {machine.sentence(its)}; Apus {its['commit']} with "
            f"Swift {its['swift']}, {versions}")


def best_peer(values):
    """The peer with the smallest value, and that value."""
    value, peer = min(((value, peer) for peer, value in values.items() if peer != "apus"), default=(None, None))
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
