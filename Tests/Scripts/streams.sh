#!/usr/bin/env bash
# Every command fed through pipes, and every output pointed at a link, a FIFO and a device node that are made here: what
# comes through a pipe is what comes from a file, and nothing takes the place of a link, a pipe or a device.
#
#   Tests/Scripts/streams.sh
#
# APUS names the command; the release build when it is not set.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
apus=${APUS:-$root/.build/release/apus}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export COLUMNS=100
checks=0

fail() { echo "FAILED: $*"; exit 1; }
apus() { timeout 60 "$apus" "$@"; }

# What a command prints with its input from a file, from each kind of stream.
same() { # NAME FILE COMMAND…, where INPUT stands for the file
  local name=$1 file=$2 place expected found
  shift 2
  # The title of a picture or a page may name the input.
  plain() { sed -e "s|$file|INPUT|g; s|/dev/fd/[0-9]*|INPUT|g; s|/dev/stdin|INPUT|g; s|standard input|INPUT|g; s|fifo-in|INPUT|g" \
    -e 's/Regions of [a-zA-Z-]*/Regions of NAME/g' -e 's#^[^ ]*: \([0-9,]* \(rows\|samples\|images\|characters\)\)#NAME: \1#'; }
  # A command may end with 1 when it has found something; it says the same then.
  say() { { apus "$@" 2> err || echo "exit code $?"; } | plain; }
  expected=$(say "${@//INPUT/$file}")
  grep -q '[a-z]' <<< "${expected/exit code*/}" || fail "$name from a file: $expected $(cat err)"
  equal() { [ "$found" = "$expected" ] || fail "$name from $1: $(diff <(echo "$expected") <(echo "$found") | head -5) $(cat err)"; }
  for place in - /dev/stdin; do
    found=$(cat "$file" | say "${@//INPUT/$place}")
    equal $place
  done
  found=$(say "${@//INPUT//dev/fd/9}" 9< <(cat "$file"))
  equal 'a process'
  rm -f fifo-in
  mkfifo fifo-in
  timeout 60 cat "$file" > fifo-in &
  found=$(say "${@//INPUT/fifo-in}")
  wait
  equal 'a FIFO'
  checks=$((checks + 5))
}

refused() { # WORDS COMMAND…
  local words=$1
  shift
  if apus "$@" > out 2>&1; then fail "apus $* did not fail"; fi
  grep -q -- "$words" out || fail "apus $* does not say “$words”: $(cat out)"
  checks=$((checks + 1))
}

# --- what the commands read
awk 'BEGIN { srand(1); print "a,b,y"; for (i = 0; i < 120; i++) { a = rand(); b = rand(); printf "%.4f,%.4f,%s\n", a, b, (a + b > 1 ? "yes" : "no") } }' > table.csv
awk 'BEGIN { for (i = 0; i < 60; i++) print "To be, or not to be, that is the question:" }' > corpus.txt
gzip -c table.csv > table.csv.gz
apus train table.csv --quiet --epochs 3 --hidden 4 --out run
apus train corpus.txt --quiet --steps 3 --context 8 --model 'gpt(layers: 1, heads: 1, width: 8)' --out text
apus train digits --quiet --epochs 1 --hidden 4 --out images
model=run/model.safetensors
printf 'data: {source: table.csv}\nmodel: {hidden: [4]}\ntraining: {epochs: 2}\n' > settings.yaml
printf 'model: {hidden: [4]}\ntraining: {epochs: 2}\nsearch: {trials: 2, over: {training.l2: [0, 0.01]}}\n' > over.yaml
{ cat settings.yaml; echo 'search: {trials: 2, over: {training.l2: [0, 0.01]}}'; } > search.yaml

# --- data through pipes
same describe table.csv describe INPUT
same 'describe, gzipped' table.csv.gz describe INPUT
same evaluate table.csv evaluate $model INPUT
same predict table.csv predict $model INPUT
same check table.csv check INPUT --epochs 2 --hidden 4
for picture in landscape regions histograms saliency; do
  size=(); case $picture in landscape|regions) size=(--size 5) ;; esac
  same "plot $picture" table.csv plot $picture $model INPUT "${size[@]}" --out /dev/stdout
done
same 'evaluate a text' corpus.txt evaluate text/model.safetensors INPUT

