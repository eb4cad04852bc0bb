package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Any sequence of operations does to a map with byte keys what it does to a {@link HashMap}. */
class BytesModelTest {
    private enum Verb {
        PUT,
        GET,
        REMOVE,
        GET_AND_REMOVE,
        PUT_IF_ABSENT,
        CHANGE,
        PUT_ALL,
        GET_ALL,
        REMOVE_ALL,
        CONTAINS_ALL,
        CLEAR,
        SHRINK,
        WALK,
        CHANGE_BY_CURSOR,
        VIEW
    }

    /** One operation; those on many keys take {@code count} of them from {@code key} upwards. */
    private record Op(Verb verb, int key, int value, int count) {}

    /** Lengths of keys and values; -1 is any. */
    enum Shape {
        ANY(-1, -1, 1),
        LONG_VALUES(-1, -1, 40),
        ONE_BYTE(1, -1, 3),
        THREE_BYTES(3, 5, 1),
        DIGESTS(16, 16, 1),
        WIDE(128, 1024, 1),
        ANY_TO_FIXED(-1, 24, 1),
        SET_LIKE(16, 0, 1);

        final int keyWidth;
        final int valueWidth;
        private final int scale;

        Shape(int keyWidth, int valueWidth, int scale) {
            this.keyWidth = keyWidth;
            this.valueWidth = valueWidth;
            this.scale = scale;
        }

        byte[] key(int i) {
            return BytesLongMapTest.key(i, keyWidth);
        }

        /** Of any length: about the 12 bytes that lie in a slot, and much more. */
        byte[] value(int i) {
            int length = valueWidth < 0 ? Math.floorMod(i, 30) * scale : valueWidth;
            return BytesBytesMapTest.bytes(length, i);
        }

        Spans keys(Op op) {
            byte[][] keys = new byte[op.count][];
            for (int i = 0; i < op.count; i++) {
                keys[i] = key(numberOf(op, i));
            }
            return Spans.of(keys);
        }

        Spans values(Op op) {
            byte[][] values = new byte[op.count][];
            for (int i = 0; i < op.count; i++) {
                values[i] = value(op.value + i);
            }
            return Spans.of(values);
        }

