package dev.tophash;

import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;

/**
 * What {@link MisuseStress} does to plain maps, done to maps and sets with codecs and to those of
 * ints: threads read, write, walk, clear, resize, close and reopen the same ones. A program of its
 * own:
 *
 * <pre>Misuse MODE MILLISECONDS SEED</pre>
 *
 * Ends with status 0 and a line of figures, or with 1 and what went wrong.
 */
final class Misuse {
    private static final int SLOTS = 5;
    private static final int THREADS = 4;

    /** What is stressed. */
    enum Mode {
        /** Frequent growth, and much closing. */
        SMALL(2_000, 60),
        /** Regions that are returned to the OS under the readers' eyes. */
        LARGE(100_000, 500),
        /** Closing all the time. */
        CLOSING(300, 3);

        private final int keys;

        /** How many operations there are for each one that closes a map. */
        private final int operationsPerClose;

        Mode(int keys, int operationsPerClose) {
            this.keys = keys;
            this.operationsPerClose = operationsPerClose;
        }
    }

    private final Mode mode;
    private final AtomicReferenceArray<OffHeap> slots = new AtomicReferenceArray<>(SLOTS);
    private final Queue<OffHeap> made = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Iterator<?>> shared = new AtomicReference<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final TreeMap<String, Integer> refused = new TreeMap<>();

    private Misuse(Mode mode) {
        this.mode = mode;
    }