# The same model, whichever way the data comes.
model_of() { # NAME COMMAND…
  local name=$1 hash
  shift
  rm -rf made
  apus train "$@" --quiet --epochs 2 --hidden 4 --seed 3 --out made 2> err || fail "train from $name: $(cat err)"
  hash=$(sha256sum < made/model.safetensors)
  [ "${expected_model:=$hash}" = "$hash" ] || fail "train from $name: another model"
  checks=$((checks + 1))
}
model_of 'a file' table.csv
cat table.csv | model_of - -
cat table.csv | model_of /dev/stdin /dev/stdin
model_of 'a process' <(cat table.csv)
rm -f fifo-in; mkfifo fifo-in
unset expected_model
model_of 'a file and a file' table.csv --test-data table.csv
cat table.csv | model_of 'a file and -' table.csv --test-data -
cat table.csv > fifo-in & model_of 'a FIFO and a file' fifo-in --test-data table.csv
wait

cat corpus.txt | apus train - --quiet --steps 3 --context 8 --model 'gpt(layers: 1, heads: 1, width: 8)' --out text-pipe
cmp text/model.safetensors text-pipe/model.safetensors || fail 'train a text from a pipe'
checks=$((checks + 1))

# Folds and trials share what is read once.
cat table.csv | apus train - --folds 3 --quiet --epochs 2 --hidden 4 --out folds-pipe > folds-pipe.txt 2> /dev/null
apus train table.csv --folds 3 --quiet --epochs 2 --hidden 4 --out folds-file > folds-file.txt 2> /dev/null
cmp folds-pipe.txt folds-file.txt || fail 'folds of a pipe'
cat table.csv | apus search - --config over.yaml --out search-pipe > /dev/null 2>&1 || fail 'search of a pipe'
apus search table.csv --config over.yaml --out search-file > /dev/null 2>&1
for trial in 1 2; do
  cmp search-pipe/trials/$trial/model.safetensors search-file/trials/$trial/model.safetensors || fail "trial $trial"
done
checks=$((checks + 3))

# --- models and settings through pipes
same 'evaluate, the model' $model evaluate INPUT table.csv
same 'predict, the model' $model predict INPUT table.csv
same 'summary, the model' $model summary INPUT
same 'gradcheck, the model' $model gradcheck INPUT --rows 2
same 'generate, the model' text/model.safetensors generate INPUT --length 20 --seed 1
same 'plot weights' images/model.safetensors plot weights INPUT --out /dev/stdout
same 'plot graph' settings.yaml plot graph --config INPUT --out /dev/stdout
same 'summary, the settings' settings.yaml summary --config INPUT
same 'gradcheck, the settings' settings.yaml gradcheck --config INPUT --rows 2
same 'check, the settings' settings.yaml check --config INPUT
cat settings.yaml | apus train --config - --quiet --out from-settings || fail 'train, the settings'
cat search.yaml | apus search --config - --out from-search > /dev/null 2>&1 || fail 'search, the settings'
apus train table.csv --from <(cat $model) --quiet --epochs 1 --out from-model || fail 'train, the model'
checks=$((checks + 3))

# --- what cannot be
cat table.csv | refused 'given twice: as the model and as the data' predict - -
cat table.csv | refused 'given twice: as the model and as the data' evaluate - /dev/stdin
cat table.csv | refused 'given twice: as the data and as the test data' train - --test-data -
cat settings.yaml | refused 'given twice: as the settings and as the data' train - --config -
cat settings.yaml | refused 'given twice: as the settings and as the data' search - --config /dev/stdin
cat settings.yaml | refused 'given twice: as the settings and as the data' check - --config -
rm -f fifo-in; mkfifo fifo-in
refused 'given twice' predict fifo-in fifo-in
printf '\0\0\10\3\0\0\0\1\0\0\0\2\0\0\0\2abcd' > x-images-idx3-ubyte
cat x-images-idx3-ubyte | refused 'IDX images came through a pipe' describe -
: | refused 'the file is empty' describe -

