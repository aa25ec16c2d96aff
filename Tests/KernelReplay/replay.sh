#!/usr/bin/env bash
# The kernels' bits on 64-bit Arm, under emulation: calls of kernels that the tests make on this machine, their arguments and
# the SHA-256 of what they leave, are repeated by replay.c, once on this machine and once by qemu on plain C and NEON.
#
#   bash Tests/KernelReplay/replay.sh [FOLDER]    after a release build with the tests; what it makes stays in the folder
#
# It needs qemu's user mode and Arm's C library (Debian: qemu-user, libc6-dev-arm64-cross), and the clang beside `swift`.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

folder=${1:-}
if [ -z "$folder" ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
fi
mkdir -p "$folder"
arm=/usr/aarch64-linux-gnu
clang=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": *"\(.*\)\/lib\/swift[^"]*".*/\1\/bin\/clang/p')

# With more threads than parts are usually cut for, wherever the number isn't a test's own.
APUS_RECORD_KERNELS="$folder/calls" APUS_THREADS=3 swift test -c release --skip-build \
  --filter 'ApusCoreTests|OptimizerKernelTests' > "$folder/tests.log" 2>&1 || { tail -30 "$folder/tests.log"; exit 1; }
echo "recorded: $(du -h "$folder/calls" | cut -f1)"

# Compiled as the package is, for this machine or for the other.
compile() { # FOLDER OPTIONS…
  local objects=$1 file status=0 jobs=()
  shift
  mkdir -p "$objects"
  for file in Sources/CApus/*.c Tests/KernelReplay/replay.c; do
    "$clang" "$@" -O2 -std=gnu11 -ISources/CApus/include -c "$file" -o "$objects/$(basename "$file").o" &
    jobs+=($!)
  done
  for file in "${jobs[@]}"; do wait "$file" || status=1; done
  return $status
}

compile "$folder/here"
"$clang" "$folder"/here/*.o -lm -o "$folder/here/replay"
"$folder/here/replay" "$folder/calls" > "$folder/here.txt"

# Neither GCC's runtime library nor its startup files are needed: the kernels call nothing of them.
compile "$folder/arm" --target=aarch64-linux-gnu --sysroot=$arm -isystem $arm/include
"$clang" --target=aarch64-linux-gnu -fuse-ld=lld -nostdlib $arm/lib/crt1.o $arm/lib/crti.o "$folder"/arm/*.o \
  $arm/lib/libm.so.6 $arm/lib/libc.so.6 $arm/lib/libc_nonshared.a $arm/lib/ld-linux-aarch64.so.1 $arm/lib/crtn.o \
  -Wl,-dynamic-linker,/lib/ld-linux-aarch64.so.1 -o "$folder/arm/replay"
qemu-aarch64 -L $arm "$folder/arm/replay" "$folder/calls" > "$folder/arm.txt"

# Scalar functions and random words, which are printed.
uniq "$folder/here.txt" > "$folder/here.unique"
uniq "$folder/arm.txt" > "$folder/arm.unique"
diff "$folder/here.unique" "$folder/arm.unique"
