package dev.tophash.benchmarks.compare;

import dev.tophash.benchmarks.contender.Contender;

import java.util.List;

/**
 * How much is measured.
 *
 * @see Plan
 */
enum Profile {
    /** Does it run at all? No figure means anything. */
    SMOKE(0, "256m", "-wi 0 -i 1 -w 1ms -r 1ms", List.of(1_000)),
    /** A look, in some seven minutes. */
    QUICK(1, "1g", "-wi 3 -i 3 -w 100ms -r 100ms", List.of(1_000, 100_000, 1_000_000)),
    /** The whole table. */
    FULL(1, "4g", "-wi 3 -i 5 -w 200ms -r 200ms", List.of(1_000, 100_000, 1_000_000, 10_000_000));

    /** Those on the Java heap that a map of longs competes with. */
    static final List<Contender> PRIMITIVE =
            List.of(Contender.FASTUTIL, Contender.AGRONA, Contender.HPPC, Contender.ECLIPSE);

    /** JVMs for each benchmark; 0: none of its own. */
    final int forks;

    /** Java heap that holds any map of the ordinary sizes; touching more takes time for nothing. */
    final String heap;

    private final String iterations;

    /** Entries of a map. */
    final List<Integer> sizes;

    Profile(int forks, String heap, String iterations, List<Integer> sizes) {
        this.forks = forks;
        this.heap = heap;
        this.iterations = iterations;
        this.sizes = sizes;
    }

    /** JMH's options for how long to measure. */
    List<String> iterations() {
        return List.of(iterations.split(" "));
    }

    /** The largest map of the ordinary sizes. */
    int largest() {
        return sizes.getLast();
    }

    /** One of several values, by profile. */
    <T> T pick(T smoke, T quick, T full) {
        return switch (this) {
            case SMOKE -> smoke;
            case QUICK -> quick;
            case FULL -> full;
        };
    }
}
