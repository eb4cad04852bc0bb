package dev.tophash.benchmarks;

import dev.tophash.benchmarks.contender.LongMap;

import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** A map that is full before the measurement starts. */
public abstract class LongMapState extends LongMapContest {
    LongMap map;

    @Setup
    public void fill() {
        map = contender.create();
        for (int i = 0; i < entries; i++) {
            map.put(key(i), i);
        }
    }

    /** Key number i of the map. */
    long key(long i) {
        return Keys.key(i);
    }

    @TearDown
    public void close() {
        map.close();
    }
}
