#!/usr/bin/env bash
# Searches by several workers on one folder that are killed (SIGKILL), or stand still for longer than a lease (SIGSTOP), at
# random moments, and replaced: each search must leave the leaderboard and the best configuration of an undisturbed one,
# byte by byte.
#
#   Tests/Scripts/search-workers.sh [DISTURBANCES [WORKERS …]]     20 for each of 1, 3 and 8 workers by default
#
# APUS names the command; the release build when it is not set. SEED makes other moments.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
apus=${APUS:-$root/.build/release/apus}
wanted=${1:-20}
shift || true
[ $# -gt 0 ] || set -- 1 3 8
RANDOM=${SEED:-1}
export APUS_THREADS=1

folder=$(mktemp -d)
processes=()
clean() {
  for process in "${processes[@]}"; do kill -KILL "$process" 2> /dev/null || true; done
  rm -rf "$folder"
}
trap clean EXIT
cd "$folder"

cat > search.yaml << 'END'
data: {source: digits}
model: {hidden: [64]}
training: {epochs: 9, batch: 32, checkpointEvery: 25}
search:
  trials: 24
  halving: 3
  lease: 1
  over:
    training.learningRate: {log: [1e-4, 0.1]}
    model.dropout: {uniform: [0, 0.5]}
END

"$apus" search --config search.yaml --out whole > whole.log 2>&1
echo "undisturbed: $(sha256sum < whole/search.json | cut -c 1-16)"

start() { # SLOT DIR
  "$apus" search --config search.yaml --join "$2" > "log-$1" 2>&1 &
  processes[$1]=$!
}

for workers in "$@"; do
  killed=0 stopped=0 searches=0
  while [ $((killed + stopped)) -lt "$wanted" ]; do
    searches=$((searches + 1))
    dir="by-$workers-$searches"
    processes=()
    for ((slot = 0; slot < workers; slot++)); do start $slot "$dir"; done
    while [ ${#processes[@]} -gt 0 ]; do
      sleep "0.$(printf '%03d' $((20 + RANDOM % 180)))"
      slots=("${!processes[@]}")
      slot=${slots[RANDOM % ${#slots[@]}]}
      process=${processes[$slot]}
      if [ $((killed + stopped)) -lt "$wanted" ] && kill -0 "$process" 2> /dev/null; then
        if [ $((RANDOM % 3)) = 0 ]; then
          kill -STOP "$process"
          stopped=$((stopped + 1))
          (sleep 2; kill -CONT "$process" 2> /dev/null || true) &
        else
          kill -KILL "$process"
          status=0
          wait "$process" 2> /dev/null || status=$?
          # It may have come to its end before.
          if [ $status = 137 ]; then
            killed=$((killed + 1))
            start "$slot" "$dir"
          fi
        fi
      fi
      for slot in "${!processes[@]}"; do
        kill -0 "${processes[$slot]}" 2> /dev/null && continue
        status=0
        wait "${processes[$slot]}" 2> /dev/null || status=$?
        if [ $status != 0 ]; then
          echo "a worker of $workers ended with $status:"
          cat "log-$slot"
          exit 1
        fi
        unset "processes[$slot]"
      done
    done
    for file in search.json best.yaml; do
      cmp "whole/$file" "$dir/$file" || { diff "whole/$file" "$dir/$file" | head; cat log-*; exit 1; }
    done
    if [ -n "$(find "$dir/results" -name '*.tmp')" ]; then echo 'half-written results are left'; exit 1; fi
    [ "$(ls "$dir/results" | wc -l)" = "$(ls whole/results | wc -l)" ]
    taken=$(ls "$dir/trials" | grep -c - || true)
    echo "$workers workers, search $searches: the same leaderboard ($taken runs taken over in a folder of their own)"
    rm -rf "$dir"
  done
  echo "$workers workers: $killed killed, $stopped stopped, $searches searches, all with the same leaderboard"
done
