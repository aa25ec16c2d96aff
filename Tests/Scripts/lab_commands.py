#!/usr/bin/env python3
"""Runs the command that each lab names, as it is printed, in a folder of its own.

    python3 Tests/Scripts/lab_commands.py .build/release/apus [LAB ...]

A command that ends with an error is a failure; `apus check` may end with 1, for it examines what a lab breaks on purpose.
By hand: all of them take some minutes. `apus playground` serves until it is stopped, and is left out.
"""
import json
import os
import subprocess
import sys
import tempfile


def main():
    command = os.path.abspath(sys.argv[1])
    asked = sys.argv[2:]
    labs = json.loads(subprocess.run([command, "lab", "--json"], check=True, capture_output=True, text=True).stdout)
    failures = 0
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        shell = os.path.join(folder, "bin")
        os.mkdir(shell)
        os.symlink(command, os.path.join(shell, "apus"))
        environment = dict(os.environ, PATH=shell + ":" + os.environ["PATH"])
        for lab in labs:
            line = lab["tryIt"]
            if (asked and lab["lab"] not in asked) or line == "apus playground":
                continue
            count += 1
            place = os.path.join(folder, lab["lab"])
            os.mkdir(place)
            result = subprocess.run(
                ["bash", "-c", line], cwd=place, env=environment, capture_output=True, text=True)
            good = result.returncode == 0 or (line.startswith("apus check ") and result.returncode == 1
                                              and "error:" not in result.stderr)
            failures += not good
            print(f"{'ok' if good else 'FAILED':7}{lab['lab']:20}{line}", flush=True)
            if not good:
                print(result.stdout[-2000:] + result.stderr[-2000:])
    print(f"{count - failures} of {count} commands work")
    sys.exit(1 if failures or count == 0 else 0)


main()
