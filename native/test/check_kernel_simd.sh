#!/bin/sh
# Proves that the compiled probes hold their kernel's vector instructions, and that SWAR's hold none.
#
#   check_kernel_simd.sh avx2|sse2|neon OBJDUMP SIMD_KERNEL_OBJECT SWAR_KERNEL_OBJECT
set -eu

# The ends of the probe functions' names; they start with the kernel's, as in sse2_long_word_get.
PROBES='long_word_get long_word_contains long_word_get_all int_int_word_get any_word_get bytes_bytes_get
bytes_bytes_contains any_bytes_get any_entry_get find'

kernel=$1 objdump=$2 simd_object=$3 swar_object=$4

case $kernel in
avx2) instructions='vpcmpeqb vpmovmskb' ;;
sse2) instructions='pcmpeqb pmovmskb' ;;
neon) instructions='cmeq' ;;
*) echo "no kernel $kernel known" >&2 && exit 2 ;;
esac

# count OBJECT PROBE INSTRUCTION -> how often the function has it; nothing when there is no such function.
# Compilers split off parts named function.cold and the like, which count as the function.
count() {
    "$objdump" -d --no-show-raw-insn "$1" | awk -v probe="_$2\$" -v wanted="$3" '
        /^[0-9a-f]+ <.*>:$/ {
            name = substr($2, 2, length($2) - 3)
            sub(/\.(part|constprop|isra|cold)(\..*)?$/, "", name)
            inside = name ~ probe
            if (inside) seen = 1
            next
        }
        inside && $2 == wanted { times++ }
        END { if (seen) print times + 0 }'
}

failed=0
for probe in $PROBES; do
    for instruction in $instructions; do
        simd=$(count "$simd_object" "$probe" "$instruction")
        swar=$(count "$swar_object" "$probe" "$instruction")
        verdict=ok
        if [ "${simd:-0}" -eq 0 ] || [ "${swar:-1}" -ne 0 ]; then
            verdict=FAILED
            failed=1
        fi
        echo "$verdict: $probe has $instruction ${simd:-(no such function)} times, swar ${swar:-(no such function)}"
    done
done
exit $failed
