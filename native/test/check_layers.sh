#!/bin/sh
# No lower layer includes a higher one.
#
#   check_layers.sh NATIVE_FOLDER
set -eu

# Lowest first: a file may include files of its own layer and of those above it in this list. Each line is a
# layer's name and its files, as shell patterns relative to native/. A file that no line has fails the check.
layers='
contract  include/tophash/*.h src/check.h
os        src/os/*
memory    src/memory/*
bucket    src/layout.h src/racing.h src/shape.[ch] src/hash.[ch]
match     src/kernel/*.h
keys      src/bytes_heap.[ch] src/key.h
engine    src/*.inc.h src/functions.h src/map.[ch] src/array.c src/grow.c src/migrate.c src/opened.[ch] src/rebuild.c src/sharded.[ch] src/stats.c src/plan.c src/invariants.c
files     src/file/*
kernels   src/kernel/*.c
api       src/api.c src/describe.[ch]
'

cd "$1"

# rank FILE -> number of its layer, lowest 1; nothing when no layer has it
rank() {
    set -f # patterns stay patterns
    echo "$layers" | grep . | {
        number=0
        while read -r _ patterns; do
            number=$((number + 1))
            for pattern in $patterns; do
                # shellcheck disable=SC2254
                case $1 in $pattern) echo $number && exit ;; esac
            done
        done
    }
}

# resolve INCLUDING_FILE INCLUDED_NAME -> the included file, relative to native/
resolve() {
    for candidate in "$(dirname "$1")/$2" "src/$2" "include/$2"; do
        if [ -f "$candidate" ]; then
            realpath --relative-to=. "$candidate"
            return
        fi
    done
}

failed=0
files=$(find src include -name '*.[ch]' | sort)
[ -n "$files" ] || { echo "FAILED: no sources under $1" && exit 1; }
for file in $files; do
    own=$(rank "$file")
    [ -n "$own" ] || { echo "FAILED: $file belongs to no layer" && failed=1 && continue; }
    for name in $(sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$file"); do
        included=$(resolve "$file" "$name")
        [ -n "$included" ] || continue # not ours, such as xxhash.h
        if [ "$(rank "$included")" -gt "$own" ]; then
            echo "FAILED: $file includes $included, of a higher layer"
            failed=1
        fi
    done
done
exit $failed
