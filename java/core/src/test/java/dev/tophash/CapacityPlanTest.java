package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.LongConsumer;

/** What a plan says is what a map then takes. Seeds are fixed, so that each run is the same. */
class CapacityPlanTest {
    private static final int SEED = 2026;
    private static final long PIECE = 4 << 20;
    private static final long MOST = 7_146_825_580_544L;

    /** A map and how number i gets into it. */
    private record Filled(OffHeap map, LongConsumer put) implements AutoCloseable {
        @Override
        public void close() {
            map.close();
        }
    }

    /** Maps of fixed width, one of each way that a table can be laid out. */
    private enum Kind {
        LONG_LONG(PartSize.of(long.class), PartSize.of(Long.class)) {
            @Override
            Filled make(long expected) {
                LongLongMap map = chosen(LongLongMap.builder(), expected).build();
                return new Filled(map, i -> map.put(mixed(i), i));
            }
        },
        INT_INT(PartSize.of(int.class), PartSize.of(int.class)) {
            @Override
            Filled make(long expected) {
                IntIntMap map = chosen(IntIntMap.builder(), expected).build();
                return new Filled(map, i -> map.put(mixedInt(i), 1));
            }
        },
        INT_LONG(PartSize.of(Codecs.INTEGER), PartSize.of(double.class)) {
            @Override
            Filled make(long expected) {
                IntLongMap map = chosen(IntLongMap.builder(), expected).build();
                return new Filled(map, i -> map.put(mixedInt(i), 1));
            }
        },
        LONG_SET(PartSize.of(long.class), PartSize.NONE) {
            @Override
            Filled make(long expected) {
                LongSet set = chosen(LongSet.builder(), expected).build();
                return new Filled(set, i -> set.add(mixed(i)));
            }
        },
        UUID_INSTANT(PartSize.of(UUID.class), PartSize.of(Instant.class)) {
            @Override
            Filled make(long expected) {
                NativeMap<UUID, Instant> map =
                        chosen(NativeMap.builder(Codecs.UUID, Codecs.INSTANT), expected).build();
                return new Filled(map, i -> map.put(new UUID(i, i), Instant.EPOCH));
            }
        },
        LONG_BYTE(PartSize.of(long.class), PartSize.of(byte.class)) {
            @Override
            Filled make(long expected) {
                NativeMap<Long, Byte> map =
                        chosen(NativeMap.builder(Codecs.LONG, Codecs.BYTE), expected).build();
                return new Filled(map, i -> map.put(mixed(i), (byte) i));
            }
        },
        WIDE(PartSize.fixed(20), PartSize.fixed(300)) {
            @Override
            Filled make(long expected) {
                BytesBytesMap map =
                        chosen(BytesBytesMap.builder().keyWidth(20).valueWidth(300), expected)
                                .build();
                byte[] key = new byte[20];
                byte[] value = new byte[300];
                return new Filled(
                        map,
                        i -> {
                            ByteBuffer.wrap(key).putLong(i);
                            map.put(key, value);
                        });
            }
        };

        final PartSize key;
        final PartSize value;

        Kind(PartSize key, PartSize value) {
            this.key = key;
            this.value = value;
        }

        abstract Filled make(long expected);

        private static <B extends MapBuilder<B>> B chosen(B builder, long expected) {
            return builder.seed(SEED).expectedSize(expected);
        }

        CapacityPlan plan(long entries) {
            return CapacityPlan.forMap(key, value, entries);
        }
    }

    /** Number i as a key without a pattern: consecutive numbers spread more evenly than chance. */
    private static long mixed(long i) {
        long x = (i ^ i >>> 30) * 0xbf58476d1ce4e5b9L;
        x = (x ^ x >>> 27) * 0x94d049bb133111ebL;
        return x ^ x >>> 31;
    }

    private static int mixedInt(long i) {
        int x = ((int) i ^ (int) i >>> 16) * 0x85ebca6b;
        x = (x ^ x >>> 13) * 0xc2b2ae35;
        return x ^ x >>> 16;
    }

