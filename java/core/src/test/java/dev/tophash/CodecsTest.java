package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.elsewhere.Hidden;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.time.DayOfWeek;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** The ready-made codecs: what goes in comes out, and equality of objects is equality of bytes. */
class CodecsTest {
    private enum Shape {
        ROUND {
            @Override
            int corners() {
                return 0;
            }
        },
        SQUARE {
            @Override
            int corners() {
                return 4;
            }
        };

        abstract int corners();
    }

    private enum Nothing {}

    private record Point(int x, double y) {}

    private record Line(Point from, Point to, Shape shape) {}

    private record Named(String name, Line line, String comment, Instant at) {}

    private record Tag(byte kind, byte[] bytes, short after) {}

    private record Wide(
            UUID a, UUID b, UUID c, UUID d, UUID e, UUID f, UUID g, UUID h, byte last) {}

    private record Empty() {}

    private record OfEmpties(Empty first, int number, Empty last) {}

    private record Boxes(Long l, Character c, Boolean b, float f) {}

    private record Bad(String name, Object any) {}

    private record Nested(Bad bad) {}

    private static final String LONE = "\ud800";

    private static Arguments type(Codec<?> codec, Object... objects) {
        return Arguments.of(codec, Arrays.asList(objects));
    }

    private static UUID id(long i) {
        return new UUID(i, -i);
    }

    /** Codecs with objects of which no two are equal. */
    static Stream<Arguments> types() {
        UUID u = id(1);
        Line line = new Line(new Point(1, -0.0), new Point(2, Double.NaN), Shape.SQUARE);
        String huge = "\u00fcber\ud83d\ude00".repeat(1 << 20);
        return Stream.of(
                type(Codecs.LONG, Long.MIN_VALUE, -1L, 0L, 1L, Long.MAX_VALUE),
                type(Codecs.INTEGER, Integer.MIN_VALUE, -1, 0, 1, Integer.MAX_VALUE),
                type(Codecs.SHORT, Short.MIN_VALUE, (short) -1, (short) 0, Short.MAX_VALUE),
                type(Codecs.BYTE, Byte.MIN_VALUE, (byte) -1, (byte) 0, Byte.MAX_VALUE),
                type(Codecs.CHARACTER, '\0', 'a', '\ud800', '\uffff'),
                type(Codecs.BOOLEAN, true, false),
                type(
                        Codecs.DOUBLE,
                        -0.0,
                        0.0,
                        Double.NaN,
                        Double.MIN_VALUE,
                        Double.MAX_VALUE,
                        Double.NEGATIVE_INFINITY,
                        Double.POSITIVE_INFINITY,
                        1.0),
                type(
                        Codecs.FLOAT,
                        -0f,
                        0f,
                        Float.NaN,
                        Float.MIN_VALUE,
                        Float.MAX_VALUE,
                        Float.NEGATIVE_INFINITY,
                        1f),
                type(
                        Codecs.STRING,
                        "",
                        "\0",
                        "a",
                        "a\0",
                        "\u007f",
                        "\u0080",
                        "\u07ff",
                        "\u0800",
                        "\uffff",
                        "\ud83d\ude00",
                        "\udbff\udfff",
                        "\ufffd",
                        "a\ufffdb",
                        LONE,
                        "\udfff",
                        "\ude00\ud83d",
                        "x" + LONE,
                        LONE + "x",
                        LONE + LONE,
                        LONE + "\ufffd\u00e9\ud83d\ude00",
                        "?",
                        "\u00ef\u00bf\u00bd",
                        "twelve bytes",
                        "thirteen byte",
                        "z".repeat(5 << 20),
                        huge),
                type(
                        Codecs.UUID,
                        new UUID(0, 0),
                        id(1),
                        new UUID(-1, 1),
                        new UUID(Long.MIN_VALUE, Long.MAX_VALUE)),
                type(
                        Codecs.INSTANT,
                        Instant.MIN,
                        Instant.MAX,
                        Instant.EPOCH,
                        Instant.ofEpochSecond(-1, 999_999_999)),
                type(Codecs.of(DayOfWeek.class), (Object[]) DayOfWeek.values()),
                type(Codecs.of(Shape.class), (Object[]) Shape.values()),
                type(Codecs.of(Many.class), (Object[]) Many.values()),
                type(Codecs.of(Point.class), new Point(1, 0.0), new Point(1, -0.0)),
                type(Codecs.of(Line.class), line, new Line(line.to, line.from, Shape.ROUND)),
                type(
                        Codecs.of(Named.class),
                        new Named("", line, "", Instant.EPOCH),
                        new Named("a", line, "bc", Instant.EPOCH),
                        new Named("ab", line, "c", Instant.EPOCH),
                        new Named(LONE, line, "c".repeat(5_000), Instant.MIN)),
                type(
                        Codecs.of(Wide.class),
                        new Wide(u, u, u, u, u, u, u, u, (byte) 1),
                        new Wide(u, u, u, u, u, u, u, u, (byte) 2),
                        new Wide(id(3), u, u, u, u, u, u, u, (byte) 2)),
                type(Codecs.of(Empty.class), new Empty()),
                type(
                        Codecs.of(OfEmpties.class),
                        new OfEmpties(new Empty(), 1, new Empty()),
                        new OfEmpties(new Empty(), 2, new Empty())),
                type(
                        Codecs.of(Boxes.class),
                        new Boxes(1L, 'a', true, Float.NaN),
                        new Boxes(1L, 'a', false, Float.NaN)));
    }

