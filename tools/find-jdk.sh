#!/bin/sh
# Prints the home of a JDK (with javac) of at least version 25, or explains on stderr and exits with 2.
#
# The first that fits of TOPHASH_JAVA_HOME, JAVA_HOME, /usr/lib/jvm/* and the java on the PATH. A
# TOPHASH_JAVA_HOME that does not fit is an error: whoever set it meant it.
set -eu

LEAST=25

# version HOME -> feature number, from the release file that every JDK has
version() {
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null
}

fits() {
    [ -x "$1/bin/javac" ] && [ "$(version "$1" | grep . || echo 0)" -ge $LEAST ]
}

if [ -n "${TOPHASH_JAVA_HOME:-}" ]; then
    if fits "$TOPHASH_JAVA_HOME"; then
        echo "$TOPHASH_JAVA_HOME"
        exit
    fi
    echo "tophash: TOPHASH_JAVA_HOME=$TOPHASH_JAVA_HOME is not a JDK of version $LEAST or later." >&2
    exit 2
fi

on_path=$(command -v java || true)
[ -z "$on_path" ] || on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")

for home in "${JAVA_HOME:-}" /usr/lib/jvm/* "$on_path"; do
    if [ -n "$home" ] && fits "$home"; then
        echo "$home"
        exit
    fi
done

cat >&2 <<END
tophash: no JDK of version $LEAST or later found in JAVA_HOME, /usr/lib/jvm or the PATH.
Install one, for example Eclipse Temurin (package temurin-$LEAST-jdk, see adoptium.net/installation) or,
where the distribution has it, the package openjdk-$LEAST-jdk. If it is somewhere else, say where:
    export TOPHASH_JAVA_HOME=/path/to/jdk
END
exit 2
