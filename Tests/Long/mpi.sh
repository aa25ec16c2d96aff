#!/usr/bin/env bash
# By hand: 1, 2, 3, 4, 7 and 8 ranks of each MPI installation train the model of one process; ranks that are killed, each of
# three and at random moments, end all others within five seconds, and what is resumed with another number is the same model.
#
#   bash Tests/Long/mpi.sh PROGRAMS [KILLS]     the folder of apus and apus-ranks; 100 kills

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../Scripts"
programs=$(cd "$OLDPWD" && cd "$1" && pwd)
kills=${2:-100}
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
. ./mpi-launchers.sh

found=$(installations)
[ -n "$found" ] || { echo "there is no MPI, and none can be installed"; exit 1; }
echo "installations: $(tr '\n' ' ' <<< "$found")"
apus="$programs/apus"
ranks="$programs/apus-ranks"
job=(train digits --hidden 64,32 --dropout 0.2 --batch 64 --shards 16 --epochs 3 --seed 3 --checkpoint-every 5 --quiet)

expected=$("$ranks" reduce)
"$apus" "${job[@]}" --out "$SCRATCH/alone"
whole=$(sha256sum < "$SCRATCH/alone/model.safetensors")
echo "one process: $whole"

for name in $found; do
  for count in 1 2 3 4 7 8; do
    found_hash=$(launch "$name" $count "$ranks" reduce)
    [ "${found_hash%% *}" = "${expected%% *}" ] || { echo "FAILED: $name, $count ranks: $found_hash"; exit 1; }
    launch "$name" $count "$apus" "${job[@]}" --out "$SCRATCH/run"
    [ "$whole" = "$(sha256sum < "$SCRATCH/run/model.safetensors")" ] \
      || { echo "FAILED: $name, $count ranks: another model"; exit 1; }
    rm -r "$SCRATCH/run"
    echo "$name, $count ranks: the same sums, the same model"
  done
done

processes() { # COMMAND BEGINNING: the ranks' process numbers
  pgrep -f "^$1" || true
}

# The rank of a process, by what its launcher told it.
rank_of() { tr '\0' '\n' < "/proc/$1/environ" 2> /dev/null | sed -nE 's/^(OMPI_COMM_WORLD_RANK|PMI_RANK)=//p' | head -1; }

# Waits until no rank is left, for five seconds.
all_ended() { # COMMAND BEGINNING
  local end=$((SECONDS + 6))
  while [ -n "$(processes "$1")" ]; do
    [ $SECONDS -lt $end ] || { echo "FAILED: ranks are left after 5 s"; return 1; }
    sleep 0.05
  done
}

for name in $found; do
  for victim in 0 1 2; do
    launch "$name" 3 "$ranks" reduce 16 20000 5000 10 > "$SCRATCH/log" 2>&1 &
    launcher=$!
    sleep 1.5
    for process in $(processes "$ranks reduce 16"); do
      [ "$(rank_of "$process")" != $victim ] || kill -KILL "$process" 2> /dev/null || true
    done
    all_ended "$ranks reduce 16" || { cat "$SCRATCH/log"; exit 1; }
    ! wait $launcher || { echo "FAILED: $name: a job without rank $victim ends well"; exit 1; }
    echo "$name: rank $victim of 3 killed: all ended"
  done
done

RANDOM=1
names=($found)
counts=(2 3 4 7)
run="$SCRATCH/killed"
killed=0
finished=0
is_whole() { [ "$whole" = "$(sha256sum < "$run/model.safetensors")" ] || { echo "FAILED: another model after kills"; exit 1; }; }
while [ $killed -lt "$kills" ]; do
  name=${names[RANDOM % ${#names[@]}]}
  count=${counts[RANDOM % ${#counts[@]}]}
  if [ -e "$run/config.yaml" ]; then
    launch "$name" "$count" "$apus" train --resume "$run" --quiet > "$SCRATCH/log" 2>&1 &
  else
    launch "$name" "$count" "$apus" "${job[@]}" --out "$run" > "$SCRATCH/log" 2>&1 &
  fi
  launcher=$!
  sleep "$(printf '%d.%03d' $((RANDOM % 3)) $((RANDOM % 1000)))"
  victims=($(processes "$apus train"))
  if [ ${#victims[@]} -gt 0 ] && kill -KILL "${victims[RANDOM % ${#victims[@]}]}" 2> /dev/null; then
    all_ended "$apus train" || { cat "$SCRATCH/log"; exit 1; }
    killed=$((killed + 1))
    wait $launcher || true
  elif wait $launcher; then
    finished=$((finished + 1))
    is_whole
    rm -r "$run"
  else
    cat "$SCRATCH/log"
    exit 1
  fi
done
if [ -e "$run/config.yaml" ]; then
  "$apus" train --resume "$run" --quiet
  is_whole
fi
echo "$killed ranks killed, $finished runs that came to their end between them: the same model"
