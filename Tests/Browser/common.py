"""What the checks of the page have in common."""

import json
import subprocess
import sys
from urllib.parse import quote

from chromium import expect  # noqa: F401

READY = "document.documentElement.dataset.ready === 'true' && playground.picture && playground.picture.weights.length > 0"


def encoded(lesson):
    return quote(json.dumps(lesson))


def started(port, *arguments):
    """A playground of its own: the process, and its address."""
    process = subprocess.Popen([sys.argv[1], "playground", "--port", str(port), *arguments], stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().strip()
