package dev.tophash.benchmarks;

import dev.tophash.benchmarks.contender.Contender;

import org.openjdk.jmh.annotations.Param;

/** Which maps of longs are compared, at which sizes, and how that is run. */
public abstract class LongMapContest extends Timed {
    @Param({"TOPHASH", "FASTUTIL", "AGRONA", "HPPC", "ECLIPSE", "HASHMAP"})
    public Contender contender;

    @Param({"1000", "100000", "1000000", "10000000"})
    public int entries;
}
