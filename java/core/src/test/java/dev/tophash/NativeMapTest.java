package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Particular situations that models and conformance suites are unlikely to meet. */
final class NativeMapTest {
    @Test
    void anEmptyValueOfANullableCodecAtTheEndOfABatchBuffer() {
        Codec<String> nullable = Codecs.nullable(Codecs.STRING);
        // Whatever is left in the buffer when the empty string comes, it is stored as it is.
        for (int first = 0; first < 80; first++) {
            String[] keys = {"a", "b", "c"};
            String[] values = {"x".repeat(first), "", null};
            try (NativeMap<String, String> map = NativeMap.create(Codecs.STRING, nullable);
                    NativeSet<String> set = NativeSet.create(nullable)) {
                map.putAll(keys, values);
                assertEquals("x".repeat(first), map.get("a"));
                assertEquals("", map.get("b"));
                assertNull(map.get("c"));
                assertTrue(map.containsKey("c"));
                set.addAll(values);
                assertTrue(set.contains(""));
                assertTrue(set.contains(null));
                assertEquals(first == 0 ? 2 : 3, set.size());
            }
        }
    }

    @Test
    void aStreamMayChangeTheMapThatItReads() {
        try (NativeSet<Long> set = NativeSet.of(Long.class)) {
            LongStream.range(0, 1000).forEach(set::add);
            List<Long> seen =
                    set.stream()
                            .map(
                                    x -> {
                                        for (int k = 1; k < 20; k++) {
                                            set.add(x + 1_000_000L * k);
                                        }
                                        return x;
                                    })
                            .toList();
            assertTrue(seen.size() >= 1000);
            List<Long> left = set.stream().peek(x -> set.remove((x + 1) % 1000)).toList();
            assertEquals(left.size(), left.stream().distinct().count());
        }
    }

