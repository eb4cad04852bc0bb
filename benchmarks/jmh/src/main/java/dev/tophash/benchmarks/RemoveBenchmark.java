package dev.tophash.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;

/**
 * What does it cost to remove a present key? The keys of the call before come back first, outside
 * the measurement; those to be removed are others, which are not in the cache for that reason.
 */
@OperationsPerInvocation(Keys.BATCH)
public class RemoveBenchmark extends LongMapState {
    /** A prime that divides no number of entries, so that its multiples go through all of them. */
    private static final long STEP = 2_654_435_761L;

    private final long[] keys = new long[Keys.BATCH];
    private long position;

    @Setup(Level.Invocation)
    public void refill() {
        if (position > 0) {
            map.putAll(keys, keys, 0, Keys.BATCH);
        }
        for (int i = 0; i < Keys.BATCH; i++) {
            keys[i] = key(position++ * STEP % entries);
        }
    }

    @Benchmark
    public void remove() {
        for (long key : keys) {
            map.remove(key);
        }
    }

    @Benchmark
    public void removeAll() {
        map.removeAll(keys, 0, Keys.BATCH);
    }
}
