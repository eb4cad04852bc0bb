#!/bin/sh
# Proves that a compiled probe holds its kernel's vector instructions, and that SWAR's holds none.
#
#   check_kernel_simd.sh x86_64|aarch64 OBJDUMP SIMD_KERNEL_OBJECT SWAR_KERNEL_OBJECT
#
# A probe is every function whose name matches PROBE. Compilers split functions into name.part.0, name.cold
# and the like; the pieces count as one function.
set -eu

PROBE='_long_get$'

arch=$1 objdump=$2 simd_object=$3 swar_object=$4

case $arch in
x86_64) instructions='pcmpeqb pmovmskb' ;;
aarch64) instructions='cmeq' ;;
*) echo "no kernel known for $arch" >&2 && exit 2 ;;
esac

# probe OBJECT INSTRUCTION -> lines "function count" for each probe function in it
probe() {
    "$objdump" -d --no-show-raw-insn "$1" | awk -v probe="$PROBE" -v wanted="$2" '
        /^[0-9a-f]+ <.*>:$/ {
            name = substr($2, 2, length($2) - 3)
            sub(/\.(part|constprop|isra|cold)(\..*)?$/, "", name)
            if (name ~ probe) count[name] += 0
            next
        }
        name ~ probe && $2 == wanted { count[name]++ }
        END { for (name in count) print name, count[name] }'
}

failed=0
fail() {
    echo "FAILED: $*"
    failed=1
}

# check OBJECT INSTRUCTION present|absent
check() {
    found=$(probe "$1" "$2")
    [ -n "$found" ] || fail "no function matching $PROBE in $1"
    echo "$found" | while read -r name count; do
        [ -z "$name" ] || echo "$(basename "$1"): $name: $count x $2"
    done
    case $3 in
    present) if echo "$found" | grep -q ' 0$'; then fail "$1: a probe lacks $2"; fi ;;
    absent) if echo "$found" | grep -q ' [1-9]'; then fail "$1: a probe has $2"; fi ;;
    esac
}

for instruction in $instructions; do
    check "$simd_object" "$instruction" present
    check "$swar_object" "$instruction" absent
done
exit $failed
