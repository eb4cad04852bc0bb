package dev.tophash.benchmarks;

import dev.tophash.benchmarks.contender.Contender;
import dev.tophash.benchmarks.contender.LongMap;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * What does an operation cost on a map that threads share, when all of them read, one operation in
 * ten writes, or every other one? {@code -t 2} runs two threads: the time of an operation is then
 * that of one thread. TOPHASH, the map for one writer, can only be read.
 */
@OperationsPerInvocation(Keys.BATCH)
public class ConcurrentBenchmark extends Timed {
    /** The map, full before the measurement starts, which all threads use. */
    @State(Scope.Benchmark)
    public static class Shared {
        @Param({"TOPHASH_CONCURRENT", "CONCURRENT_HASHMAP"})
        public Contender contender;

        @Param({"1000", "10000000"})
        public int entries;

        private LongMap map;

        @Setup
        public void fill() {
            map = contender.create();
            for (int i = 0; i < entries; i++) {
                map.put(Keys.key(i), i);
            }
        }

        @TearDown
        public void close() {
            map.close();
        }
    }

    private Questions questions;

    @Setup
    public void ask(Shared shared, ThreadParams thread) {
        if (thread.getThreadCount() > 1) {
            Affinity.pin(thread.getThreadIndex());
        }
        questions = new Questions(0, shared.entries);
    }

    @Benchmark
    public long get(Shared shared) {
        return questions.get(shared.map);
    }

    @Benchmark
    public long[] getAll(Shared shared) {
        return questions.getAll(shared.map);
    }

    @Benchmark
    public long put10Percent(Shared shared) {
        return mixed(shared.map, 102);
    }

    @Benchmark
    public long put50Percent(Shared shared) {
        return mixed(shared.map, 512);
    }

    /** So many of 1,024 operations are writes; which, the key says. */
    private long mixed(LongMap map, int writes) {
        int from = questions.next();
        long sum = 0;
        for (int i = from; i < from + Keys.BATCH; i++) {
            long key = questions.keys[i];
            if ((key >>> 40 & 1023) < writes) {
                map.put(key, i);
            } else {
                sum += map.get(key);
            }
        }
        return sum;
    }
}
