#!/usr/bin/env bash
# Builds the programs of Examples/, runs each in a folder of its own, and compares what it prints with its Expected.txt:
# the same bits, so the same lines, on every machine.
#
#   bash Tests/Scripts/examples.sh            compares
#   bash Tests/Scripts/examples.sh --rewrite  writes Expected.txt anew
#
# The build folder is that of Tests/Consumers/LibraryUser, which depends on the same package in the same way.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

build=(swift build -c release --package-path Examples --scratch-path Tests/Consumers/LibraryUser/.build)
"${build[@]}"
programs=$(cd "$("${build[@]}" --show-bin-path)" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0
for folder in Examples/Sources/*/; do
  name=$(basename "$folder")
  mkdir -p "$scratch/$name"
  if ! (cd "$scratch/$name" && timeout 300 "$programs/$name") > "$scratch/$name.txt"; then
    echo "FAILED: $name"
    failures=$((failures + 1))
    continue
  fi
  if [ "${1:-}" = --rewrite ]; then
    cp "$scratch/$name.txt" "$folder/Expected.txt"
  elif ! diff "$folder/Expected.txt" "$scratch/$name.txt"; then
    echo "FAILED: $name prints something else"
    failures=$((failures + 1))
    continue
  fi
  echo "$name: $(wc -l < "$scratch/$name.txt") lines as expected"
done
exit $((failures > 0))
