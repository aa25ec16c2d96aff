"""Rewrites the transcripts in README.md with what the programs print.

    swift build -c release && swift build -c release --package-path Tests/Consumers/LibraryUser
    python3 .ci/transcripts.py

A block stands between `<!-- transcript: COMMAND -->` and `<!-- end -->`.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"apus": ROOT, "digits": ROOT / "Tests/Consumers/LibraryUser"}
BLOCK = re.compile(r"(<!-- transcript: (.*?) -->\n```console\n).*?(```\n<!-- end -->)", re.S)


def main():
    path = ROOT / "README.md"
    text, count = BLOCK.subn(lambda match: match[1] + transcript(match[2]) + match[3],
                             path.read_text())
    if count == 0:
        sys.exit(f"{path}: no transcripts")
    path.write_text(text)


def transcript(command):
    """The command and its standard output; an `apus` command shows itself, a program does not."""
    program, *arguments = command.split()
    bin_path = subprocess.run(
        ["swift", "build", "-c", "release", "--package-path", PACKAGES[program], "--show-bin-path"],
        check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    with tempfile.TemporaryDirectory() as folder:
        result = subprocess.run([f"{bin_path}/{program}", *arguments], check=True, cwd=folder,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return (f"$ {command}\n" if program == "apus" else "") + result.stdout


if __name__ == "__main__":
    main()
