package dev.tophash.benchmarks.program;

import dev.tophash.benchmarks.Affinity;
import dev.tophash.benchmarks.Keys;
import dev.tophash.benchmarks.contender.LongMap;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Threads that write to a map all at once, and know afterwards what should be in it.
 *
 * <p>They wait awake, also between the rounds: waking a thread takes longer than putting some
 * hundred entries, so that those who were woken one by one would never meet. And each has its CPU.
 */
final class Team implements AutoCloseable {
    /** Each of so many puts is one of a key that the others put too. */
    private static final int SHARE_EVERY = 16;

    /** Numbers of shared keys, those of no writer. */
    private static final long SHARED = Keys.ABSENT;

    private final List<Writer> writers = new ArrayList<>();
    private final AtomicInteger ended = new AtomicInteger();
    private LongMap map;
    private volatile int round;

    /** Makes them, and gives each some time with maps of its own, so that the code is compiled. */
    Team(int size, int keys, Supplier<LongMap> alone, long warmUpMillis) {
        for (int i = 0; i < size; i++) {
            writers.add(new Writer(i, keys));
        }
        long until = System.nanoTime() + warmUpMillis * 1_000_000;
        for (Writer writer : writers) {
            writer.warmUp =
                    () -> {
                        do {
                            try (LongMap map = alone.get()) {
                                writer.write(map);
                            }
                        } while (System.nanoTime() < until);
                    };
            writer.start();
        }
        awaitAll();
    }

    /** Has all of them write to an empty map. */
    FirstWrites.Round race(LongMap empty) {
        start(empty);
        awaitAll();
        boolean detected = writers.stream().anyMatch(writer -> writer.detected);
        int lost = 0;
        try {
            for (Writer writer : writers) {
                lost += writer.lost(empty, writers.size());
            }
        } catch (RuntimeException e) {
            detected = true; // by a reader
        }
        return new FirstWrites.Round(
                detected,
                lost,
                writers.stream().mapToLong(writer -> writer.nanos).sum()
                        / Math.max(1.0, writers.stream().mapToInt(writer -> writer.done).sum()),
                writers.stream().mapToLong(writer -> writer.longest).max().orElseThrow());
    }

    @Override
    public void close() {
        start(null);
    }

    private void start(LongMap next) {
        map = next;
        ended.set(0);
        round = round + 1; // tells them, and shows them the rest
    }

    private void awaitAll() {
        while (ended.get() < writers.size()) {
            Thread.yield();
        }
    }

    /** One of them. What it says of a round is read after its end. */
    private final class Writer extends Thread {
        private final int number;
        private final long[] keys;
        private Runnable warmUp;
        private int done;
        private boolean detected;
        private long nanos;
        private long longest;

        Writer(int number, int count) {
            super("writer " + number);
            this.number = number;
            setDaemon(true);
            keys = new long[count];
            for (int i = 0; i < count; i++) {
                keys[i] = Keys.key(i % SHARE_EVERY == 0 ? SHARED + i : (long) number * count + i);
            }
        }

        @Override
        public void run() {
            Affinity.pin(number);
            warmUp.run();
            ended.incrementAndGet();
            for (int last = 0; ; last++) {
                while (round == last) {
                    Thread.yield(); // there may be fewer CPUs than threads
                }
                if (map == null) {
                    return;
                }
                write(map);
                ended.incrementAndGet();
            }
        }

        private void write(LongMap subject) {
            done = 0;
            detected = false;
            nanos = 0;
            longest = 0;
            try {
                for (long key : keys) {
                    long before = System.nanoTime();
                    subject.put(key, value(key, number));
                    long time = System.nanoTime() - before;
                    nanos += time;
                    longest = Math.max(longest, time);
                    done++;
                }
            } catch (RuntimeException e) {
                detected = true; // the program of a user would end here
            }
        }

        /** How many of the entries that it put are not there, or with a value of nobody's. */
        int lost(LongMap subject, int size) {
            int lost = 0;
            for (int i = 0; i < done; i++) {
                if (i % SHARE_EVERY == 0 && number != 0) {
                    continue; // one of them is enough to ask for it
                }
                long by = subject.get(keys[i]) - value(keys[i], 0);
                boolean right = i % SHARE_EVERY == 0 ? by >= 0 && by < size : by == number;
                lost += right ? 0 : 1;
            }
            return lost;
        }

        /** Says of which key and of whom it is, and is never 0, which says that there is none. */
        private static long value(long key, int writer) {
            return (key >>> 8 | 1L << 56) + writer;
        }
    }
}
