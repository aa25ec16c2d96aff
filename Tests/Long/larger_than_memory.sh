#!/usr/bin/env bash
# 20 GB of text in 1 GB of memory, by hand: it takes 45 GB of disk and tens of minutes. The bits are compared on the size
# that fits, by `Tests/Scripts/larger_than_memory.sh`.
#
#   Tests/Long/larger_than_memory.sh FOLDER
set -euo pipefail
BITS=0 exec bash "$(dirname "$0")/../Scripts/larger_than_memory.sh" 20000 1000 "${1:?the folder for 45 GB}"
