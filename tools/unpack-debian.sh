#!/bin/sh
# Unpacks Debian packages, without installing them, into a folder that must not exist yet:
#
#   tools/unpack-debian.sh SUITE ARCHITECTURE FOLDER PACKAGE...
#
# A PACKAGE such as of:linux-image-amd64 stands for what that package depends on: for packages which hold
# nothing, and name the newest of those that do. They are fetched with apt-get from the mirror that this
# machine's apt already uses; no privilege is needed. On a machine without a Debian mirror, name one:
# TOPHASH_DEBIAN_MIRROR=http://...
set -eu

suite=$1
architecture=$2
folder=$3
shift 3

mirror() {
    if [ -n "${TOPHASH_DEBIAN_MIRROR:-}" ]; then
        echo "$TOPHASH_DEBIAN_MIRROR"
    else
        # Not the security archive, which lacks what has had no security update.
        apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -m1 '/debian/*$'
    fi
}

# Runs a program of apt with lists and state of its own, so that neither this machine's packages nor its
# architecture matter and no privilege is needed. Its configuration (proxies, for one) stays in force.
private() {
    program=$1
    shift
    "$program" -q \
        -o "Dir::State=$work/state" -o Dir::State::status=/dev/null -o "Dir::Cache=$work/cache" \
        -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::Etc::preferencesparts=/dev/null \
        -o "APT::Architecture=$architecture" -o "APT::Architectures::=$architecture" \
        -o APT::Update::Post-Invoke-Success= -o "APT::Sandbox::User=$(id -un)" -o Acquire::Languages=none \
        "$@"
}

mkdir -p "$(dirname "$folder")"
work=$folder.$$
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/debs" "$work/root"
debian=$(mirror) || {
    echo "tophash: apt's sources name no Debian mirror to take $* from;" >&2
    echo "name one, as in: export TOPHASH_DEBIAN_MIRROR=http://a.mirror/debian" >&2
    exit 2
}
echo "deb [arch=$architecture signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $debian $suite main" \
    >"$work/sources.list"
private apt-get update

for package in "$@"; do
    case $package in
    of:*) package=$(private apt-cache depends --no-recommends --no-suggests "${package#of:}" |
        sed -n 's/^ *Depends: //p') ;;
    esac
    # shellcheck disable=SC2086
    (cd "$work/debs" && private apt-get download $package)
done
for package in "$work"/debs/*.deb; do
    dpkg -x "$package" "$work/root"
done
mv "$work/root" "$folder"
