#!/usr/bin/env bash
# A table that doesn't fit in memory: prepared, trained on, evaluated and predicted under a limit; the model has the bytes of the
# one that is trained on the table in memory without a limit.
#
#   Tests/Scripts/larger_than_memory.sh [MEGABYTES [LIMIT [FOLDER]]]
#
# 500 MB in 100 MB when nothing is said. APUS names the command; the release build when it is not set. BITS=0 leaves the run in
# memory out. The limit is that of a control group where one can be made, which counts mapped pages too; else that of systemd-run;
# else of the heap (RLIMIT_DATA), which doesn't.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
apus=${APUS:-$root/.build/release/apus}
size=${1:-500} limit=${2:-100}
folder=$(mktemp -d "${3:-${TMPDIR:-/tmp}}/larger-XXXXXX")
group=
finish() {
  [ -z "$group" ] || rmdir "$group" 2> /dev/null || true
  rm -rf "$folder"
}
trap finish EXIT
cd "$folder"
fail() { echo "FAILED: $*"; exit 1; }

# How the limit is set.
bytes=$((limit * 1000000))
if own=/sys/fs/cgroup/memory/apus-$$; mkdir "$own" 2> /dev/null && echo $bytes 2> /dev/null > "$own/memory.limit_in_bytes"; then
  group=$own how="a control group (version 1)"
elif own=/sys/fs/cgroup/apus-$$; mkdir "$own" 2> /dev/null && echo $bytes 2> /dev/null > "$own/memory.max"; then
  group=$own how="a control group (version 2)"
elif systemd-run --user --scope -q -p MemoryMax=$bytes true 2> /dev/null; then
  how="systemd-run"
else
  how="RLIMIT_DATA, of the heap alone"
fi
limited() {
  if [ -n "$group" ]; then
    (echo $BASHPID > "$group/cgroup.procs"; exec "$@")
  elif [ "$how" = systemd-run ]; then
    systemd-run --user --scope -q -p MemoryMax=$bytes "$@"
  else
    prlimit --data=$bytes "$@"
  fi
}
echo "$size MB of text in $limit MB of memory, by $how"

# A block of rows, numbers with gaps, categories, words and dates, written as often as needed.
echo "$(seq -s, -f 'x%g' 1 40),kind,open,sold,y" > t.csv
awk 'BEGIN {
  srand(7)
  for (row = 0; row < 20000; row++) {
    line = ""; sum = 0
    for (column = 1; column <= 40; column++) {
      value = rand() * 100 - 50
      if (column <= 4) sum += value
      cell = sprintf("%.6f", value)
      if (rand() < 0.02) cell = ""
      line = line cell ","
    }
    printf "%s%s,%s,2024-%02d-%02d,%.4f\n", line, substr("abcde", 1 + int(rand() * 5), 1),
      rand() < 0.5 ? "yes" : "no", 1 + int(rand() * 12), 1 + int(rand() * 28), sum + rand()
  }
}' > block.csv
block=$(stat -c %s block.csv)
for ((done = 0; done < size * 1000000; done += block)); do cat block.csv; done >> t.csv
rows=$(($(wc -l < t.csv) - 1))
echo "$rows rows, $(($(stat -c %s t.csv) / 1000000)) MB"

train=(--target y --model mlp --hidden 32 --steps 2000 --seed 3 --order "blocks(4096)" --quiet)
timed() { # NAME COMMAND…
  local start name=$1
  shift
  start=$(date +%s.%N)
  "$@" > out 2> err || { cat err; fail "$name"; }
  echo "$name: $(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f s", b - a }')"
}
timed prepare limited "$apus" prepare t.csv t.apus
[ -z "$group" ] || cat "$group/memory.max_usage_in_bytes" "$group/memory.peak" 2> /dev/null | sed 's/^/  peak, pages of files too: /' || true
timed "train --steps 2000 from the file" limited "$apus" train t.apus "${train[@]}" --out file
timed "evaluate" limited "$apus" evaluate file/model.safetensors t.apus
timed "predict" limited "$apus" predict file/model.safetensors t.apus --out file.csv
[ "$(wc -l < file.csv)" -eq $((rows + 1)) ] || fail "predictions are missing"
if [ "${BITS:-1}" = 1 ]; then
  timed "train in memory, without a limit" "$apus" train t.csv "${train[@]}" --out memory
  cmp file/model.safetensors memory/model.safetensors || fail "the models differ"
  sha256sum file/model.safetensors | cut -c1-64
  timed "predict in memory" "$apus" predict memory/model.safetensors t.csv --out memory.csv
  cmp file.csv memory.csv || fail "the predictions differ"
fi
echo "all as it should be"
