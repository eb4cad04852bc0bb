package dev.tophash;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Does with plain maps what nobody should: threads read, write, walk, clear, resize, close and
 * reopen the same ones without any coordination. A program of its own, so that a crash of the JVM
 * can be seen from outside:
 *
 * <pre>MisuseStress MODE MILLISECONDS SEED</pre>
 *
 * Ends with status 0 and a line of figures, or with 1 and what went wrong.
 */
final class MisuseStress {
    private static final int SLOTS = 4;

    /** What is stressed. */
    enum Mode {
        /** Up to some thousands of entries: pooled blocks, frequent growth, much closing. */
        SMALL(4, 2_000, 60),
        /**
         * Several hundred thousand entries: regions that are returned to the OS under the readers'
         * eyes.
         */
        LARGE(4, 400_000, 500),
        /** Like small, with closing all the time. */
        CLOSING(6, 300, 2),
        /** Long keys, whose chains outgrow the buffers of cursors that threads share. */
        SHARED_CURSORS(4, 2_000, 100_000),
        /** Not a stress: reads where nothing is, to see that a crash is noticed. */
        CRASH(0, 1, 1);

        private final int threads;
        private final int keys;

        /** How many operations there are for each one that closes a map. */
        private final int operationsPerClose;

        Mode(int threads, int keys, int operationsPerClose) {
            this.threads = threads;
            this.keys = keys;
            this.operationsPerClose = operationsPerClose;
        }
    }

    private final Mode mode;
    private final AtomicReferenceArray<Subject> slots = new AtomicReferenceArray<>(SLOTS);
    private final Queue<Subject> made = new ConcurrentLinkedQueue<>();
    private final AtomicReference<MapCursor> shared = new AtomicReference<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final TreeMap<String, Integer> refused = new TreeMap<>();

    private MisuseStress(Mode mode) {
        this.mode = mode;
    }

    public static void main(String[] arguments) throws InterruptedException {
        Mode mode = Mode.valueOf(arguments[0]);
        if (mode == Mode.CRASH) {
            MemorySegment.ofAddress(8).reinterpret(1).get(ValueLayout.JAVA_BYTE, 0);
        }
        long nanos = Long.parseLong(arguments[1]) * 1_000_000;
        try (Bystanders bystanders = new Bystanders()) {
            long maps = Tophash.nativeMaps();
            long bytes = Tophash.nativeBytes();
            MisuseStress stress = new MisuseStress(mode);
            long seed = Long.parseLong(arguments[2]);
            long operations =
                    mode == Mode.SHARED_CURSORS
                            ? stress.walkTogether(nanos)
                            : stress.run(nanos, seed);
            check(Tophash.nativeMaps() == maps, "maps left: " + (Tophash.nativeMaps() - maps));
            check(Tophash.nativeBytes() == bytes, "bytes left: " + (Tophash.nativeBytes() - bytes));
            bystanders.check();
            System.out.println("done: " + operations + " operations, refused " + stress.refused);
        } catch (Throwable t) {
            t.printStackTrace(System.out);
            System.exit(1);
        }
    }

    private static void check(boolean fine, String what) {
        if (!fine) {
            throw new AssertionError(what);
        }
    }

    /** Maps that their owner treats well, in the same native heap; nothing may happen to them. */
    private static final class Bystanders implements AutoCloseable {
        private final List<Subject> subjects = new ArrayList<>();

        Bystanders() {
            for (Subject.Kind kind : Subject.Kind.values()) {
                subjects.add(kind.filled(0, 50));
                subjects.add(kind.filled(0, 50_000));
            }
        }

        void check() {
            for (Subject subject : subjects) {
                long n = subject.size();
                MisuseStress.check(n == 50 || n == 50_000, "another map has " + n + " entries");
                for (long i = 0; i < n; i++) {
                    MisuseStress.check(subject.get(i) == i, "another map was changed at " + i);
                }
                long[] walked = {0};
                subject.forEach((key, value) -> walked[0] += key.equals(value) ? 1 : 0);
                MisuseStress.check(
                        walked[0] == n, "another map's walk found " + walked[0] + " of " + n);
            }
        }

        @Override
        public void close() {
            subjects.forEach(Subject::close);
        }
    }

    private Subject open(int slot) {
        Subject.Kind[] kinds = Subject.Kind.values();
        Subject subject = kinds[slot % kinds.length].create();
        made.add(subject);
        slots.set(slot, subject);
        return subject;
    }

    private long run(long nanos, long seed) throws InterruptedException {
        for (int slot = 0; slot < SLOTS; slot++) {
            open(slot);
        }
        long end = System.nanoTime() + nanos;
        long[] operations = new long[mode.threads];
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < mode.threads; i++) {
            int number = i;
            threads.add(
                    new Thread(() -> operations[number] = work(new Random(seed + number), end)));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        made.forEach(Subject::close);
        if (failure.get() != null) {
            throw new AssertionError("a call threw what it must not", failure.get());
        }
        long sum = 0;
        for (long n : operations) {
            sum += n;
        }
        return sum;
    }

    private long work(Random random, long end) {
        TreeMap<String, Integer> seen = new TreeMap<>();
        long done = 0;
        while (failure.get() == null && System.nanoTime() < end) {
            int slot = random.nextInt(SLOTS);
            try {
                act(slots.get(slot), random, slot);
            } catch (ConcurrentModificationException | IllegalStateException e) {
                seen.merge(e.getClass().getSimpleName(), 1, Integer::sum);
            } catch (Throwable t) {
                failure.compareAndSet(null, t);
            }
            done++;
        }
        synchronized (refused) {
            seen.forEach((name, n) -> refused.merge(name, n, Integer::sum));
        }
        return done;
    }

