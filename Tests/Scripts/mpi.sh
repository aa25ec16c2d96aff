#!/usr/bin/env bash
# Ranks under real launchers: two of each MPI installation, and two hosts, which are network namespaces with names and
# addresses of their own. What they compute is what one process computes, to the bit.
#
#   bash Tests/Scripts/mpi.sh PROGRAMS     the folder of apus and apus-ranks
#
# Exits with 42 where no MPI can be had.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
programs=$(cd "$OLDPWD" && cd "$1" && pwd)
SCRATCH=$(mktemp -d)
namespace=apus-$$
clean() {
  ip netns delete "$namespace-a" 2> /dev/null || true
  ip netns delete "$namespace-b" 2> /dev/null || true
  rm -rf "$SCRATCH"
}
trap clean EXIT
. ./mpi-launchers.sh

found=$(installations)
[ -n "$found" ] || { echo "skipped: there is no MPI, and none can be installed"; exit 42; }
for name in openmpi4 mpich4 openmpi5 mpich5; do
  grep -qx $name <<< "$found" || echo "not tried, as it is not there: $name"
done

ranks="$programs/apus-ranks"
expected=$("$ranks" reduce)
expected=${expected%% *}

same() { # NAME COMMAND…: prints what the one process printed
  local name=$1 found
  shift
  found=$(timeout 30 "$@" 2> "$SCRATCH/errors") || { echo "FAILED: $name: status $?"; cat "$SCRATCH/errors"; return 1; }
  [ "${found%% *}" = "$expected" ] || { echo "FAILED: $name: $found instead of $expected"; return 1; }
  echo "$name: ${found#* }: the same bits"
}
# `timeout` starts programs only.
launched() { bash -c '. ./mpi-launchers.sh; launch "$@"' - "$@"; }
export -f launched launch
export SCRATCH environments

for name in $found; do
  same "$name" bash -c 'launched "$@"' - "$name" 2 "$ranks" reduce
done
same "${found%%$'\n'*}, three ranks" bash -c 'launched "$@"' - "${found%%$'\n'*}" 3 "$ranks" reduce

# Training: the file that one process writes with as many shards.
apus="$programs/apus"
export apus
"$apus" train digits --hidden 32 --batch 64 --shards 16 --epochs 1 --seed 3 --quiet --out "$SCRATCH/alone"
for name in $found; do
  timeout 60 bash -c '
    . ./mpi-launchers.sh
    launch "$1" 2 "$apus" train digits --hidden 32 --batch 64 --shards 16 --epochs 1 --seed 3 --quiet \
      --out "$SCRATCH/$1"' - "$name" > "$SCRATCH/train.log" 2>&1 \
    || { echo "FAILED: training with $name"; cat "$SCRATCH/train.log"; exit 1; }
  cmp "$SCRATCH/alone/model.safetensors" "$SCRATCH/$name/model.safetensors"
  echo "$name: the same model"
done

# Searching: the leaderboard that one process leaves.
cat > "$SCRATCH/search.yaml" << 'END'
data: {source: iris}
model: {hidden: [8]}
training: {epochs: 6}
search: {trials: 6, halving: 2, over: {training.learningRate: {log: [1e-4, 0.1]}}}
END
"$apus" search --config "$SCRATCH/search.yaml" --out "$SCRATCH/search-alone" > /dev/null 2>&1
for name in $found; do
  timeout 60 bash -c '
    . ./mpi-launchers.sh
    launch "$1" 3 "$apus" search --config "$SCRATCH/search.yaml" --out "$SCRATCH/search-$1"' - "$name" \
    > "$SCRATCH/search.log" 2>&1 || { echo "FAILED: searching with $name"; cat "$SCRATCH/search.log"; exit 1; }
  cmp "$SCRATCH/search-alone/search.json" "$SCRATCH/search-$name/search.json"
  [ "$(grep -c "best: apus train" "$SCRATCH/search.log")" = 1 ]
  echo "$name, a search by three ranks: the same leaderboard"