        /** Number of the i-th key of a batch; some come twice. */
        static int numberOf(Op op, int i) {
            return op.key + (i % 7 == 6 ? i - 1 : i);
        }
    }

    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes);
    }

    private static byte[] arrayOrNull(ByteBuffer buffer) {
        return buffer == null ? null : buffer.array();
    }

    /** The operations on a {@link BytesLongMap}, each of which checks what it returns. */
    private record Longs(Shape shape, BytesLongMap map, Map<ByteBuffer, Long> model) {
        private static final long DEFAULT = 5;

        private long orDefault(Long value) {
            return value == null ? DEFAULT : value;
        }

        private void run(Op op) {
            byte[] key = shape.key(op.key);
            ByteBuffer k = buffer(key);
            MemorySegment segment = MemorySegment.ofArray(key);
            long value = op.value;
            switch (op.verb) {
                case PUT -> assertEquals(orDefault(model.put(k, value)), map.put(key, value));
                case GET -> {
                    assertEquals(orDefault(model.get(k)), map.get(segment));
                    assertEquals(model.containsKey(k), map.containsKey(key));
                }
                case REMOVE -> assertEquals(orDefault(model.remove(k)), map.remove(key));
                case GET_AND_REMOVE ->
                        assertEquals(orDefault(model.remove(k)), map.remove(segment));
                case PUT_IF_ABSENT ->
                        assertEquals(
                                orDefault(model.putIfAbsent(k, value)),
                                map.putIfAbsent(key, value));
                case CHANGE -> {
                    assertEquals(orDefault(model.get(k)), map.addTo(key, value));
                    model.put(k, orDefault(model.get(k)) + value);
                }
                case CLEAR -> {
                    map.clear();
                    model.clear();
                }
                case SHRINK -> map.shrinkToFit();
                case WALK -> assertSame();
                case CHANGE_BY_CURSOR -> changeByCursor(op);
                case VIEW -> {
                    assertEquals(model, map.asMap());
                    assertEquals(model.get(k), map.asMap().put(k, value));
                    model.put(k, value);
                }
                default -> batch(op);
            }
            assertEquals(model.size(), map.size());
        }

        private void batch(Op op) {
            Spans keys = shape.keys(op);
            long[] values = new long[op.count];
            boolean[] found = new boolean[op.count];
            long present = 0;
            for (int i = 0; i < op.count; i++) {
                ByteBuffer k = buffer(shape.key(Shape.numberOf(op, i)));
                Long before =
                        switch (op.verb) {
                            case PUT_ALL -> model.put(k, (long) op.value + i);
                            case REMOVE_ALL -> model.remove(k);
                            default -> model.get(k);
                        };
                values[i] = op.verb == Verb.PUT_ALL ? op.value + i : orDefault(before);
                found[i] = before != null;
                present += found[i] ? 1 : 0;
            }
            switch (op.verb) {
                case PUT_ALL -> assertEquals(present, map.putAll(keys, values));
                case REMOVE_ALL -> assertEquals(present, map.removeAll(keys));
                case CONTAINS_ALL -> {
                    boolean[] got = new boolean[op.count];
                    assertEquals(present, map.containsAll(keys, got));
                    assertArrayEquals(found, got);
                }
                default -> {
                    long[] got = new long[op.count];
                    assertEquals(present, map.getAll(keys, got));
                    assertArrayEquals(values, got);
                }
            }
        }

        private void changeByCursor(Op op) {
            BytesLongMap.Cursor cursor = map.cursor();
            while (cursor.next()) {
                ByteBuffer k = buffer(cursor.key());
                assertEquals(model.get(k), cursor.value());
                if (Math.floorMod(k.hashCode() + op.value, 4) == 0) {
                    cursor.remove();
                    model.remove(k);
                } else if (Math.floorMod(k.hashCode() + op.value, 4) == 1) {
                    cursor.setValue(op.value);
                    model.put(k, (long) op.value);
                }
            }
        }

        private void assertSame() {
            Map<ByteBuffer, Long> seen = new HashMap<>();
            map.forEach((key, value) -> assertNull(seen.put(buffer(key), value)));
            assertEquals(model, seen);
        }
    }

    /** The operations on a {@link BytesBytesMap}, each of which checks what it returns. */
    private record Bytes(Shape shape, BytesBytesMap map, Map<ByteBuffer, ByteBuffer> model) {
        private void run(Op op) {
            byte[] key = shape.key(op.key);
            byte[] value = shape.value(op.value);
            ByteBuffer k = buffer(key);
            ByteBuffer v = buffer(value);
            MemorySegment segment = MemorySegment.ofArray(key);
            switch (op.verb) {
                case PUT -> assertEquals(model.put(k, v) != null, map.put(key, value));
                case GET -> {
                    assertArrayEquals(arrayOrNull(model.get(k)), map.get(segment));
                    assertEquals(model.containsKey(k), map.containsKey(key));
                }
                case REMOVE -> assertEquals(model.remove(k) != null, map.remove(key));
                case GET_AND_REMOVE ->
                        assertArrayEquals(arrayOrNull(model.remove(k)), map.getAndRemove(key));
                case PUT_IF_ABSENT ->
                        assertEquals(model.putIfAbsent(k, v) != null, map.putIfAbsent(key, value));
                case CHANGE -> {
                    if (op.value % 2 == 0) {
                        assertEquals(model.replace(k, v) != null, map.replace(key, value));
                    } else {
                        assertArrayEquals(arrayOrNull(model.put(k, v)), map.getAndPut(key, value));
                    }
                }
                case CLEAR -> {
                    map.clear();
                    model.clear();
                }
                case SHRINK -> map.shrinkToFit();
                case WALK -> assertSame();
                case CHANGE_BY_CURSOR -> changeByCursor(op);
                case VIEW -> {
                    assertEquals(model, map.asMap());
                    assertEquals(model.get(k), map.asMap().put(k, v));
                    model.put(k, v);
                }
                default -> batch(op);
            }
            assertEquals(model.size(), map.size());
        }

        private void batch(Op op) {
            Spans keys = shape.keys(op);
            ByteBuffer[] before = new ByteBuffer[op.count];
            long present = 0;
            for (int i = 0; i < op.count; i++) {
                ByteBuffer k = buffer(shape.key(Shape.numberOf(op, i)));
                before[i] =
                        switch (op.verb) {
                            case PUT_ALL -> model.put(k, buffer(shape.value(op.value + i)));
                            case REMOVE_ALL -> model.remove(k);
                            default -> model.get(k);
                        };
                present += before[i] == null ? 0 : 1;
            }
            switch (op.verb) {
                case PUT_ALL -> assertEquals(present, map.putAll(keys, shape.values(op)));
                case REMOVE_ALL -> assertEquals(present, map.removeAll(keys));
                case CONTAINS_ALL -> {
                    boolean[] got = new boolean[op.count];
                    assertEquals(present, map.containsAll(keys, got));
                    for (int i = 0; i < op.count; i++) {
                        assertEquals(before[i] != null, got[i]);
                    }
                }
                default -> {
                    ValueBuffer got = new ValueBuffer();
                    assertEquals(present, map.getAll(keys, got));
                    assertEquals(op.count, got.count());
                    for (int i = 0; i < op.count; i++) {
                        assertArrayEquals(arrayOrNull(before[i]), got.copy(i));
                    }
                }
            }
        }

        private void changeByCursor(Op op) {
            BytesBytesMap.Cursor cursor = map.cursor();
            while (cursor.next()) {
                ByteBuffer k = buffer(cursor.key());
                assertArrayEquals(arrayOrNull(model.get(k)), cursor.value());
                if (Math.floorMod(k.hashCode() + op.value, 4) == 0) {
                    cursor.remove();
                    model.remove(k);
                } else if (Math.floorMod(k.hashCode() + op.value, 4) == 1) {
                    byte[] value = shape.value(op.value);
                    cursor.setValue(value);
                    assertArrayEquals(value, cursor.value());
                    model.put(k, buffer(value));
                }
            }
        }

        private void assertSame() {
            Map<ByteBuffer, ByteBuffer> seen = new HashMap<>();
            map.forEach((key, value) -> assertNull(seen.put(buffer(key), buffer(value))));
            assertEquals(model, seen);
        }
    }

    private static Arbitrary<Op> operation(int keys, int most) {
        Arbitrary<Verb> verbs =
                Arbitraries.frequencyOf(
                        Tuple.of(12, Arbitraries.of(Verb.PUT)),
                        Tuple.of(3, Arbitraries.of(Verb.PUT_ALL)),
                        Tuple.of(1, Arbitraries.of(Verb.CLEAR, Verb.SHRINK)),
                        Tuple.of(24, Arbitraries.of(Arrays.copyOf(Verb.values(), 10))),
                        Tuple.of(3, Arbitraries.of(Verb.WALK, Verb.CHANGE_BY_CURSOR, Verb.VIEW)));
        return Combinators.combine(
                        verbs,
                        Arbitraries.integers().between(0, keys),
                        Arbitraries.integers().between(-100, 100),
                        Arbitraries.integers().between(0, most))
                .as(Op::new);
    }

    /** Few keys: the same ones come and go, values grow and shrink in their place. */
    @Provide
    Arbitrary<List<Op>> onFewKeys() {
        return operation(40, 40).list().ofMaxSize(200);
    }

    /** Many keys: growth upon growth, with batches that are longer than one call's share. */
    @Provide
    Arbitrary<List<Op>> onManyKeys() {
        return operation(3_000, 2_500).list().ofMaxSize(40);
    }

    @Property(tries = 800, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.BOUNDED)
    void fewKeysToLongs(@ForAll Shape shape, @ForAll("onFewKeys") List<Op> operations) {
        longsBehave(shape, operations);
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.BOUNDED)
    void manyKeysToLongs(@ForAll Shape shape, @ForAll("onManyKeys") List<Op> operations) {
        longsBehave(shape, operations);
    }

    @Property(tries = 800, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.BOUNDED)
    void fewKeysToBytes(@ForAll Shape shape, @ForAll("onFewKeys") List<Op> operations) {
        bytesBehave(shape, operations);
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.BOUNDED)
    void manyKeysToBytes(@ForAll Shape shape, @ForAll("onManyKeys") List<Op> operations) {
        bytesBehave(shape, operations);
    }

    private static void longsBehave(Shape shape, List<Op> operations) {
        BytesLongMap.Builder builder = BytesLongMap.builder().defaultValue(Longs.DEFAULT);
        if (shape.keyWidth >= 0) {
            builder.keyWidth(shape.keyWidth);
        }
        try (BytesLongMap map = builder.build()) {
            Longs subject = new Longs(shape, map, new HashMap<>());
            operations.forEach(subject::run);
            subject.assertSame();
        }
    }

    private static void bytesBehave(Shape shape, List<Op> operations) {
        try (BytesBytesMap map = BytesBytesMapTest.map(shape.keyWidth, shape.valueWidth)) {
            Bytes subject = new Bytes(shape, map, new HashMap<>());
            operations.forEach(subject::run);
            subject.assertSame();
        }
    }
}
