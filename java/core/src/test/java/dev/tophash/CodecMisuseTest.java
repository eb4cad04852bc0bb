package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Codecs that do what a codec must not. */
class CodecMisuseTest {
    /** A codec of ints whose parts can be replaced. */
    private static class Ints implements Codec<Integer> {
        @Override
        public long width() {
            return Integer.BYTES;
        }

        @Override
        public boolean accepts(Object o) {
            return o instanceof Integer;
        }

        @Override
        public long encode(Integer value, MemorySegment target, long offset) {
            target.set(JAVA_INT_UNALIGNED, offset, value);
            return Integer.BYTES;
        }

        @Override
        public Integer decode(MemorySegment source, long offset, long size) {
            return source.get(JAVA_INT_UNALIGNED, offset);
        }
    }

    /** Ints of a width that is only declared. */
    private static Codec<Integer> declared(long width, long alignment) {
        return new Ints() {
            @Override
            public long width() {
                return width;
            }

            @Override
            public long alignment() {
                return alignment;
            }
        };
    }

    private static void refusedAtCreation(Codec<?> keys, Codec<?> values) {
        String message =
                assertThrows(IllegalArgumentException.class, () -> NativeMap.create(keys, values))
                        .getMessage();
        assertTrue(message.startsWith("a key of ") || message.startsWith("a value of "), message);
    }

    @Test
    void widthsAndAlignmentsThatAMapCannotHaveAreRefused() {
        long before = Tophash.nativeMaps();
        for (long width : new long[] {0, -2, 129, Long.MAX_VALUE, Long.MIN_VALUE}) {
            refusedAtCreation(declared(width, 1), Codecs.INTEGER);
            assertThrows(
                    IllegalArgumentException.class, () -> NativeSet.create(declared(width, 1)));
        }
        for (long width : new long[] {-2, 1_025, Long.MAX_VALUE, 1L << 32}) {
            refusedAtCreation(Codecs.INTEGER, declared(width, 1));
        }
        for (long alignment : new long[] {16, 3, 0, -8, 8, Long.MIN_VALUE}) {
            refusedAtCreation(declared(4, alignment), Codecs.INTEGER);
            refusedAtCreation(Codecs.INTEGER, declared(4, alignment));
        }
        NativeMap.create(declared(128, 8), declared(1_024, 8)).close();
        NativeMap.create(declared(1, 1), declared(0, 1)).close();
        assertThrows(NullPointerException.class, () -> NativeMap.create(null, Codecs.LONG));
        assertEquals(before, Tophash.nativeMaps());
    }

    /** A codec of ints of varying length that misbehaves for negative ones. */
    private static final class Lying extends Ints {
        private final List<Long> sizes;
        private int calls;

        Lying(List<Long> sizes) {
            this.sizes = sizes;
        }

        @Override
        public long width() {
            return VARIABLE;
        }

        @Override
        public long encode(Integer value, MemorySegment target, long offset) {
            if (value >= 0) {
                calls = 0;
                return target.byteSize() - offset < 4 ? 4 : super.encode(value, target, offset);
            }
            return sizes.get(calls++ % sizes.size());
        }
    }

    private static <K, V> void refusedByAll(NativeMap<K, V> map, K[] key, V[] value) {
        List<Executable> calls = new ArrayList<>();
        calls.add(() -> map.put(key[0], value[0]));
        calls.add(() -> map.putIfAbsent(key[0], value[0]));
        calls.add(() -> map.merge(key[0], value[0], (a, b) -> b));
        calls.add(() -> map.putAll(key, value));
        for (Executable call : calls) {
            assertThrows(IllegalArgumentException.class, call);
        }
    }

    @Test
    void encodingsThatLieAboutTheirSizeAreRefusedAndDoNoHarm() {
        List<List<Long>> lies =
                List.of(
                        List.of(-1L),
                        List.of(Long.MIN_VALUE),
                        List.of(1L << 31),
                        List.of(Long.MAX_VALUE),
                        List.of(5_000_000L, 6_000_000L),
                        List.of(5_000_000L, 4L));
        for (List<Long> sizes : lies) {
            try (NativeMap<Integer, Integer> asKey =
                            NativeMap.create(new Lying(sizes), Codecs.INTEGER);
                    NativeMap<Integer, Integer> asValue =
                            NativeMap.create(Codecs.INTEGER, new Lying(sizes))) {
                fill(asKey, 100);
                fill(asValue, 100);
                refusedByAll(asKey, new Integer[] {-1}, new Integer[] {1});
                refusedByAll(asValue, new Integer[] {1_000}, new Integer[] {-1});
                assertThrows(IllegalArgumentException.class, () -> asKey.get(-1));
                assertThrows(IllegalArgumentException.class, () -> asKey.remove(-1));
                assertThrows(IllegalArgumentException.class, () -> asKey.containsKey(-1));
                assertWhole(asKey, 100);
                assertWhole(asValue, 100);
            }
        }
    }

    private static void fill(NativeMap<Integer, Integer> map, int n) {
        for (int i = 0; i < n; i++) {
            map.put(i, i);
        }
    }