    private static void assertExact(CapacityPlan plan, MapStats stats) {
        assertEquals(plan.entries(), stats.size());
        assertEquals(plan.buckets(), stats.buckets(), plan::toString);
        assertEquals(plan.b(), stats.b());
        assertEquals(plan.growAt(), stats.growAt());
        assertEquals(plan.headerBytes(), stats.headerBytes());
        assertEquals(plan.bucketBytes(), stats.bucketBytes(), plan::toString);
        assertTrue(plan.reservedBytes() <= stats.reservedBytes(), plan::toString);
        assertTrue(plan.reservedMost() >= stats.reservedBytes(), plan::toString);
    }

    private static void assertNear(double expected, double actual, double part, Object about) {
        double difference = Math.abs(actual - expected) / expected;
        assertTrue(
                difference <= part,
                () -> expected + " planned, " + actual + " taken, " + difference + ": " + about);
    }

    @ParameterizedTest
    @EnumSource
    void fixedWidthsTakeExactlyWhatWasPlanned(Kind kind) {
        for (int n : new int[] {1, 8, 9, 13, 14, 100, 833, 5_000, 20_000, 60_000}) {
            CapacityPlan plan = kind.plan(n);
            for (long expected : new long[] {0, n}) {
                try (Filled filled = kind.make(expected)) {
                    for (int i = 0; i < n; i++) {
                        filled.put.accept(i);
                    }
                    MapStats stats = filled.map.stats();
                    if (stats.oldBuckets() != 0) {
                        assertTrue(plan.evacuating(), () -> n + ": " + stats);
                        continue;
                    }
                    assertExact(plan, stats);
                    if (n >= 5_000) {
                        assertNear(plan.usedBytes(), stats.usedBytes(), 0.03, plan);
                        assertEquals(plan.reservedBytes(), stats.reservedBytes());
                    }
                }
            }
        }
    }

    @Test
    void everySmallSize() {
        try (LongLongMap map = LongLongMap.builder().seed(SEED).build()) {
            boolean extended = false;
            for (int n = 1; n <= 3_000; n++) {
                map.put(mixed(n), n);
                MapStats stats = map.stats();
                CapacityPlan plan = CapacityPlan.forMap(long.class, long.class, n);
                if (stats.oldBuckets() == 0) {
                    assertExact(plan, stats);
                    extended |= stats.reservedBytes() > plan.reservedBytes();
                } else {
                    assertTrue(plan.evacuating(), plan::toString);
                }
            }
            assertTrue(extended, "no table was replaced for want of overflow buckets");
        }
    }

    @Test
    void theGrowthsAreWhereTheMapGrows() {
        List<List<Long>> grown = new ArrayList<>();
        CapacityPlan plan = CapacityPlan.forMap(long.class, int.class, 50_000);
        try (LongIntMap map = LongIntMap.builder().seed(SEED).build()) {
            long buckets = 1;
            for (int n = 0; n < 50_000; n++) {
                map.put(n, n);
                MapStats stats = map.stats();
                if (stats.buckets() != buckets) {
                    buckets = stats.buckets();
                    grown.add(List.of((long) n, buckets));
                }
            }
        }
        assertEquals(
                grown,
                plan.growthPoints().stream().map(p -> List.of(p.entries(), p.buckets())).toList());
        assertEquals(plan.growAt(), plan.nextGrowth().entries());
        assertEquals(2 * plan.buckets(), plan.nextGrowth().buckets());
        assertEquals(plan.buckets(), plan.growthPoints().getLast().buckets());
    }

    /** What of both tables is in use at one moment: pages of the old one go back in pieces. */
    private static long inUse(MapStats stats, long bucketSize) {
        long passed = stats.evacuated() * bucketSize;
        return stats.headerBytes()
                + 2 * passed
                + (stats.oldBuckets() * bucketSize - passed / PIECE * PIECE)
                + stats.overflowBytes();
    }

