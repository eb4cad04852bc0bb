#!/bin/sh
# The shared library needs nothing but libc, and exports nothing but the th_ functions of its header.
#
#   check_library_surface.sh OBJDUMP LIBRARY
set -eu

objdump=$1 library=$2
failed=0

needed=$("$objdump" -p "$library" | awk '$1 == "NEEDED" { print $2 }')
for name in $needed; do
    case $name in
    libc.so.6 | ld-linux*) ;;
    *) echo "FAILED: $library needs $name" && failed=1 ;;
    esac
done

exported=$("$objdump" -T "$library" | awk '$2 ~ /^[gwu]$/ && !/\*UND\*/ { print $NF }' | sort)
[ -n "$exported" ] || { echo "FAILED: $library exports nothing" && failed=1; }
for name in $exported; do
    case $name in
    th_*) ;;
    *) echo "FAILED: $library exports $name" && failed=1 ;;
    esac
done

echo "needs:" $needed
echo "exports:" $exported
exit $failed
