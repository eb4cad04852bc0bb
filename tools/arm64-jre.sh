#!/bin/sh
# Makes a folder look like the home of an arm64 Java 25 that runs here, under QEMU user emulation:
#
#   tools/arm64-jre.sh FOLDER    leaves FOLDER/bin/java and FOLDER/release
#
# The JRE is Debian's own (openjdk-25-jre-headless of trixie, with the libraries that it loads), fetched with
# apt-get from the mirror that this machine's apt already uses and unpacked, not installed, in a cache outside
# the source tree. On a machine without a Debian mirror, name one: TOPHASH_DEBIAN_MIRROR=http://...
set -eu

SUITE=trixie
PACKAGES='openjdk-25-jre-headless libc6 libgcc-s1 libstdc++6 zlib1g'
JAVA_HOME_IN_ROOT=usr/lib/jvm/java-25-openjdk-arm64

folder=$1
cache=${XDG_CACHE_HOME:-$HOME/.cache}/tophash/arm64-jre
root=$cache/root

mirror() {
    if [ -n "${TOPHASH_DEBIAN_MIRROR:-}" ]; then
        echo "$TOPHASH_DEBIAN_MIRROR"
    else
        # Not the security archive, which lacks what has had no security update.
        apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -m1 '/debian/*$'
    fi
}

# Runs apt-get with lists and state of its own, so that neither this machine's packages nor its architecture
# matter and no privilege is needed. Its configuration (proxies, for one) stays in force.
private_apt_get() {
    apt-get -q \
        -o "Dir::State=$work/state" -o Dir::State::status=/dev/null -o "Dir::Cache=$work/cache" \
        -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::Etc::preferencesparts=/dev/null \
        -o APT::Architecture=arm64 -o APT::Architectures::=arm64 \
        -o APT::Update::Post-Invoke-Success= -o "APT::Sandbox::User=$(id -un)" -o Acquire::Languages=none \
        "$@"
}

fetch() {
    work=$cache/work.$$
    trap 'rm -rf "$work"' EXIT
    mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/debs" "$work/root"
    debian=$(mirror) || {
        echo "tophash: apt's sources name no Debian mirror to take an arm64 Java from;" >&2
        echo "name one, as in: export TOPHASH_DEBIAN_MIRROR=http://a.mirror/debian" >&2
        exit 2
    }
    echo "deb [arch=arm64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $debian $SUITE main" \
        >"$work/sources.list"
    private_apt_get update
    # shellcheck disable=SC2086
    (cd "$work/debs" && private_apt_get download $PACKAGES)

    for package in "$work"/debs/*.deb; do
        dpkg -x "$package" "$work/root"
    done
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