    @ParameterizedTest
    @ValueSource(longs = {6_656, 212_992, 3_407_872})
    void growthPeaksWhereThePlanSays(long growsAfter) {
        CapacityPlan plan = CapacityPlan.forMap(long.class, long.class, growsAfter);
        CapacityPlan.GrowthPoint growth = plan.nextGrowth();
        assertEquals(growsAfter, growth.entries());
        long bucketSize = plan.bucketBytes() / plan.buckets();
        long peak = 0;
        long reserved = 0;
        try (LongLongMap map = LongLongMap.builder().seed(SEED).expectedSize(growsAfter).build()) {
            for (long i = 0; i <= growsAfter; i++) {
                map.put(mixed(i), i);
            }
            MapStats stats = map.stats();
            assertEquals(growth.buckets(), stats.buckets());
            for (long i = growsAfter + 1; stats.oldBuckets() != 0; i++) {
                peak = Math.max(peak, inUse(stats, bucketSize));
                reserved = Math.max(reserved, stats.reservedBytes());
                map.put(mixed(i), i);
                stats = map.stats();
            }
            assertNear(growth.bytes(), stats.usedBytes(), 0.03, growth);
            CapacityPlan ended = CapacityPlan.forMap(long.class, long.class, stats.size());
            assertEquals(ended.usedBytes(), growth.bytes());
        }
        assertNear(growth.peakBytes(), peak, 0.01, growth);
        assertEquals(growth.peakReserved(), reserved);
        assertTrue(growth.peakBytes() > growth.bytes());
    }

    @Test
    void thePeakIsThatOfTheLastGrowthOrTheEnd() {
        CapacityPlan grown = CapacityPlan.forMap(long.class, long.class, 3_500_000);
        assertEquals(grown.growthPoints().getLast().peakBytes(), grown.peakBytes());
        CapacityPlan one = CapacityPlan.forMap(long.class, long.class, 1);
        assertEquals(one.usedBytes(), one.peakBytes());
        assertEquals(List.of(), one.growthPoints());
    }