    private static void assertWhole(NativeMap<Integer, Integer> map, int n) {
        assertEquals(n, map.size());
        for (int i = 0; i < n; i++) {
            assertEquals(i, map.get(i));
        }
        int[] walked = {0};
        map.forEach((key, value) -> walked[0] += key.equals(value) ? 1 : 0);
        assertEquals(n, walked[0]);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 3, 5, -1, 1L << 40})
    void encodingsOfAnotherWidthThanDeclaredAreRefused(long size) {
        Codec<Integer> bad =
                new Ints() {
                    @Override
                    public long encode(Integer value, MemorySegment target, long offset) {
                        super.encode(value, target, offset);
                        return value < 0 ? size : 4;
                    }
                };
        try (NativeMap<Integer, Integer> map = NativeMap.create(bad, bad)) {
            fill(map, 100);
            refusedByAll(map, new Integer[] {-1}, new Integer[] {1});
            refusedByAll(map, new Integer[] {1_000}, new Integer[] {-1});
            assertThrows(IllegalArgumentException.class, () -> map.get(-1));
            assertWhole(map, 100);
        }
    }

    /** Where a codec does something that it should not. */
    private enum Place {
        ACCEPTS,
        ENCODE,
        DECODE
    }

    /** Ints that do something at a place while it is armed. */
    private static final class Trap extends Ints {
        private final Place place;
        private Runnable trap;

        Trap(Place place) {
            this.place = place;
        }

        private void at(Place where) {
            Runnable armed = trap;
            if (where == place && armed != null) {
                armed.run();
            }
        }

        @Override
        public boolean accepts(Object o) {
            at(Place.ACCEPTS);
            return super.accepts(o);
        }

        @Override
        public long encode(Integer value, MemorySegment target, long offset) {
            at(Place.ENCODE);
            return super.encode(value, target, offset);
        }

        @Override
        public Integer decode(MemorySegment source, long offset, long size) {
            at(Place.DECODE);
            return super.decode(source, offset, size);
        }
    }

    /** What calls codecs of a map whose keys are 0 to 99. */
    private static List<Consumer<NativeMap<Integer, Integer>>> uses() {
        return List.of(
                m -> m.get(5),
                m -> m.getOrDefault(500, 5),
                m -> m.containsKey(5),
                m -> m.put(5, 5),
                m -> m.putIfAbsent(5, 5),
                m -> m.replace(5, 5),
                m -> m.remove(500),
                m -> m.remove(5, 6),
                m -> m.merge(5, 5, (a, b) -> 5),
                m -> m.putAll(new Integer[] {5, 6}, new Integer[] {5, 6}),
                m -> m.getAll(new Integer[] {5, 6}, new Integer[2]),
                m -> m.containsAll(new Integer[] {5, 6}, new boolean[2]),
                m -> m.removeAll(new Integer[] {500, 600}),
                m -> m.keySet().contains(5),
                m -> m.entrySet().iterator().next(),
                m -> m.values().stream().count(),
                m -> m.forEach((key, value) -> {}));
    }

    @ParameterizedTest
    @EnumSource
    void exceptionsOfCodecsGetThroughAndDoNoHarm(Place place) {
        Trap codec = new Trap(place);
        try (NativeMap<Integer, Integer> map = NativeMap.create(codec, codec)) {
            fill(map, 100);
            int thrown = 0;
            for (Consumer<NativeMap<Integer, Integer>> use : uses()) {
                for (Throwable t :
                        List.of(
                                new IllegalCallerException("trap"),
                                new StackOverflowError("trap"))) {
                    codec.trap = () -> rethrow(t);
                    try {
                        use.accept(map);
                    } catch (IllegalCallerException | StackOverflowError e) {
                        assertEquals("trap", e.getMessage());
                        thrown++;
                    }
                    codec.trap = null;
                    assertWhole(map, 100);
                }
            }
            assertTrue(thrown >= 10, "thrown: " + thrown);
        }
    }

    private static void rethrow(Throwable t) {
        if (t instanceof Error e) {
            throw e;
        }
        throw (RuntimeException) t;
    }

    @ParameterizedTest
    @EnumSource
    void codecsMayUseOtherMapsAndTheirOwn(Place place) {
        Trap codec = new Trap(place);
        try (NativeMap<String, String> other = NativeMap.of(String.class, String.class);
                NativeMap<Integer, Integer> map = NativeMap.create(codec, codec)) {
            fill(map, 100);
            for (Consumer<NativeMap<Integer, Integer>> use : uses()) {
                for (int call = 0; call < 4; call++) { // of the key, of the value, ...
                    int[] calls = {call};
                    codec.trap =
                            () -> {
                                if (calls[0]-- > 0) {
                                    return;
                                }
                                codec.trap = null; // not again inside
                                String key = "longer than the key outside";
                                other.put(key, key.repeat(100));
                                assertEquals(key.repeat(100), other.get(key));
                                map.put(1_000, 0);
                                assertEquals(7, map.get(7));
                                assertEquals(0, map.remove(1_000));
                                map.reserve(map.size() * 2L);
                                map.shrinkToFit();
                            };
                    use.accept(map);
                    codec.trap = null;
                    assertWhole(map, 100);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCodecThatClosesTheMapEndsTheCall(Place place) {
        for (Consumer<NativeMap<Integer, Integer>> use : uses()) {
            Trap codec = new Trap(place);
            long before = Tophash.nativeMaps();
            NativeMap<Integer, Integer> map = NativeMap.create(codec, codec);
            fill(map, 100);
            codec.trap = map::close;
            try {
                use.accept(map);
                boolean fine = place == Place.DECODE || !map.isClosed(); // or was not called
                assertTrue(fine, "a call of a closed map has returned");
            } catch (IllegalStateException e) {
                assertTrue(e.getMessage().contains("closed"), e.getMessage());
            }
            codec.trap = null;
            map.close();
            assertThrows(IllegalStateException.class, () -> use.accept(map));
            assertEquals(before, Tophash.nativeMaps());
        }
    }
}
