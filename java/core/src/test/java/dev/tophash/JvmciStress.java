package dev.tophash;

import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Works on maps, and does meanwhile to the JVM what could harm code that it did not compile itself.
 * A program of its own, so that a crash of the JVM can be seen from outside:
 *
 * <pre>JvmciStress MILLISECONDS SEED</pre>
 *
 * Ends with status 0 and a line of figures, or with 1 and what went wrong.
 */
final class JvmciStress {
    private static final int KEYS = 3_000;
    private static final int TURN = Effort.rounds(20_000);

    /** In a tenth of these each stub that is missing has been missed often enough. */
    private static final int ENOUGH_TURNS = 100;

    private final long end;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final AtomicLong operations = new AtomicLong();
    private final AtomicLong disturbances = new AtomicLong();

    private interface Work {
        void run() throws Throwable;
    }

    private JvmciStress(long millis) {
        end = System.nanoTime() + millis * 1_000_000;
    }

    public static void main(String[] arguments) throws Exception {
        // First of all, as it takes seconds under emulation, and time runs from the next line on.
        boolean stubs = Tophash.linkage().equals("jvmci");
        JvmciStress stress = new JvmciStress(Long.parseLong(arguments[0]));
        long seed = Long.parseLong(arguments[1]);
        List<Thread> threads = new ArrayList<>();
        threads.add(stress.start("maps of words", () -> stress.longs(new Random(seed))));
        threads.add(stress.start("maps of bytes", () -> stress.values(new Random(seed + 1))));
        threads.add(stress.start("collector", () -> stress.every(20, System::gc)));
        threads.add(stress.start("dumper", () -> stress.every(5, JvmciStress::dump)));
        threads.add(stress.start("compiler", () -> stress.every(0, JvmciStress::compile)));
        Installed installed = stubs ? new Installed() : null;
        if (stubs) {
            Random random = new Random(seed + 2);
            if (Agent.instrumentation != null) {
                threads.add(stress.start("redefiner", () -> stress.every(300, Agent::redefine)));
            }
            threads.add(
                    stress.start("remover", () -> stress.every(150, () -> installed.take(random))));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (stress.failure.get() != null) {
            stress.failure.get().printStackTrace(System.out);
            System.exit(1);
        }
        if (stubs) {
            check(installed.wereMissing, "no stub was ever missing");
            stress.useUntilAllAreBack(installed, seed);
        }
        System.out.println("linkage: " + Tophash.linkage());
        System.out.printf(
                "done: %d operations, %d disturbances%n",
                stress.operations.get(), stress.disturbances.get());
    }

    private Thread start(String name, Work work) {
        Runnable guarded =
                () -> {
                    try {
                        work.run();
                    } catch (Throwable t) {
                        failure.compareAndSet(null, t);
                    }
                };
        return Thread.ofPlatform().name(name).start(guarded);
    }

    private boolean goesOn() {
        return failure.get() == null && System.nanoTime() < end;
    }

    /**
     * They come back when calls have missed them often, as soon as a second after the last time.
     */
    private void useUntilAllAreBack(Installed installed, long seed) throws Exception {
        long deadline = Effort.deadline();
        for (int turn = 0; !installed.missing().isEmpty(); turn++) {
            check(
                    turn < ENOUGH_TURNS || System.nanoTime() < deadline,
                    "stubs are missing after " + turn + " turns: " + installed.missing());
            longs(new Random(seed));
            values(new Random(seed));
        }
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }

    // ---- work -------------------------------------------------------------------------------

    private void longs(Random random) {
        do {
            try (LongLongMap map = LongLongMap.create();
                    IntIntMap ints = IntIntMap.create();
                    LongDoubleMap doubles = LongDoubleMap.create()) {
                Map<Long, Long> model = new HashMap<>();
                for (int i = 0; i < TURN; i++) {
                    long key = random.nextInt(KEYS) * 0x1_0000_0001L - KEYS / 2;
                    change(random, map, model, key, random.nextLong());
                    ints.put((int) key, -i);
                    check(ints.get((int) key) == -i, "an int is not what was put");
                    doubles.put(key, -0.5 * i);
                    check(doubles.addTo(key, 1) == -0.5 * i, "a double is not what was put");
                    check(doubles.get(key) == 1 - 0.5 * i, "a double is not what was added to");
                }
                lookups(random.nextInt(KEYS));
                model.forEach((key, value) -> check(map.get((long) key) == value, "lost " + key));
                operations.addAndGet(TURN);
            }
        } while (goesOn());
    }

    /** The calls that the rest does not make, so that each stub is missed when it is missing. */
    private static void lookups(int key) {
        try (LongLongMap longs = LongLongMap.create();
                LongDoubleMap doubles = LongDoubleMap.create();
                IntIntMap ints = IntIntMap.create();
                IntLongMap intLongs = IntLongMap.create();
                LongIntMap longInts = LongIntMap.create();
                LongSet longSet = LongSet.create();
                IntSet intSet = IntSet.create();
                NativeMap<Long, Long> map = NativeMap.of(Long.class, Long.class);
                ConcurrentLongLongMap concurrent = ConcurrentLongLongMap.create();
                ConcurrentNativeMap<String, Long> strings =
                        ConcurrentNativeMap.of(String.class, Long.class)) {
            concurrent.put(key, 1);
            longs.put(key, 1);
            doubles.put(key, 1);
            ints.put(key, 1);
            intLongs.put(key, 1);
            longInts.put(key, 1);
            longSet.add(key);
            intSet.add(key);
            map.put((long) key, 1L);
            for (int i = 0; i < 10; i++) {
                check(longs.get(key) == 1 && longs.containsKey(key), "long to long");
                check(doubles.get(key) == 1 && doubles.containsKey(key), "long to double");
                check(ints.get(key) == 1 && ints.containsKey(key), "int to int");
                check(intLongs.get(key) == 1 && intLongs.containsKey(key), "int to long");
                check(longInts.get(key) == 1 && longInts.containsKey(key), "long to int");
                check(longSet.contains(key) && intSet.contains(key), "sets");
                check(map.get((long) key) == 1 && map.get(key + 1L) == null, "boxed");
                check(concurrent.get(key) == 1 && concurrent.containsKey(key), "concurrent");
                check(concurrent.addTo(key, 1) == 1 && concurrent.put(key, 5) == 2, "put");
                check(concurrent.merge(key, 1, Long::sum) == 6, "merge");
                check(concurrent.putIfAbsent(key, 9) == 6 && concurrent.remove(key) == 6, "remove");
                check(concurrent.put(key, 1) == 0, "put again");
                check(strings.merge("key", 1L, Long::sum) == i + 1, "concurrent strings");
            }
        }
    }

    private static void change(
            Random random, LongLongMap map, Map<Long, Long> model, long key, long value) {
        switch (random.nextInt(5)) {
            case 0 -> same(map.remove(key), model.remove(key));
            case 1 -> same(map.put(key, value), model.put(key, value));
            case 2 -> same(map.putIfAbsent(key, value), model.putIfAbsent(key, value));
            case 3 -> same(map.addTo(key, value), model.merge(key, value, Long::sum) - value);
            default -> check(map.containsKey(key) == model.containsKey(key), "contains " + key);
        }
        check(map.size() == model.size(), "size " + map.size() + ", not " + model.size());
        check(map.getOrDefault(key, -7) == model.getOrDefault(key, -7L), "get of " + key);
    }

    private static void same(long actual, Long expected) {
        long value = expected == null ? 0 : expected;
        check(actual == value, "returned " + actual + ", not " + value);
    }

    /** Calls with more arguments than there are registers for. */
    private void values(Random random) {
        do {
            try (NativeMap<String, String> map = NativeMap.create(Codecs.STRING, Codecs.STRING)) {
                Map<String, String> model = new HashMap<>();
                for (int i = 0; i < TURN; i++) {
                    String key = "k".repeat(random.nextInt(20)) + random.nextInt(KEYS);
                    String value = "v".repeat(random.nextInt(40)) + i;
                    switch (random.nextInt(4)) {
                        case 0 -> equal(map.remove(key), model.remove(key));
                        case 1 -> equal(map.put(key, value), model.put(key, value));
                        case 2 -> equal(map.putIfAbsent(key, value), model.putIfAbsent(key, value));
                        default -> equal(map.containsKey(key), model.containsKey(key));
                    }
                    equal(map.get(key), model.get(key));
                }
                equal(map, model);
                operations.addAndGet(TURN);
            }
        } while (goesOn());
    }

    private static void equal(Object actual, Object expected) {
        check(
                expected == null ? actual == null : expected.equals(actual),
                "returned " + actual + ", not " + expected);
    }

    // ---- disturbance ------------------------------------------------------------------------

    /** Does it at least once, however little time a busy machine leaves. */
    private void every(int millis, Work work) throws Throwable {
        do {
            work.run();
            disturbances.incrementAndGet();
            Thread.sleep(Effort.EMULATED ? 10 * millis : millis);
        } while (goesOn());
    }

    private static void dump() {
        check(ManagementFactory.getThreadMXBean().dumpAllThreads(true, true).length > 0, "dump");
    }

    /** Fills the code cache with code that is of no use any more. */
    private static void compile() throws Throwable {
        byte[] bytes;
        try (var in = JvmciStress.class.getResourceAsStream("JvmciStress$Compiled.class")) {
            bytes = in.readAllBytes();
        }
        MethodHandles.Lookup hidden = MethodHandles.lookup().defineHiddenClass(bytes, true);
        MethodHandle sum =
                hidden.findStatic(
                        hidden.lookupClass(),
                        "sum",
                        MethodType.methodType(long.class, long[].class));
        long[] numbers = new long[50];
        for (int i = 0; i < 12_000; i++) {
            check((long) sum.invokeExact(numbers) == 0, "sum");
        }
    }

    /** Defined many times over, as a hidden class. */
    static final class Compiled {
        private Compiled() {}

        static long sum(long[] numbers) {
            long sum = 0;
            for (long number : numbers) {
                sum += number;
            }
            for (int i = numbers.length - 1; i >= 0; i--) {
                sum ^= numbers[i] * i;
            }
            return sum;
        }
    }

    /** What the JVM runs first when this program is its agent. */
    static final class Agent {
        private static Instrumentation instrumentation;

        private Agent() {}

        public static void premain(String arguments, Instrumentation instrumentation) {
            Agent.instrumentation = instrumentation;
        }

        /** Replaces the methods of the classes that call C with new ones that do the same. */
        static void redefine() throws ReflectiveOperationException, UnmodifiableClassException {
            instrumentation.retransformClasses(
                    Class.forName("dev.tophash.internal.AddressCalls"),
                    Class.forName("dev.tophash.internal.WordCalls"));
        }
    }

    /** The stubs, found by reflection where nobody but this test should look. */
    private static final class Installed {
        private final Object installer;
        private volatile boolean wereMissing;

        Installed() throws ReflectiveOperationException {
            installer = field(Class.forName("dev.tophash.internal.Stubs"), "INSTALLER").get(null);
        }

        private static Field field(Class<?> type, String name) throws NoSuchFieldException {
            Field field = type.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        }

        private List<?> stubs() throws ReflectiveOperationException {
            synchronized (installer) {
                return List.copyOf((List<?>) field(installer.getClass(), "stubs").get(installer));
            }
        }

        /** Makes the JVM drop one of them, as it may at any time. */
        void take(Random random) throws ReflectiveOperationException {
            List<?> stubs = stubs();
            Object stub = stubs.get(random.nextInt(stubs.size()));
            for (RecordComponent component : stub.getClass().getRecordComponents()) {
                if (component.getName().equals("code")) {
                    component.getAccessor().setAccessible(true);
                    Object code = component.getAccessor().invoke(stub);
                    code.getClass().getMethod("invalidate").invoke(code);
                }
            }
            wereMissing |= !missing().isEmpty();
        }

        List<?> missing() throws ReflectiveOperationException {
            return (List<?>) installer.getClass().getMethod("missing").invoke(installer);
        }
    }
}
