#!/bin/sh
# Two builds of the same sources give the same jars, byte for byte: the sources are copied to two folders and built
# in each, the second time in another time zone and locale. (Archives keep the files' permissions: builds under
# another umask give other jars of sources and Javadoc.)
#
#   tools/check-reproducible.sh [MAVEN_OPTION...]      as in: tools/check-reproducible.sh -Pcross
set -eu

cd "$(dirname "$0")/.."
jdk=$(tools/find-jdk.sh)

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
one=$scratch/one
other=$scratch/another-folder/with-a-longer-name
mkdir -p "$one" "$other"

# Uncommitted files too, as they are what would be built here; deleted ones are still listed.
git ls-files -z --cached --others --exclude-standard |
    tar --null --files-from=- --ignore-failed-read --warning=no-file-changed -cf "$scratch/sources.tar"

# build FOLDER MAVEN_OPTION...
build() {
    folder=$1
    shift
    tar -xf "$scratch/sources.tar" -C "$folder"
    if ! (cd "$folder" && JAVA_HOME=$jdk ./mvnw -B -DskipTests -pl java/core -am "$@" package) >"$scratch/log" 2>&1; then
        cat "$scratch/log"
        exit 1
    fi
}

build "$one" "$@"
(TZ=UTC+11 LC_ALL=C TMPDIR=$scratch build "$other" "$@")

# jars FOLDER
jars() {
    (cd "$1/java/core/target" && ls ./*.jar)
}

failed=0
if [ "$(jars "$one")" != "$(jars "$other")" ]; then
    echo "FAILED: one build made $(jars "$one"), the other $(jars "$other")"
    failed=1
fi
for jar in $(jars "$one"); do
    if cmp "$one/java/core/target/$jar" "$other/java/core/target/$jar"; then
        (cd "$one/java/core/target" && sha256sum "$jar")
    else
        echo "FAILED: $jar differs; the entries that do, or nothing if only their order or compression does:"
        for folder in "$one" "$other"; do
            unzip -v "$folder/java/core/target/$jar" | awk '/%/ { print $7, $1, $8 }' >"$folder/entries"
        done
        diff "$one/entries" "$other/entries" || true
        failed=1
    fi
done
exit $failed
