#!/bin/sh
# Runs test classes of java/core, which Maven has compiled, in a machine of tools/machine.sh:
#
#   tools/numa-java.sh MACHINE CLASS...
#
# java/core/target/numa/lib has the jars that they need; the profile "numa" puts them there.
set -eu

tools=$(cd "$(dirname "$0")" && pwd)
target=$tools/../java/core/target
target=$(cd "$target" && pwd)
jdk=$("$tools/find-jdk.sh")
machine=$1
shift

# A part of the JDK: the machine has to read all of it into its memory.
jre=$target/numa/jre
if ! [ -e "$jre/bin/java" ]; then
    rm -rf "$jre"
    "$jdk/bin/jlink" --add-modules java.logging,java.management,jdk.jfr,jdk.management,jdk.unsupported --generate-cds-archive \
        --strip-debug --no-header-files --no-man-pages --output "$jre"
fi

exec "$tools/machine.sh" -t 600 -f "$jre" -f "$target/numa/lib" -f "$target/classes" -f "$target/test-classes" \
    "$machine" "$jre/bin/java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED \
    -cp "$target/classes:$target/test-classes:$target/numa/lib/*" dev.tophash.RunTests "$@"