    public static void main(String[] arguments) throws InterruptedException {
        try (NativeMap<String, String> bystander = NativeMap.of(String.class, String.class);
                IntIntMap ints = IntIntMap.create()) {
            for (int i = 0; i < 20_000; i++) {
                bystander.put(text(i), text(i));
                ints.put(i, i);
            }
            Account before = Account.now();
            Misuse misuse = new Misuse(Mode.valueOf(arguments[0]));
            long nanos = Long.parseLong(arguments[1]) * 1_000_000;
            long operations = misuse.run(nanos, Long.parseLong(arguments[2]));
            before.assertUnchanged();
            for (int i = 0; i < 20_000; i++) {
                check(bystander.get(text(i)).equals(text(i)) && ints.get(i) == i, "changed: " + i);
            }
            check(bystander.size() == 20_000 && ints.size() == 20_000, "another map has changed");
            System.out.println("done: " + operations + " operations, refused " + misuse.refused);
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

    /** Of different lengths, within a slot and beyond. */
    private static String text(int i) {
        return i % 3 == 0 ? "#" + i : "\u00e9".repeat(i % 50) + i;
    }

    private void open(int slot) {
        OffHeap map =
                switch (slot) {
                    case 0 -> NativeMap.of(String.class, String.class);
                    case 1 -> NativeMap.of(Long.class, Integer.class);
                    case 2 -> NativeSet.of(String.class);
                    case 3 -> IntIntMap.builder().defaultValue(-1).build();
                    default ->
                            NativeMap.create(
                                    Codecs.nullable(Codecs.STRING), Codecs.nullable(Codecs.UUID));
                };
        made.add(map);
        slots.set(slot, map);
    }

    private long run(long nanos, long seed) throws InterruptedException {
        for (int slot = 0; slot < SLOTS; slot++) {
            open(slot);
        }
        long end = System.nanoTime() + nanos;
        long[] operations = new long[THREADS];
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int number = i;
            threads.add(
                    new Thread(() -> operations[number] = work(new Random(seed + number), end)));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        made.forEach(OffHeap::close);
        if (failure.get() != null) {
            throw new AssertionError("a call threw what it must not", failure.get());
        }
        System.gc(); // looks at every object, so that a damaged one is found
        return IntStream.range(0, THREADS).mapToLong(i -> operations[i]).sum();
    }

    private long work(Random random, long end) {
        TreeMap<String, Integer> seen = new TreeMap<>();
        long done = 0;
        while (failure.get() == null && System.nanoTime() < end) {
            int slot = random.nextInt(SLOTS);
            try {
                if (random.nextInt(mode.operationsPerClose) == 0) {
                    slots.get(slot).close();
                    open(slot);
                } else {
                    act(slots.get(slot), random);
                }
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

    private void act(OffHeap map, Random random) {
        switch (random.nextInt(40)) {
            case 0 -> map.shrinkToFit();
            case 1 -> map.reserve(random.nextInt(2 * mode.keys));
            case 2 -> map.fullStats();
            case 3 -> check(map.toString() != null, "no text");
            default -> actOnContent(map, random);
        }
    }

    @SuppressWarnings("unchecked")
    private void actOnContent(OffHeap map, Random random) {
        int i = random.nextInt(mode.keys);
        switch (map) {
            case IntIntMap ints -> onInts(ints, random);
            case NativeSet<?> set -> onSet((NativeSet<Object>) set, text(i), random);
            case NativeMap<?, ?> any -> {
                NativeMap<Object, Object> m = (NativeMap<Object, Object>) any;
                switch (slotOf(any)) {
                    case 1 -> onMap(m, (long) i, i, random);
                    case 4 -> onMap(m, i % 9 == 0 ? null : text(i), null, random);
                    default -> onMap(m, text(i), text(i / 2), random);
                }
            }
            default -> throw new AssertionError(map);
        }
    }

    /** The slot that a map is, or was, in: by what it takes for a key. */
    private static int slotOf(NativeMap<?, ?> map) {
        Codec<?> keys = map.table().keys();
        return keys.accepts(1L) ? 1 : keys.accepts(null) ? 4 : 0;
    }

    private void onMap(NativeMap<Object, Object> map, Object key, Object value, Random random) {
        Object[] keys = new Object[random.nextInt(100)];
        Object[] values = new Object[keys.length];
        for (int i = 0; i < keys.length; i++) {
            int n = random.nextInt(mode.keys);
            keys[i] = key instanceof Long ? (Object) (long) n : text(n);
            values[i] = value;
        }
        switch (random.nextInt(16)) {
            case 0, 1, 2 -> map.put(key, value);
            case 3 -> map.get(key);
            case 4 -> map.containsKey(key);
            case 5, 6 -> map.remove(key);
            case 7 -> map.putIfAbsent(key, value);
            case 8 -> map.computeIfPresent(key, (k, v) -> value);
            case 9, 10 -> map.putAll(keys, values);
            case 11 -> map.removeAll(keys);
            case 12 -> map.getAll(keys, values);
            case 13 -> map.containsAll(keys, new boolean[keys.length]);
            case 14 -> walk(map.entrySet(), random);
            default -> {
                if (random.nextInt(20) == 0) {
                    map.clear();
                } else if (random.nextInt(5) == 0) {
                    map.entrySet().parallelStream().limit(2_000).count();
                } else {
                    share(map.keySet(), random);
                }
            }
        }
    }

    private void onSet(NativeSet<Object> set, String element, Random random) {
        Object[] elements = new Object[random.nextInt(100)];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = text(random.nextInt(mode.keys));
        }
        switch (random.nextInt(10)) {
            case 0, 1 -> set.add(element);
            case 2 -> set.contains(element);
            case 3 -> set.remove(element);
            case 4, 5 -> set.addAll(elements);
            case 6 -> set.removeAll(elements);
            case 7 -> set.containsAll(elements, new boolean[elements.length]);
            case 8 -> walk(set, random);
            default -> share(set, random);
        }
    }

    private void onInts(IntIntMap map, Random random) {
        int[] keys = random.ints(random.nextInt(300), 0, mode.keys).toArray();
        switch (random.nextInt(8)) {
            case 0 -> map.put(random.nextInt(mode.keys), 1);
            case 1 -> map.addTo(random.nextInt(mode.keys), 1);
            case 2 -> map.remove(random.nextInt(mode.keys));
            case 3 -> map.putAll(keys, keys);
            case 4 -> map.removeAll(keys);
            case 5 -> map.containsAll(keys, new boolean[keys.length]);
            case 6 -> walk(map.asMap().entrySet(), random);
            default -> map.getAll(keys, keys.clone());
        }
    }

    private static void walk(Set<?> all, Random random) {
        Iterator<?> iterator = all.iterator();
        for (int steps = random.nextInt(2_000); steps > 0 && iterator.hasNext(); steps--) {
            iterator.next();
            if (random.nextInt(50) == 0) {
                iterator.remove();
            }
        }
    }

    /** Steps with an iterator that other threads use too, though it is for one thread. */
    private void share(Set<?> all, Random random) {
        Iterator<?> iterator = shared.get();
        if (iterator == null || random.nextInt(20) == 0) {
            iterator = all.iterator();
            shared.set(iterator);
        }
        try {
            for (int steps = random.nextInt(600); steps > 0 && iterator.hasNext(); steps--) {
                iterator.next();
            }
        } catch (IndexOutOfBoundsException
                | NegativeArraySizeException
                | IllegalArgumentException
                | NoSuchElementException e) {
            // Positions of one thread in a chunk of another one: wrong, but Java has seen it.
        }
    }
}
