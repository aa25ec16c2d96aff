#!/usr/bin/env bash
# The documentation, as the toolchain alone builds it from what a release build left: every article and every public symbol
# of what `import Apus` brings, as pages for a browser. A warning is a failure: a link that leads nowhere or to two places, a
# parameter that is not there, an article that a symbol of the same name would hide.
#
#   Tests/Scripts/documentation.sh           # checked, and thrown away
#   Tests/Scripts/documentation.sh FOLDER    # and left in the folder: python3 -m http.server --directory FOLDER, then
#                                            # /documentation/apus
#
# Exit code 42: the toolchain has no DocC.
set -euo pipefail

cd "$(dirname "$0")/../.."
catalogue=Sources/Apus/Apus.docc
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
pages=${1:-$scratch/pages}

docc=$(command -v docc || xcrun --find docc 2> /dev/null) \
  || { echo "skipped: this toolchain has no docc"; exit 42; }
build=$(swift build -c release --show-bin-path)
[ -e "$build/Modules/Apus.swiftmodule" ] || { echo "FAILED: nothing is built; swift build -c release"; exit 1; }

# The umbrella's own symbols are those of the modules that it exports again. What they import of C is looked for as well.
exported=$(sed -n 's/^@_exported public import //p' Sources/Apus/Apus.swift | paste -sd, -)
triple=$(swift -print-target-info | sed -n 's/^ *"triple": "\(.*\)",$/\1/p' | head -1)
options=(-I "$build/Modules" -I Sources/CZlib -I .build/checkouts/Yams/Sources/CYaml/include
  -Xcc "-fmodule-map-file=$build/CApus.build/module.modulemap"
  -Xcc "-fmodule-map-file=$build/CJPEG.build/module.modulemap"
  -Xcc "-fmodule-map-file=$build/CMPI.build/module.modulemap")
if [ "$(uname)" = Darwin ]; then options+=(-sdk "$(xcrun --show-sdk-path)"); fi
mkdir "$scratch/symbols"
swift symbolgraph-extract -module-name Apus -target "$triple" "${options[@]}" \
  "-experimental-allowed-reexported-modules=$exported" -minimum-access-level public -skip-synthesized-members \
  -output-dir "$scratch/symbols"

status=0
"$docc" convert "$catalogue" --additional-symbol-graph-dir "$scratch/symbols" --output-path "$pages" \
  --warnings-as-errors --ide-console-output > "$scratch/docc.log" 2>&1 || status=$?
if [ $status -ne 0 ] || grep -qE '(warning|error):' "$scratch/docc.log"; then
  sed "s|^$PWD/||" "$scratch/docc.log"
  echo "FAILED: $(grep -cE '(warning|error):' "$scratch/docc.log") warnings of the documentation"
  exit 1
fi

# A page for each article, and for a symbol of each module.
page() { echo "$pages/data/documentation/apus/$(tr '[:upper:]' '[:lower:]' <<< "$1").json"; }
articles=0
for file in "$catalogue"/*.md; do
  name=$(basename "$file" .md)
  [ "$name" = Apus ] && continue
  grep -q '"kind":"article"' "$(page "$name")" || { echo "FAILED: $file has no page"; exit 1; }
  articles=$((articles + 1))
done
for name in Tensor Table Model History RunPage; do
  [ -e "$(page "$name")" ] || { echo "FAILED: $name has no page"; exit 1; }
done
symbols=$(grep -rl '"symbolKind"' "$pages/data/documentation/apus" | wc -l)
echo "$articles articles and $((symbols)) symbols, without a warning"
