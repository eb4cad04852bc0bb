#!/bin/sh
# Makes a folder look like the home of an arm64 Java 25 that runs here, under QEMU user emulation:
#
#   tools/arm64-jre.sh FOLDER    leaves FOLDER/bin/java and FOLDER/release
#
# The JRE is Debian's own (openjdk-25-jre-headless of trixie, with the libraries that it loads), unpacked by
# unpack-debian.sh in a cache outside the source tree.
set -eu

SUITE=trixie
PACKAGES='openjdk-25-jre-headless libc6 libgcc-s1 libstdc++6 zlib1g'
JAVA_HOME_IN_ROOT=usr/lib/jvm/java-25-openjdk-arm64

folder=$1
cache=${XDG_CACHE_HOME:-$HOME/.cache}/tophash/arm64-jre
root=$cache/root

fetch() {
    work=$cache/work.$$
    trap 'rm -rf "$work"' EXIT
    # shellcheck disable=SC2086
    "$(dirname "$0")/unpack-debian.sh" "$SUITE" arm64 "$work/root" $PACKAGES
    # Debian's base-files would make this link.
    ln -s usr/lib "$work/root/lib"
    # The emulator looks below the root for a path that a program opens, but not for what a link points to.
    find "$work/root" -type l -lname '/*' | while read -r link; do
        ln -sfnr "$work/root$(readlink "$link")" "$link"
    done
    rm -rf "$root"
    mv "$work/root" "$root"
}

[ -e "$root/$JAVA_HOME_IN_ROOT/bin/java" ] || fetch

mkdir -p "$folder/bin"
cp "$root/$JAVA_HOME_IN_ROOT/release" "$folder/release"
# Neoverse N1 has the atomic instructions of armv8.1, which the JVM's locks are much faster with than with
# emulated load-exclusive pairs. jspawnhelper cannot be started by the host's kernel; FORK does without it.
cat >"$folder/bin/java" <<END
#!/bin/sh
exec qemu-aarch64-static -cpu neoverse-n1 -L "$root" "$root/$JAVA_HOME_IN_ROOT/bin/java" \\
    -Djdk.lang.Process.launchMechanism=FORK "\$@"
END
chmod +x "$folder/bin/java"
