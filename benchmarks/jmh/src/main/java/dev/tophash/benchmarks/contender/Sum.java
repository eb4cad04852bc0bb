package dev.tophash.benchmarks.contender;

/** What a function that walks over a map adds up. */
final class Sum {
    long value;

    void add(long key, long more) {
        value += key + more;
    }
}
