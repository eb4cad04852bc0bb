#!/bin/sh
# The shared library needs nothing but libc, and exports exactly the functions of its header, and one constant:
# th_description (src/describe.h), whose bytes need no relocation, so that they can be read in the file.
#
#   check_library_surface.sh OBJDUMP LIBRARY HEADER
set -eu

objdump=$1 library=$2 header=$3
failed=0

for name in $("$objdump" -p "$library" | awk '$1 == "NEEDED" { print $2 }'); do
    case $name in
    libc.so.6 | ld-linux*) ;;
    *) echo "FAILED: $library needs $name" && failed=1 ;;
    esac
done

exported=$("$objdump" -T "$library" | awk '$2 ~ /^[gwu]$/ && !/\*UND\*/ && !/ th_description$/ { print $NF }' | sort)
# A declaration may be broken over lines; the name is the word before the first parenthesis after TH_API.
declared=$(grep -v '^#' "$header" | tr '\n' ' ' | grep -o 'TH_API [^(]*' | sed 's/.*[ *]//' | sort)
if [ "$exported" != "$declared" ]; then
    echo "FAILED: what only the library exports, and with a tab before it, what only the header declares:"
    scratch=$(mktemp -d)
    echo "$exported" >"$scratch/exported"
    echo "$declared" >"$scratch/declared"
    comm -3 "$scratch/exported" "$scratch/declared"
    rm -r "$scratch"
    failed=1
fi

if ! "$objdump" -T "$library" | grep -q ' DO \.rodata[[:space:]].* th_description$'; then
    echo "FAILED: $library has no th_description among its constants"
    failed=1
fi

echo "$(echo "$declared" | wc -l) functions declared"
exit $failed
