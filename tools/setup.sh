#!/bin/sh
# Makes sure that this machine has what the named goals need:
#
#   tools/setup.sh build         the library and the jar, the native tests
#   tools/setup.sh format        the format check of the C sources
#   tools/setup.sh fuzz          the fuzzer
#   tools/setup.sh cross         the arm64 build and its emulation
#   tools/setup.sh numa          the machines with several NUMA nodes; their kernel: tools/machine.sh
#   tools/setup.sh pages         the machine with larger pages: its programs, its kernel
#   tools/setup.sh bench         the benchmarks; Go is measured too where a package like golang-1.19-go is installed
#
# Looks for programs and files, not for packages, so whatever provides them will do. What is missing is
# installed when that needs no question (root on a Debian or one of its kin); otherwise one message names
# it, with the command that installs it, and the exit status is 2. Quiet and quick when all is there.
set -eu

here=$(dirname "$0")
missing=
# need PACKAGE WHAT: WHAT is a command, or a file when it starts with a slash
need() {
    case $2 in
    /*) [ -e "$2" ] && return ;;
    *) command -v "$2" >/dev/null && return ;;
    esac
    missing="$missing $1"
}

need_build() {
    need cmake cmake
    need ninja-build ninja
    need gcc gcc
    need g++ g++ # CMake configures the tests' language too
    need libc6-dev /usr/include/stdlib.h
    need binutils objcopy
    need libxxhash-dev /usr/include/xxhash.h
    need googletest /usr/src/googletest/CMakeLists.txt
    # For the text in pictures.
    need fontconfig fc-list
    need fonts-dejavu-core /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
}

need_format() {
    need clang-format-14 clang-format-14
}

need_fuzz() {
    need clang clang
    # libFuzzer is a package of the same version as the clang that is or will be installed.
    version=$(clang -dumpversion 2>/dev/null || apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-//p')
    version=$(echo "${version:-14}" | cut -d. -f1)
    need "libclang-rt-$version-dev" "$(clang -print-runtime-dir 2>/dev/null)/libclang_rt.fuzzer-$(uname -m).a"
}

need_cross() {
    need gcc-aarch64-linux-gnu aarch64-linux-gnu-gcc
    need g++-aarch64-linux-gnu aarch64-linux-gnu-g++
    need qemu-user-static qemu-aarch64-static
}

need_numa() {
    need qemu-system-x86 qemu-system-x86_64
    need busybox-static busybox
    need cpio cpio
}

need_pages() {
    need_cross
    need qemu-system-arm qemu-system-aarch64
    need cpio cpio
}

need_bench() {
    need libbenchmark-dev /usr/include/benchmark/benchmark.h
    need libabsl-dev /usr/include/absl/container/flat_hash_map.h
    # The newest Boost that the distribution has beside its usual one; from 1.81 on it has the map.
    boost=$(apt-cache pkgnames libboost1. 2>/dev/null | sed -n 's/^libboost1\.\([0-9]*\)-dev$/\1/p' | sort -n | tail -n 1)
    need "libboost1.${boost:-81}-dev" /usr/include/boost/unordered/unordered_flat_map.hpp
    # Other allocators, which a benchmark loads when it runs.
    need libjemalloc-dev "/usr/lib/$(uname -m)-linux-gnu/libjemalloc.so"
    need libmimalloc-dev "/usr/lib/$(uname -m)-linux-gnu/libmimalloc.so"
}

for goal in "$@"; do
    case $goal in
    build | format | fuzz | cross | numa | pages | bench) "need_$goal" ;;
    *) echo "tophash: no goal $goal; there are build, format, fuzz, cross, numa, pages and bench" >&2 && exit 2 ;;
    esac
done

if [ -n "$missing" ]; then
    if ! command -v apt-get >/dev/null; then
        echo "tophash: missing here, by their Debian package names:$missing" >&2
        exit 2
    fi
    if [ "$(id -u)" -ne 0 ]; then
        echo "tophash: please install what is missing: sudo apt-get install$missing" >&2
        exit 2
    fi
    echo "tophash: installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    # shellcheck disable=SC2086
    if ! { apt-get -q update && apt-get -q -y --no-install-recommends --no-remove install $missing; } >"$log" 2>&1; then
        cat "$log" >&2
        echo "tophash: could not install$missing; apt-get's own words are above" >&2
        exit 2
    fi
    rm -f "$log"
fi

"$here/find-jdk.sh" >/dev/null
