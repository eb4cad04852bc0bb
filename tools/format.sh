#!/bin/sh
# Checks or repairs the format of every C, C++ and Java source: tools/format.sh check|fix
#
# google-java-format parses with the JDK it runs on, so it runs on the project's JDK, not inside Maven, which
# may be running on an older one that does not know the language level.
set -eu

case ${1:-} in
check)
    clang_options='--dry-run -Werror'
    java_options='--dry-run --set-exit-if-changed'
    ;;
fix)
    clang_options='-i'
    java_options='--replace'
    ;;
*) echo "usage: tools/format.sh check|fix" >&2 && exit 2 ;;
esac

cd "$(dirname "$0")/.."
formatter=target/format/google-java-format.jar
status=0

# files NAME_TEST... -> the sources that a person wrote; the bindings (ffi) stay as jextract wrote them
files() {
    find . \( -name .git -o -name build -o -name target -o -name ffi \) -prune -o \
        -type f \( "$@" \) -print0
}

# shellcheck disable=SC2086
files -name '*.c' -o -name '*.h' -o -name '*.cc' | xargs -0r clang-format-14 $clang_options || status=1

[ -e $formatter ] || ./mvnw -q -N dependency:copy@formatter
java=$(tools/find-jdk.sh)/bin/java
# Long strings are left alone: breaking them up takes that tool two passes to settle.
# shellcheck disable=SC2086
files -name '*.java' | xargs -0r "$java" -jar $formatter --aosp --skip-reflowing-long-strings $java_options || status=1

[ $status = 0 ] || echo "FAILED: the files above are not formatted; run tools/format.sh fix" >&2
exit $status
