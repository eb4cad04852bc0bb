#!/bin/sh
# The shared library fits every machine it is made for, and shows nothing but its headers:
#
#   * it is for the architecture it says, its stack is not executable, and it names no folder of its own to load from;
#   * it needs libc, and at most the loader: that is where arm64 keeps the stack protector's guard, which some
#     distributions' compilers use by default;
#   * it needs no version of glibc newer than 2.28, whatever the building machine has;
#   * it exports exactly the functions of its headers, and one constant: th_description (src/describe.h), whose bytes
#     need no relocation, so that they can be read in the file.
#
#   check_library_surface.sh READELF LIBRARY FOLDER_OF_HEADERS x86_64|aarch64
#
# readelf, unlike objdump, reads the files of all architectures. tools/check-jar.sh asks the same of a jar.
set -eu

NEWEST_GLIBC_MINOR=28 # of 2.x

readelf=$1 library=$2 headers=$3 architecture=$4
export LC_ALL=C
failed=0

fail() {
    echo "FAILED: $library $1"
    failed=1
}

case $architecture in
x86_64) machine='Advanced Micro Devices X86-64' ;;
aarch64) machine='AArch64' ;;
*) echo "no architecture $architecture known" >&2 && exit 2 ;;
esac

found=$("$readelf" -hW "$library" | sed -n 's/^ *Machine: *//p')
[ "$found" = "$machine" ] || fail "is for $found, not for $machine"

case $("$readelf" -lW "$library" | awk '$1 == "GNU_STACK" { print $7 }') in
RW) ;;
*) fail "asks for an executable stack" ;;
esac

dynamic=$("$readelf" -dW "$library" | sed -n 's/^ 0x[0-9a-f]* (\([A-Z]*\)) .*\[\(.*\)\]$/\1 \2/p')
echo "$dynamic" | grep -q '^NEEDED libc\.so\.6$' || fail "does not need libc.so.6: that cannot be"
unexpected=$(echo "$dynamic" | sed '/^SONAME libtophash\.so$/d; /^NEEDED libc\.so\.6$/d
    /^NEEDED ld-linux-x86-64\.so\.2$/d; /^NEEDED ld-linux-aarch64\.so\.1$/d')
[ -z "$unexpected" ] || fail "has $(echo "$unexpected" | tr '\n' ' ')"

# Names other than GLIBC_2.x are the loader's (GLIBC_ABI_DT_RELR) or another library's: neither is expected.
versions=$("$readelf" -VW "$library" | sed -n 's/.*Name: \([^ ]*\) .*/\1/p' | sort -u)
[ -n "$versions" ] || fail "needs no version of anything: that cannot be"
for version in $versions; do
    minor=$(echo "$version" | sed -n 's/^GLIBC_2\.\([0-9]*\)\(\.[0-9]*\)*$/\1/p')
    [ "${minor:-999}" -le $NEWEST_GLIBC_MINOR ] || fail "needs $version: $("$readelf" --dyn-syms -W "$library" |
        awk -v end="@$version" 'at = index($8, end) { if (at + length(end) > length($8)) print $8 }' | tr '\n' ' ')"
done

# NAME SECTION_NUMBER of what others can link to
exports=$("$readelf" --dyn-syms -W "$library" | awk '$1 ~ /^[0-9]+:$/ && $5 != "LOCAL" && $7 != "UND" { print $8, $7 }')
exported=$(echo "$exports" | sed 's/ .*//; /^th_description$/d' | sort)
# A declaration may be broken over lines; the name is the word before the first parenthesis after TH_API.
declared=$(cat "$headers"/*.h | grep -v '^#' | tr '\n' ' ' | grep -o 'TH_API [^(]*' | sed 's/.*[ *]//' | sort)
if [ "$exported" != "$declared" ]; then
    fail "and the headers differ: what only it exports, and with a tab before it, what only they declare:"
    scratch=$(mktemp -d)
    echo "$exported" >"$scratch/exported"
    echo "$declared" >"$scratch/declared"
    comm -3 "$scratch/exported" "$scratch/declared"
    rm -r "$scratch"
fi

section=$(echo "$exports" | sed -n 's/^th_description //p')
"$readelf" -SW "$library" | grep -q "^ *\[ *${section:-none}\] \.rodata " ||
    fail "has no th_description among its constants"

echo "$architecture, $(echo "$declared" | wc -l) functions," \
    "glibc $(echo "$versions" | sed 's/^GLIBC_//' | sort -V | tail -n 1) or later"
exit $failed
