"""Makes the PyTorch fixtures of Apus's tests, in this folder.

    pip install -r requirements.txt
    python make.py

Run by hand; the outputs are committed. The same versions of the packages make
the same bytes.
"""

from pathlib import Path

import torch

import activations
import interchange
import layers
import linear
import losses
import metrics
import operations
import optimizers
import preparations
import schedules
import weights
import windows
from encoding import write

FAMILIES = [
    operations, activations, layers, losses, metrics, optimizers, preparations, schedules, windows, linear,
    weights
]


def main():
    torch.set_num_threads(1)  # so that no sum depends on the machine's cores
    here = Path(__file__).parent
    for family in FAMILIES:
        write(here / f"{family.__name__}.json", family.document())
    (here / "interchange").mkdir(exist_ok=True)
    interchange.write_files(here / "interchange")


if __name__ == "__main__":
    main()
