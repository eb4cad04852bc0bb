#!/bin/bash
# Counts the words of a large text three ways and compares: with the tophash command, with tr | sort | uniq -c,
# and with a plain Java program (WordCountBaseline.java). First checks that the counts are the same, then
# prints wall times, start of the JVM included, of runs in turn, so that a slow moment hits all three.
#
#     benchmarks/count-words.sh [FILE]
#
# Without FILE the text is the JDK's own source, src.zip unpacked and put end to end, some 200 MB.
# MB=N cuts the text to N million bytes, RUNS=N sets the number of rounds (5), TOPHASH=PATH names another
# launcher. REQUIRE=1 makes it fail unless tophash is 5 times as fast as sort and 1.5 times as fast as Java.
set -euo pipefail
export LC_ALL=C

here=$(dirname "$(readlink -f "$0")")
jdk=$("$here/../tools/find-jdk.sh")
tophash=${TOPHASH:-$here/../tophash}
runs=${RUNS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

make_text() {
    if [ ! -e "$jdk/lib/src.zip" ]; then
        echo "count-words: $jdk/lib/src.zip is missing; name a text of 60 MB or more" >&2
        exit 2
    fi
    mkdir "$work/src"
    (cd "$work/src" && "$jdk/bin/jar" xf "$jdk/lib/src.zip")
    find "$work/src" -name '*.java' -print0 | sort -z | xargs -0 cat >"$work/text"
    rm -r "$work/src"
}

count_tophash() { "$tophash" count "$text" >"$work/out" 2>"$work/err"; }
count_sort() { tr -s ' \t\n\v\f\r' '\n' <"$text" | sort | uniq -c >"$work/out"; }
count_java() { "$jdk/bin/java" -cp "$work" WordCountBaseline "$text" 20 >"$work/out" 2>"$work/err"; }

check_counts() {
    "$tophash" count --top 0 --output "$work/counts" "$text" 2>"$work/err"
    sort "$work/counts" >"$work/tophash-counts"
    # A text that begins with white space begins with an empty line here, which is no word.
    tr -s ' \t\n\v\f\r' '\n' <"$text" | sed '/^$/d' | sort | uniq -c |
        sed 's/^ *\([0-9]*\) \(.*\)$/\2\t\1/' | sort >"$work/sort-counts"
    if ! cmp "$work/tophash-counts" "$work/sort-counts"; then
        echo "count-words: tophash and sort | uniq -c disagree" >&2
        exit 1
    fi
    echo "same counts: $(wc -l <"$work/sort-counts") different words, $(wc -c <"$text") bytes"
    rm "$work/counts" "$work/tophash-counts" "$work/sort-counts"
}

# Wall seconds of one run, also appended to a file for median.
timed() {
    local begun=${EPOCHREALTIME/./} ended
    "count_$1"
    ended=${EPOCHREALTIME/./}
    awk -v us=$((ended - begun)) 'BEGIN { printf "%.3f\n", us / 1e6 }' | tee -a "$work/times-$1"
}

median() { sort -n "$work/times-$1" | awk '{ t[NR] = $1 } END { print (t[int((NR + 1) / 2)] + t[int(NR / 2) + 1]) / 2 }'; }

if [ $# -gt 0 ]; then
    text=$(readlink -f "$1")
else
    text=$work/text
    make_text
fi
if [ -n "${MB:-}" ]; then
    head -c "${MB}000000" "$text" >"$work/part"
    text=$work/part
fi
"$jdk/bin/javac" -d "$work" "$here/WordCountBaseline.java"

check_counts
count_tophash && count_java && count_sort # not timed: builds what is missing and warms the file cache

printf '%-6s %10s %10s %10s\n' run tophash java sort
for ((i = 1; i <= runs; i++)); do
    printf '%-6s %10s %10s %10s\n' $i "$(timed tophash)" "$(timed java)" "$(timed sort)"
done
printf '%-6s %10s %10s %10s\n' median "$(median tophash)" "$(median java)" "$(median sort)"
awk -v t="$(median tophash)" -v j="$(median java)" -v s="$(median sort)" -v require="${REQUIRE:-0}" 'BEGIN {
    printf "tophash is %.2f times as fast as plain Java and %.1f times as fast as sort\n", j / t, s / t
    exit require && (j / t < 1.5 || s / t < 5)
}'