    @Test
    void figuresMayBeReadBesideTheWriter() throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (NativeMap<Long, String> map = NativeMap.of(Long.class, String.class)) {
            Thread writer =
                    new Thread(
                            () -> {
                                try {
                                    for (long i = 0; i < 200_000; i++) {
                                        map.put(i % 5000, "a value that takes a block " + i % 3);
                                    }
                                } catch (Throwable t) {
                                    failure.set(t);
                                }
                            });
            writer.start();
            while (writer.isAlive()) {
                assertTrue(map.nativeBytes() >= 0);
                assertTrue(map.stats().size() <= 5000);
            }
            writer.join();
            assertNull(failure.get());
            assertEquals(5000, map.size());
        }
    }

    /** Decodes "bad" by throwing. */
    private static final Codec<String> PICKY =
            new Codec<>() {
                @Override
                public long width() {
                    return VARIABLE;
                }

                @Override
                public boolean accepts(Object o) {
                    return o instanceof String;
                }

                @Override
                public long encode(String value, MemorySegment target, long offset) {
                    return Codecs.STRING.encode(value, target, offset);
                }

                @Override
                public String decode(MemorySegment source, long offset, long size) {
                    String text = Codecs.STRING.decode(source, offset, size);
                    if (text.equals("bad")) {
                        throw new UnsupportedOperationException(text);
                    }
                    return text;
                }
            };

    @Test
    void anEntryThatCannotBeDecodedIsPassedOver() {
        try (NativeSet<String> set = NativeSet.create(PICKY)) {
            set.addAll(List.of("good", "bad", "better"));
            Iterator<String> it = set.iterator();
            int good = 0;
            int bad = 0;
            for (int i = 0; i < 3; i++) {
                try {
                    assertNotNull(it.next());
                    good++;
                } catch (UnsupportedOperationException e) {
                    bad++;
                }
            }
            assertEquals(2, good);
            assertEquals(1, bad);
            assertFalse(it.hasNext());
            assertTrue(set.remove("bad"), "removal does not decode");
        }
    }

    record Chain(int value, Chain next) {}

    @Test
    void aRecordThatContainsItselfIsRefused() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Codecs.ofRecord(Chain.class));
        assertTrue(e.getMessage().contains("contains itself"), e.getMessage());
    }

    @Test
    void aClosedMapIsEqualToNothing() {
        NativeMap<Long, Long> map = NativeMap.of(Long.class, Long.class);
        NativeSet<Long> set = NativeSet.of(Long.class);
        map.put(1L, 1L);
        set.add(1L);
        map.close();
        set.close();
        assertThrows(IllegalStateException.class, () -> map.equals(map));
        assertThrows(IllegalStateException.class, () -> map.equals(Map.of()));
        assertThrows(IllegalStateException.class, map::hashCode);
        assertThrows(IllegalStateException.class, () -> set.equals(set));
    }

    @Test
    void anArrayKeyMayBeChangedByWhoeverGotIt() {
        try (NativeMap<byte[], Long> map = NativeMap.of(byte[].class, Long.class)) {
            map.put(new byte[] {1}, 1L);
            map.put(new byte[] {2}, 2L);
            Iterator<byte[]> it = map.keySet().iterator();
            byte[] first = it.next();
            byte other = (byte) (3 - first[0]);
            first[0] = other;
            assertTrue(it.hasNext()); // from here on the iterator removes by key
            it.remove();
            assertEquals(1, map.size());
            assertTrue(map.containsKey(new byte[] {other}));
        }
    }

    @Test
    void anArrayElementMayBeChangedByWhoeverGotIt() {
        try (NativeSet<byte[]> set = NativeSet.of(byte[].class)) {
            set.add(new byte[] {1});
            set.add(new byte[] {2});
            Iterator<byte[]> it = set.iterator();
            byte[] first = it.next();
            byte other = (byte) (3 - first[0]);
            first[0] = other;
            assertTrue(it.hasNext());
            it.remove();
            assertEquals(1, set.size());
            assertTrue(set.contains(new byte[] {other}));
        }
    }

    @Test
    void aFunctionMayReadTheBufferThatItIsGiven() {
        try (BytesLongMap table = BytesLongMap.create()) {
            Map<ByteBuffer, Long> map = table.asMap();
            ByteBuffer key = ByteBuffer.wrap(new byte[] {7});
            map.computeIfAbsent(key, k -> (long) k.get());
            map.compute(key, (k, v) -> v + k.get());
            map.computeIfPresent(key, (k, v) -> v + k.get());
            assertEquals(Map.of(ByteBuffer.wrap(new byte[] {7}), 21L), map);
            assertEquals(0, key.position());
        }
    }

    @Test
    void aRefusedSetValueLeavesTheCursorUsable() {
        try (BytesBytesMap map = BytesBytesMap.create()) {
            byte[] key = {1};
            map.put(key, new byte[] {5});
            BytesBytesMap.Cursor cursor = map.cursor();
            assertTrue(cursor.next());
            map.remove(key);
            assertThrows(IllegalStateException.class, () -> cursor.setValue(new byte[] {6}));
            assertEquals(5, cursor.value()[0]);
        }
    }

    @Test
    void aBudgetIsNamedHoweverLateTheRefusalComes() {
        long before = Tophash.nativeBytes();
        try (NativeMap<Long, byte[]> map = NativeMap.of(Long.class, byte[].class)) {
            IntStream.range(0, 2000).forEach(i -> map.put((long) i, new byte[500]));
            long held = Tophash.nativeBytes();
            // Shrinking copies the buckets first, then the bytes: refuse at any point of that.
            for (long room = 1; room < map.nativeBytes(); room = room * 5 / 4 + 4096) {
                Tophash.setNativeBudget(held + room);
                try {
                    map.shrinkToFit();
                    break;
                } catch (OutOfMemoryError e) {
                    assertTrue(e instanceof NativeBudgetError, e + " with room for " + room);
                    assertEquals(held + room, ((NativeBudgetError) e).budget());
                    assertEquals(held, Tophash.nativeBytes());
                    assertEquals(2000, map.size());
                }
            }
        } finally {
            Tophash.setNativeBudget(0);
        }
        assertEquals(before, Tophash.nativeBytes());
    }

    @Test
    void replacingDoesNotInsert() {
        try (NativeMap<String, String> map = NativeMap.of(String.class, String.class)) {
            assertNull(map.replace("a", "b"));
            assertEquals(0, map.nativeBytes(), "nothing was written yet");
            assertFalse(map.replace("a", null, "b"));
            assertTrue(map.isEmpty());
            map.put("a", "1".repeat(100));
            assertEquals("1".repeat(100), map.replace("a", "2".repeat(50)));
            assertEquals("2".repeat(50), map.get("a"));
        }
    }
}