    @ParameterizedTest
    @MethodSource("types")
    void whatGoesInComesOut(Codec<Object> codec, List<Object> objects) {
        try (NativeMap<Object, Integer> keys = NativeMap.create(codec, Codecs.INTEGER);
                NativeMap<Integer, Object> values = NativeMap.create(Codecs.INTEGER, codec);
                NativeSet<Object> set = NativeSet.create(codec)) {
            for (int i = 0; i < objects.size(); i++) {
                Object o = objects.get(i);
                assertTrue(codec.accepts(o));
                assertNull(keys.put(o, i));
                assertNull(values.put(i, o));
                assertTrue(set.add(o));
            }
            for (int i = 0; i < objects.size(); i++) {
                assertEquals(i, keys.get(objects.get(i)));
                assertEquals(objects.get(i), values.get(i));
                assertTrue(set.contains(objects.get(i)));
            }
            assertEquals(new HashSet<>(objects), keys.keySet());
            assertEquals(new HashSet<>(objects), set);
            assertEquals(new HashSet<>(objects), new HashSet<>(values.values()));
            assertFalse(keys.containsKey(null) || keys.containsKey(new Object()));
            assertThrows(NullPointerException.class, () -> keys.put(null, 1));
            assertThrows(ClassCastException.class, () -> keys.put(new Object(), 1));
            assertThrows(NullPointerException.class, () -> values.put(1, null));
            for (Object o : objects) {
                assertTrue(set.remove(o));
            }
            assertTrue(set.isEmpty());
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void whatGoesIntoBatchesComesOut(Codec<Object> codec, List<Object> objects) {
        try (NativeMap<Object, Object> map = NativeMap.create(codec, codec)) {
            Object[] array = objects.toArray();
            assertEquals(0, map.putAll(array, array));
            Object[] found = new Object[array.length];
            assertEquals(array.length, map.getAll(array, found));
            assertArrayEquals(array, found);
            assertEquals(array.length, map.removeAll(array));
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void nullableAddsNull(Codec<Object> codec, List<Object> objects) {
        Codec<Object> nullable = Codecs.nullable(codec);
        List<Object> withNull = new ArrayList<>(objects);
        withNull.add(objects.size() / 2, null);
        Object[] array = withNull.toArray();
        try (NativeMap<Object, Object> map = NativeMap.create(nullable, nullable)) {
            for (int round = 0; round < 2; round++) {
                for (Object o : array) {
                    assertNull(map.put(o, o));
                }
                for (Object o : array) {
                    assertTrue(map.containsKey(o));
                    assertEquals(o, map.getOrDefault(o, "absent"));
                }
                assertEquals(new HashSet<>(withNull), map.keySet());
                assertEquals(array.length, map.removeAll(array));
                map.putAll(array, array);
                Object[] found = new Object[array.length];
                assertEquals(array.length, map.getAll(array, found));
                assertArrayEquals(array, found);
                map.clear();
            }
            assertThrows(ClassCastException.class, () -> map.put(new Object(), null));
        }
        assertEquals(nullable.alignment(), codec.alignment());
    }

    /**
     * A reader whom a writer races can find the length of one entry beside the bytes of another.
     */
    @Test
    void nullableOfNothingAtAllIsNull() {
        MemorySegment other = MemorySegment.ofArray(new byte[] {1, 'x'});
        assertEquals("x", Codecs.nullable(Codecs.STRING).decode(other, 0, 2));
        assertNull(Codecs.nullable(Codecs.STRING).decode(other, 0, 0));
    }

    @Test
    void everyNanIsTheSameAndZerosAreTwo() {
        double[] nans = {
            Double.longBitsToDouble(0x7ff8000000000001L),
            Double.longBitsToDouble(0xfff8000000000000L),
            Double.longBitsToDouble(0x7ff0000000000001L),
        };
        try (NativeMap<Double, Double> map = NativeMap.of(Double.class, Double.class);
                NativeMap<Float, String> floats = NativeMap.of(Float.class, String.class);
                NativeSet<Point> points = NativeSet.of(Point.class)) {
            map.put(Double.NaN, 1.0);
            floats.put(Float.NaN, "nan");
            points.add(new Point(1, Double.NaN));
            for (double nan : nans) {
                assertEquals(1.0, map.put(nan, 1.0));
                assertTrue(points.contains(new Point(1, nan)));
            }
            assertEquals("nan", floats.get(Float.intBitsToFloat(0xffc00001)));
            map.put(1.0, nans[0]);
            assertEquals(
                    Double.doubleToRawLongBits(Double.NaN),
                    Double.doubleToRawLongBits(map.get(1.0)));
            map.put(0.0, 2.0);
            assertNull(map.get(-0.0));
            assertFalse(map.containsKey(-0.0));
            map.put(-0.0, 3.0);
            assertEquals(2.0, map.get(0.0));
            assertEquals(4, map.size());
        }
    }

    @Test
    void arraysAreComparedByContent() {
        try (NativeMap<byte[], byte[]> map = NativeMap.of(byte[].class, byte[].class);
                NativeMap<Tag, Integer> tags = NativeMap.of(Tag.class, Integer.class)) {
            byte[] large = new byte[3 << 20];
            Arrays.fill(large, (byte) 7);
            for (byte[] key : List.of(new byte[0], new byte[] {0}, new byte[] {-1, 2}, large)) {
                byte[] value = key.clone();
                map.put(key, value);
                assertArrayEquals(key, map.get(key.clone()));
                assertEquals(0, tags.size());
                tags.put(new Tag((byte) 1, key, (short) 2), key.length);
                assertEquals(key.length, tags.remove(new Tag((byte) 1, key.clone(), (short) 2)));
                if (value.length > 0) {
                    value[0]++; // what is in the map does not change with it
                    assertArrayEquals(key, map.get(key));
                }
            }
            assertEquals(4, map.size());
            Tag tag = new Tag((byte) 1, new byte[] {5}, (short) 3);
            tags.put(tag, 1);
            Tag read = tags.keySet().iterator().next();
            assertArrayEquals(tag.bytes, read.bytes);
            assertEquals(tag.after, read.after);
        }
    }

    @Test
    void componentsThatAreNullAreNamed() {
        try (NativeMap<Named, Integer> map = NativeMap.of(Named.class, Integer.class)) {
            Named bad = new Named("name", null, "comment", Instant.EPOCH);
            for (String message :
                    List.of(
                            message(NullPointerException.class, () -> map.put(bad, 1)),
                            message(NullPointerException.class, () -> map.get(bad)))) {
                assertTrue(message.contains("component line of Named["), message);
            }
            assertEquals(0, map.size());
        }
    }

    private static String message(Class<? extends Exception> type, Executable call) {
        return String.valueOf(assertThrows(type, call).getMessage());
    }

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"}) // the record's class cannot be named here
    void aRecordOfAnotherPackageTakesALookup() {
        Class type = Hidden.type();
        Codec<Object> codec = Codecs.ofRecord(type, Hidden.lookup());
        try (NativeMap<Object, Integer> map = NativeMap.create(codec, Codecs.INTEGER)) {
            map.put(Hidden.of(1, "a"), 1);
            map.put(Hidden.of(1, "b"), 2);
            assertEquals(2, map.get(Hidden.of(1, "b")));
            assertEquals(Set.of(Hidden.of(1, "a"), Hidden.of(1, "b")), map.keySet());
        }
        String message =
                message(
                        IllegalArgumentException.class,
                        () -> Codecs.ofRecord(type, MethodHandles.publicLookup()));
        assertTrue(message.contains("Secret is not accessible"), message);
    }

    @Test
    void whatHasNoCodecIsNamed() {
        String message = message(IllegalArgumentException.class, () -> Codecs.of(Bad.class));
        assertTrue(message.contains("component any of " + Bad.class.getName()), message);
        assertTrue(message.contains("java.lang.Object"), message);
        message = message(IllegalArgumentException.class, () -> Codecs.of(Nested.class));
        assertTrue(message.contains("component bad") && message.contains("any"), message);
        for (Class<?> type :
                List.of(
                        Object.class,
                        Number.class,
                        List.class,
                        Record.class,
                        Enum.class,
                        int[].class,
                        void.class)) {
            message = message(IllegalArgumentException.class, () -> Codecs.of(type));
            assertTrue(message.contains(type.getName()), message);
        }
        assertThrows(NullPointerException.class, () -> Codecs.of(null));
        assertThrows(NullPointerException.class, () -> Codecs.nullable(null));
    }

    @Test
    void widthsAreWhatTheJavadocSays() {
        assertEquals(1, Codecs.of(Shape.class).width());
        assertEquals(2, Codecs.of(Many.class).width());
        assertEquals(1, Codecs.of(Nothing.class).width());
        assertEquals(12, Codecs.of(Point.class).width());
        assertEquals(25, Codecs.of(Line.class).width());
        assertEquals(12, Codecs.INSTANT.width());
        assertEquals(16, Codecs.nullable(Codecs.LONG).width());
        assertEquals(2, Codecs.nullable(Codecs.BYTE).width());
        for (Class<?> type : List.of(Named.class, Wide.class, Empty.class, String.class)) {
            assertEquals(Codec.VARIABLE, Codecs.of(type).width());
        }
        assertSame(Codecs.LONG, Codecs.of(long.class));
    }

    @Test
    void anEncodingThatDoesNotFitIsOnlyMeasured() {
        Named named = new Named("name", null, LONE + "comment", Instant.MAX);
        Named whole =
                new Named(
                        named.name,
                        new Line(new Point(1, 2), new Point(3, 4), Shape.ROUND),
                        named.comment,
                        named.at);
        Codec<Named> codec = Codecs.nullable(Codecs.of(Named.class));
        long size = codec.encode(whole, MemorySegment.ofArray(new byte[1_000]), 0);
        for (int room = 0; room <= size; room++) {
            byte[] bytes = new byte[room + 5];
            MemorySegment target = MemorySegment.ofArray(bytes).asSlice(0, room);
            assertEquals(size, codec.encode(whole, target, 0), "room of " + room);
            if (room == size) {
                assertEquals(whole, codec.decode(target, 0, size));
            }
        }
    }
}