    /** Keys of which most are longer than a slot; the plan knows every tenth of them. */
    @ParameterizedTest
    @ValueSource(ints = {500, 5_000, 30_000, 200_000})
    void bytesKeysTakeWhatTheirLengthsSay(int n) {
        Random random = new Random(SEED);
        List<byte[]> keys = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            byte[] key = new byte[4 + (int) Math.abs(random.nextGaussian() * 40)];
            ByteBuffer.wrap(key).putInt(i);
            keys.add(key);
        }
        int step = n < 5_000 ? 1 : 10;
        long[] sample = new long[n / step];
        for (int i = 0; i < sample.length; i++) {
            sample[i] = keys.get(i * step).length;
        }
        CapacityPlan plan =
                CapacityPlan.forMap(PartSize.lengths(sample), PartSize.of(long.class), n);
        try (BytesLongMap map = BytesLongMap.builder().seed(SEED).expectedSize(n).build()) {
            for (byte[] key : keys) {
                map.put(key, 1);
            }
            MapStats stats = map.stats();
            assertExactBytes(plan, stats);
            assertNear(plan.usedBytes(), stats.usedBytes(), 0.03, plan);
        }
    }

    private static void assertExactBytes(CapacityPlan plan, MapStats stats) {
        assertEquals(plan.buckets(), stats.buckets());
        assertEquals(plan.headerBytes(), stats.headerBytes());
        assertEquals(plan.bucketBytes(), stats.bucketBytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 12, 13, 40, 100, 1_000})
    void bytesOfOneLengthToBytesOfAnother(int length) {
        int n = 20_000;
        CapacityPlan plan = CapacityPlan.forMap(PartSize.length(16), PartSize.length(length), n);
        try (BytesBytesMap map = BytesBytesMap.builder().seed(SEED).expectedSize(n).build()) {
            byte[] key = new byte[16];
            for (int i = 0; i < n; i++) {
                ByteBuffer.wrap(key).putInt(i);
                map.put(key, new byte[length]);
            }
            MapStats stats = map.stats();
            assertExactBytes(plan, stats);
            assertEquals(plan.keyBytesLive(), stats.keyBytesLive());
            assertEquals(plan.keyBytesDead(), stats.keyBytesDead());
            assertEquals(
                    plan.usedBytes() - plan.overflowBytes(),
                    stats.usedBytes() - stats.overflowBytes());
            assertNear(plan.usedBytes(), stats.usedBytes(), 0.03, plan);
            assertEquals(plan.reservedBytes(), stats.reservedBytes());
        }
    }

    @Test
    void whatOverflows() {
        assertEquals(0, CapacityPlan.expectedOverflow(8, 1));
        assertEquals(0, CapacityPlan.expectedOverflow(8, 2));
        // All nine in one bucket of two.
        assertEquals(1.0 / 512, CapacityPlan.expectedOverflow(9, 2), 1e-12);
        // The Poisson distribution at 6.5: 0.2084 more than 8, 0.0007 of them more than 16.
        assertEquals(0.2087, CapacityPlan.expectedOverflow(6_815_744, 1 << 20), 0.0005);
        assertEquals(
                CapacityPlan.expectedOverflow(6_815_744, 1 << 20),
                CapacityPlan.expectedOverflow(MOST, 1L << 40),
                1e-5);
    }

    @Test
    void noEntriesTakeNothing() {
        CapacityPlan plan = CapacityPlan.forMap(long.class, long.class, 0);
        try (LongLongMap map = LongLongMap.create()) {
            assertEquals(map.stats().usedBytes(), plan.usedBytes());
            assertEquals(map.stats().buckets(), plan.buckets());
        }
        assertEquals(0, plan.reservedBytes());
        assertEquals(0, plan.peakBytes());
        assertEquals(0, plan.nextGrowth().entries());
        assertEquals(1, plan.nextGrowth().buckets());
    }

    @Test
    void theLargestMapCannotGrow() {
        CapacityPlan plan = CapacityPlan.forMap(long.class, long.class, MOST);
        assertEquals(MOST, CapacityPlan.MOST_ENTRIES);
        assertNull(plan.nextGrowth());
        assertEquals(40, plan.b());
        assertEquals(40, plan.growthPoints().size());
        assertNotNull(CapacityPlan.forMap(long.class, long.class, MOST / 2).nextGrowth());
    }

    @Test
    void theTableNamesItsFigures() {
        String text = CapacityPlan.forMap(long.class, long.class, 10_000_000).toString();
        assertTrue(text.contains("2,097,152 (B = 21)"), text);
        assertTrue(text.contains("301,989,888"), text);
        assertTrue(text.contains("13,631,488 entries"), text);
        assertTrue(!text.contains("long keys"), text);
        String strings =
                CapacityPlan.forMap(PartSize.length(40), PartSize.of(long.class), 9).toString();
        assertTrue(strings.contains("long keys and values  360 expected"), strings);
    }

    private static void refused(String part, Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void whatNoMapCanBeIsRefused() {
        refused("Object", () -> CapacityPlan.forMap(Object.class, long.class, 1));
        refused("java.lang.String has no", () -> CapacityPlan.forMap(String.class, long.class, 1));
        refused("codec", () -> CapacityPlan.forMap(Codecs.LONG, Codecs.STRING, 1));
        refused("entries is -1", () -> CapacityPlan.forMap(long.class, long.class, -1));
        long more = MOST + 1;
        refused("entries is " + more, () -> CapacityPlan.forMap(long.class, long.class, more));
        refused("256 different", () -> CapacityPlan.forMap(byte.class, long.class, 257));
        refused("65536 different", () -> CapacityPlan.forSet(PartSize.of(char.class), 65_537));
        refused("a key of 0 bytes", () -> CapacityPlan.forSet(PartSize.NONE, 1));
        refused("a key of 129 bytes", () -> CapacityPlan.forSet(PartSize.fixed(129), 1));
        refused("1025 bytes", () -> PartSize.fixed(1025));
        refused("no lengths", PartSize::lengths);
        refused("-1 bytes", () -> PartSize.length(-1));
        refused("2147483648 bytes", () -> PartSize.length(1L << 31));
        refused(
                "more than a map can have",
                () -> CapacityPlan.forSet(PartSize.length(Integer.MAX_VALUE), MOST));
        assertEquals(256, CapacityPlan.forMap(byte.class, long.class, 256).entries());
    }

    @Test
    void aMapWithAllItsKeysGrowsNoMore() {
        assertNull(CapacityPlan.forMap(byte.class, long.class, 256).nextGrowth());
        assertNotNull(CapacityPlan.forMap(short.class, long.class, 256).nextGrowth());
    }
}