    private long[] keys(Random random) {
        long[] keys = new long[random.nextInt(mode.keys > 100_000 ? 3_000 : 200)];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = random.nextInt(mode.keys);
        }
        return keys;
    }

    private void act(Subject subject, Random random, int slot) {
        long key = random.nextInt(mode.keys);
        if (random.nextInt(mode.operationsPerClose) == 0) {
            subject.close();
            open(slot);
            return;
        }
        switch (random.nextInt(20)) {
            case 0, 1, 2 -> subject.put(key, key);
            case 3 -> subject.get(key);
            case 4 -> subject.contains(key);
            case 5, 6 -> subject.remove(key);
            case 7 -> subject.addTo(key, 1);
            case 8 -> subject.putIfAbsent(key, 1);
            case 9, 10, 11, 12 -> {
                long[] keys = keys(random);
                subject.putAll(keys, keys);
            }
            case 13 -> subject.removeAll(keys(random));
            case 14 -> walk(subject, random);
            case 15 -> shareCursor(subject, random);
            case 16 -> readAll(subject, keys(random), random);
            case 17 -> rare(subject, random);
            case 18 -> subject.size();
            default -> subject.map().stats();
        }
    }

    /**
     * Steps with a cursor that other threads use at the same time, though a cursor is for one
     * thread.
     */
    private void shareCursor(Subject subject, Random random) {
        MapCursor cursor = shared.get();
        if (cursor == null || random.nextInt(20) == 0) {
            cursor = subject.cursor();
            shared.set(cursor);
        }
        try {
            for (int steps = random.nextInt(600); steps > 0 && cursor.next(); steps--) {
                if (cursor instanceof StringLongMap.Cursor strings) {
                    strings.keyBytes();
                }
            }
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            // Positions of one thread in a chunk of another one: wrong, but Java has seen it.
        }
    }

    /** Threads that walk with one cursor, again and again with a new one. */
    private long walkTogether(long nanos) throws InterruptedException {
        StringLongMap map = StringLongMap.create();
        made.add(new Subject.Strings(map, true));
        for (int i = 0; i < mode.keys; i++) {
            map.put("#".repeat(i) + i, i);
        }
        long end = System.nanoTime() + nanos;
        long[] entries = new long[mode.threads];
        long walks = 0;
        for (; System.nanoTime() < end; walks++) {
            StringLongMap.Cursor cursor = map.cursor();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < mode.threads; i++) {
                int number = i;
                threads.add(new Thread(() -> entries[number] += walkAlong(cursor)));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            if (walks % 16 == 0) {
                System.gc(); // looks at every object, so that a damaged one is found
            }
        }
        made.forEach(Subject::close);
        return walks;
    }

    private static long walkAlong(StringLongMap.Cursor cursor) {
        long entries = 0;
        try {
            while (cursor.next()) {
                entries += cursor.keyBytes().length > 0 ? 1 : 0;
            }
        } catch (IndexOutOfBoundsException | IllegalArgumentException | IllegalStateException e) {
            // Positions of one thread in a chunk of another one: wrong, but Java has seen it.
        }
        return entries;
    }

    /** What takes long, or undoes everything. */
    private void rare(Subject subject, Random random) {
        switch (random.nextInt(8)) {
            case 0 -> subject.map().clear();
            case 1, 2 -> subject.map().shrinkToFit();
            case 3, 4 -> subject.map().reserve(random.nextInt(2 * mode.keys));
            default -> subject.map().fullStats();
        }
    }

    private static void readAll(Subject subject, long[] keys, Random random) {
        switch (subject) {
            case Subject.Longs longs -> {
                longs.map().getAll(keys, new long[keys.length]);
                longs.map().containsAll(keys, new boolean[keys.length]);
            }
            case Subject.Strings strings -> {
                byte[] data = "a key beyond the twelve bytes that a slot holds #12345".getBytes();
                long[] starts = new long[keys.length];
                long[] ends = new long[keys.length];
                for (int i = 0; i < keys.length; i++) {
                    ends[i] = keys[i] % data.length;
                }
                Spans spans = Spans.of(MemorySegment.ofArray(data), starts, ends);
                // Another thread could have done this: C must not follow.
                if (keys.length > 0) {
                    ends[random.nextInt(keys.length)] = random.nextLong();
                }
                try {
                    strings.map().getAll(spans, keys);
                } catch (IndexOutOfBoundsException e) {
                    // As it must be.
                }
            }
            case Subject.Digests digests -> {
                byte[] data = new byte[16 * keys.length];
                digests.map().getAll(Spans.packed(MemorySegment.ofArray(data), 16), keys);
            }
            case Subject.Values values -> {
                ValueBuffer found = values.map().getAll(Subject.Values.keys(keys));
                for (int i = 0; i < found.count(); i++) {
                    found.copy(i);
                }
            }
        }
    }

    private static void walk(Subject subject, Random random) {
        MapCursor cursor = subject.cursor();
        for (int steps = random.nextInt(2_000); steps > 0 && cursor.next(); steps--) {
            switch (random.nextInt(50)) {
                case 0 -> cursor.remove();
                case 1 -> Subject.setValue(cursor, steps);
                default -> Subject.valueOf(cursor);
            }
        }
    }
}
