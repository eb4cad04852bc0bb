#!/bin/sh
# A jar of the library is fit to ship:
#
#   * it has the libraries of the named platforms and no other, and each passes check_library_surface.sh;
#   * its module descriptor exports the public package only;
#   * it has the licences;
#   * with --release, sources and Javadoc lie beside it: the sources that the build writes are in the one, classes
#     that users cannot see are not in the other.
#
#   tools/check-jar.sh [--release] JAR linux-x86_64|linux-aarch64...
set -eu

release=false
if [ "$1" = --release ]; then
    release=true
    shift
fi
root=$(cd "$(dirname "$0")/.." && pwd)
jar=$(realpath "$1")
shift
tool=$("$root/tools/find-jdk.sh")/bin/jar
failed=0

fail() {
    echo "FAILED: $1"
    failed=1
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"$tool" --extract --file "$jar"

# A platform may be named twice: a cross build names the one it is made on and the one it adds.
expected=$(printf 'dev/tophash/native/%s/libtophash.so\n' "$@" | sort -u)
found=$(find . -type f \( -path './dev/tophash/native/*' -o -name '*.so*' \) | sed 's|^\./||' | sort -u)
# shellcheck disable=SC2046,SC2086
[ "$found" = "$expected" ] || fail "$jar has the libraries $(echo $found); this build makes $(echo $expected)"

for library in $found; do
    platform=$(basename "$(dirname "$library")")
    "$root/native/test/check_library_surface.sh" readelf "$library" "$root/native/include/tophash" \
        "${platform#linux-}" || failed=1
done

# A descriptor that was lost would make an automatic module, which exports everything.
exports=$("$tool" --describe-module --file "$jar" | sed -n '/^exports /p; /^qualified /p; /^opens /p')
[ "$exports" = 'exports dev.tophash' ] || fail "$jar does not export dev.tophash alone, but: ${exports:-nothing}"

for text in LICENSE NOTICE; do
    cmp -s "META-INF/$text" "$root/$text" || fail "$jar does not have this repository's $text in META-INF"
done

# has JAR PATTERN -> whether an entry's name matches
has() {
    "$tool" --list --file "$1" | grep -q "$2"
}

if $release; then
    sources=${jar%.jar}-sources.jar
    javadoc=${jar%.jar}-javadoc.jar
    for source in module-info StringLongMap LongLongMap internal/WordCalls; do
        has "$sources" "^\(dev/tophash/\)\?$source\.java\$" || fail "$sources lacks $source"
    done
    has "$javadoc" '^dev\.tophash/dev/tophash/LongLongMap\.html$' || fail "$javadoc lacks LongLongMap"
    ! has "$javadoc" '/internal/' || fail "$javadoc has internal classes"
fi
exit $failed