# --- outputs: nothing takes the place of what they are pointed at
outputs() { # NAME COMMAND…
  local name=$1 kind
  shift
  rm -f file link fifo
  apus "$@" --out file > /dev/null 2> err || fail "$name to a file: $(cat err)"
  ln -s target link; rm -f target
  apus "$@" --out link > /dev/null 2> err || fail "$name to a link to nothing: $(cat err)"
  [ -L link ] && cmp file target || fail "$name to a link to nothing"
  echo old > target; chmod 600 target
  apus "$@" --out link > /dev/null 2> err || fail "$name to a link: $(cat err)"
  [ -L link ] && cmp file target && [ "$(stat -c %a target)" = 600 ] || fail "$name to a link"
  mkfifo fifo
  timeout 60 cat fifo > read &
  apus "$@" --out fifo > /dev/null 2> err || fail "$name to a FIFO: $(cat err)"
  wait
  [ -p fifo ] && cmp file read || fail "$name to a FIFO"
  apus "$@" --out /dev/stdout 2> /dev/null > read || fail "$name to standard output"
  cmp file read || fail "$name to standard output: it holds more than the output"
  echo before > read
  apus "$@" --out /dev/fd/8 8>> read > /dev/null 2> err || fail "$name to a descriptor: $(cat err)"
  cmp <(echo before; cat file) read || fail "$name to a descriptor"
  mkdir -p inside
  refused 'is a folder' "$@" --out inside
  refused 'No such file' "$@" --out none/file
  if [ -c null ]; then
    for kind in null null-link; do
      apus "$@" --out $kind > /dev/null 2> err || fail "$name to $kind: $(cat err)"
    done
    [ -c null ] && [ -L null-link ] || fail "$name to a device: it is gone"
    refused 'No space left' "$@" --out full
    [ -c full ] || fail "$name to a full device: it is gone"
    checks=$((checks + 3))
  fi
  [ -z "$(find . -name '*.tmp')" ] || fail "$name leaves $(find . -name '*.tmp')"
  checks=$((checks + 6))
}
# The nodes of the null device and of the one that is always full, where the system allows them.
if mknod null c 1 3 2> /dev/null && : 2> /dev/null > null; then
  mknod full c 1 7
  ln -s null null-link
else
  rm -f null
  echo 'devices: skipped, nodes cannot be made here'
fi
if [ -c full ]; then
  for command in "predict $model table.csv" "predict $model table.csv --out -" "describe table.csv" \
    "evaluate $model table.csv" "generate text/model.safetensors --length 20"; do
    if apus $command > full 2> err; then fail "$command to a full device does not fail"; fi
    grep -q 'standard output: .*No space left' err || fail "$command to a full device: $(cat err)"
    checks=$((checks + 1))
  done
fi
cp table.csv mine.csv; ln -s mine.csv mine-link.csv; cp $model mine.safetensors
for output in mine.csv mine-link.csv mine.safetensors; do
  refused 'is read here, and would be replaced' predict mine.safetensors mine.csv --out $output
  refused 'is read here, and would be replaced' plot saliency mine.safetensors mine.csv --out $output
done
cmp table.csv mine.csv && cmp $model mine.safetensors || fail 'an input is replaced'
outputs predict predict $model table.csv
outputs 'plot curves' plot curves run
outputs 'plot' plot run
outputs 'plot activations' plot activations
outputs 'plot weights' plot weights images/model.safetensors
outputs 'plot graph' plot graph --config settings.yaml
outputs 'plot landscape' plot landscape $model table.csv --size 5
outputs 'plot regions' plot regions $model table.csv --size 5
outputs 'plot histograms' plot histograms $model table.csv
outputs 'plot saliency' plot saliency $model table.csv
outputs 'plot search' plot search search-file

# Run folders: a link to a folder is one; a pipe or a device is none, and stays. Files in them that are links stay, too.
mkdir elsewhere; ln -s elsewhere folder-link
apus train table.csv --quiet --epochs 1 --hidden 4 --out folder-link || fail 'train to a link to a folder'
[ -L folder-link ] && [ -e elsewhere/model.safetensors ] || fail 'train to a link to a folder'
mkdir linked; for name in model.safetensors history.csv run.json split.csv report.html; do ln -s ../kept-$name linked/$name; done
apus train table.csv --epochs 1 --hidden 4 --out linked > /dev/null 2>&1 || fail 'train into links'
for name in model.safetensors history.csv run.json split.csv report.html; do
  [ -L linked/$name ] && [ -s kept-$name ] || fail "train into links: $name"
done
rm -f fifo; mkfifo fifo
for place in fifo file $([ -c null ] && echo null); do
  refused 'expected a folder' train table.csv --quiet --epochs 1 --out $place
  refused 'expected a folder' search table.csv --config over.yaml --out $place
  refused 'expected a folder' train table.csv --folds 2 --epochs 1 --out $place
done
[ -p fifo ] || fail 'the FIFO is gone'
[ ! -e null ] || [ -c null ] || fail 'the device is gone'
checks=$((checks + 5))

# Runs that begin at once have a folder each, and one folder belongs to one of them.
for number in $(seq 20); do apus train xor --epochs 3 --quiet & done
wait
[ "$(find runs -name model.safetensors -path 'runs/xor-*' | wc -l)" = 20 ] || fail 'twenty runs at once have not twenty folders'
begun=0
for number in $(seq 6); do
  { apus train xor --epochs 3 --quiet --out together 2> /dev/null && echo begun; } &
done > together.txt
wait
begun=$(grep -c begun together.txt)
[ "$begun" = 1 ] || fail "of six runs in one folder $begun have begun"
checks=$((checks + 2))
echo "$checks checks passed"
