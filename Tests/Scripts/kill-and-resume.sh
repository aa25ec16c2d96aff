#!/usr/bin/env bash
# Kills training runs with SIGKILL at N random moments (100 by default) and resumes them: every finished run must
# leave the model file of an uninterrupted one, to the bit.
#
#   Tests/Scripts/kill-and-resume.sh [N] [DATA [OPTION …]]
#
# APUS names the command; the release build when it is not set.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
apus=${APUS:-$root/.build/release/apus}
kills=${1:-100}
shift || true
if [ $# -eq 0 ]; then
  set -- digits --hidden 128,64 --dropout 0.2 --batch 37 --epochs 12 --seed 4 --checkpoint-every 53
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

begin=$(date +%s%N)
"$apus" train "$@" --quiet --out whole
milliseconds=$((($(date +%s%N) - begin) / 1000000))
expected=$(sha256sum < whole/model.safetensors)
echo "uninterrupted: $milliseconds ms, ${expected%% *}"

killed=0
finished=0
while [ "$killed" -lt "$kills" ]; do
  rm -rf run
  while true; do
    if [ -f run/config.yaml ]; then
      "$apus" train --resume run --quiet &
    else
      "$apus" train "$@" --quiet --out run &
    fi
    process=$!
    if [ "$killed" -lt "$kills" ]; then
      moment=$((RANDOM % (milliseconds * 6 / 10 + 1)))
      sleep "$(printf '%d.%03d' $((moment / 1000)) $((moment % 1000)))"
      if kill -9 "$process" 2> /dev/null; then killed=$((killed + 1)); fi
    fi
    code=0
    wait "$process" 2> /dev/null || code=$?
    if [ "$code" -eq 0 ]; then break; fi
    if [ "$code" -ne 137 ]; then
      echo "exit code $code after $killed kills" >&2
      exit 1
    fi
  done
  found=$(sha256sum < run/model.safetensors)
  if [ "$found" != "$expected" ]; then
    echo "after $killed kills: ${found%% *}, expected ${expected%% *}" >&2
    exit 1
  fi
  finished=$((finished + 1))
done
echo "$killed kills, $finished finished runs, all to the same bits"
