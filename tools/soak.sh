#!/bin/sh
# Concurrent maps under load for a long time, with all their promises looked at again and again:
#
#   tools/soak.sh [MINUTES] [PRESET]
#
# MINUTES   10 unless given
# PRESET    release (unless given), tsan or asan: how the engine is built, see native/CMakePresets.json
#
# Turns of the engine's stress tests, each of which ends with the invariant checker on every shard, and of the Java
# ones. Ends at the first failure, with its output.
set -eu

cd "$(dirname "$0")/.."
minutes=${1:-10}
preset=${2:-release}
case $minutes in
'' | *[!0-9]*)
    echo "tophash: \"$minutes\" is no number of minutes" >&2
    exit 2
    ;;
esac
log=$(mktemp)
trap 'rm -f "$log"' EXIT

(cd native && cmake --preset "$preset" && cmake --build "build/$preset" --target tophash_tests) >"$log" 2>&1 || {
    cat "$log"
    exit 1
}
end=$(($(date +%s) + minutes * 60))
turns=0
while [ "$(date +%s)" -lt "$end" ]; do
    "native/build/$preset/test/tophash_tests" --gtest_filter='*Sharded*' --gtest_shuffle --gtest_brief=1 >"$log" 2>&1 &&
        ./mvnw -q -B -pl java/core -DskipNativeTests -DskipFuzz process-test-classes surefire:test@default-test \
            -Dtest='Concurrent*Test' >"$log" 2>&1 || {
        cat "$log"
        echo "tophash: failed in turn $((turns + 1))" >&2
        exit 1
    }
    turns=$((turns + 1))
    echo "turn $turns: good, $(((end - $(date +%s)) / 60)) minutes left"
done