done

# A launcher and a library that do not belong together are refused by every rank.
if grep -qx openmpi4 <<< "$found" && grep -qx mpich4 <<< "$found"; then
  if APUS_MPI_LIBRARY=libmpi.so.40 launch mpich4 2 "$ranks" reduce > "$SCRATCH/refused" 2>&1; then
    echo "FAILED: a library of another launcher is not refused"
    exit 1
  fi
  grep -q 'the launcher has started 2 processes (PMI_SIZE), but libmpi.so.40' "$SCRATCH/refused" \
    || { echo "FAILED: the refusal says"; cat "$SCRATCH/refused"; exit 1; }
  echo "a launcher and a library of two installations: refused"
fi

# A rank that stands still ends all others, with a message that names it.
name=${found%%$'\n'*}
launch "$name" 2 "$ranks" reduce 16 10000 4000 10 > "$SCRATCH/silent" 2>&1 &
launcher=$!
victim=
for _ in $(seq 50); do
  sleep 0.1
  for process in $(pgrep -f "^$ranks reduce 16" || true); do
    if tr '\0' '\n' < "/proc/$process/environ" 2> /dev/null | grep -qE '^(OMPI_COMM_WORLD_RANK|PMI_RANK)=1$'; then
      victim=$process
    fi
  done
  [ -z "$victim" ] || break
done
sleep 1
kill -STOP "$victim"
start=$SECONDS
wait $launcher || true
kill -KILL "$victim" 2> /dev/null || true
grep -q 'rank 1 of 2 (host .*) has not answered for' "$SCRATCH/silent" \
  || { echo "FAILED: a silent rank is not named"; cat "$SCRATCH/silent"; exit 1; }
echo "a silent rank: $(grep -o 'rank 1 of 2.*' "$SCRATCH/silent"), after $((SECONDS - start)) s"

# Two hosts.
if ! { command -v ip > /dev/null || apt-get install -y -qq iproute2 > /dev/null 2>&1; } \
  || ! ip netns add "$namespace-a" 2> /dev/null; then
  echo "not tried: two hosts, as this machine allows no network namespaces"
  exit 0
fi
ip netns add "$namespace-b"
ip link add veth-a netns "$namespace-a" type veth peer name veth-b netns "$namespace-b"
for host in a b; do
  ip -n "$namespace-$host" addr add "10.77.0.$([ $host = a ] && echo 1 || echo 2)/24" dev "veth-$host"
  ip -n "$namespace-$host" link set lo up
  ip -n "$namespace-$host" link set "veth-$host" up
done
for host in a b; do
  until ip -n "$namespace-$host" link show "veth-$host" | grep -q 'state UP'; do sleep 0.1; done
done
cat > "$SCRATCH/agent" << END
#!/bin/bash
# In ssh's place: [OPTIONS] HOST COMMAND…
while [[ \$1 == -* ]]; do shift; done
case \$1 in 10.77.0.1) host=a ;; *) host=b ;; esac
shift
exec ip netns exec "$namespace-\$host" unshare -u bash -c "hostname host-\$host; \$*"
END
chmod +x "$SCRATCH/agent"
if grep -qx openmpi4 <<< "$found"; then
  same 'openmpi4, two hosts' "$SCRATCH/agent" 10.77.0.1 mpirun.openmpi --mca plm_rsh_agent "$SCRATCH/agent" \
    --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24 --bind-to none --oversubscribe \
    -H 10.77.0.1:2,10.77.0.2:2 -n 4 "$ranks" reduce
fi
if grep -qx mpich4 <<< "$found"; then
  same 'mpich4, two hosts' "$SCRATCH/agent" 10.77.0.1 env UCX_TLS=tcp,self mpirun.mpich -launcher ssh \
    -launcher-exec "$SCRATCH/agent" -iface veth-a -hosts 10.77.0.1,10.77.0.2 -n 2 "$ranks" reduce
fi
