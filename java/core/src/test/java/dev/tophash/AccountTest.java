package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.AnyTable.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** The account of native memory: what all maps hold is what each of them says, to the byte. */
@Isolated("counts what all maps of the process hold")
class AccountTest {
    private static final int MAPS = Effort.rounds(1_000);

    @Test
    void aMillionMapsThatWereNeverWrittenHoldNothing() {
        Account before = Account.now();
        OffHeap[] maps = new OffHeap[Effort.rounds(1_000_000)];
        for (int i = 0; i < maps.length; i++) {
            maps[i] = empty(i);
        }
        before.assertUnchanged();
        for (OffHeap map : maps) {
            assertReadsAsEmpty(map);
        }
        before.assertUnchanged();
        for (OffHeap map : maps) {
            map.close();
        }
        before.assertUnchanged();
    }

    private static OffHeap empty(int i) {
        return switch (i % 6) {
            case 0 -> LongLongMap.create();
            case 1 -> NativeMap.of(String.class, Long.class);
            case 2 -> NativeSet.of(Integer.class);
            case 3 -> LongSet.withExpectedSize(i);
            case 4 -> IntIntMap.create();
            default -> NativeMap.builder(Codecs.LONG, Codecs.STRING).expectedSize(i).build();
        };
    }

    private static void assertReadsAsEmpty(OffHeap map) {
        assertEquals(0, map.nativeBytes());
        assertEquals(0, map.stats().size());
        assertFalse(map.isClosed());
        switch (map) {
            case LongLongMap m -> {
                assertEquals(0, m.get(1));
                assertFalse(m.cursor().next());
                assertEquals(0, m.getAll(new long[] {1, 2}, new long[2]));
            }
            case IntIntMap m -> {
                int[] values = {7, 7, 7};
                assertEquals(0, m.getAll(new int[] {1, 2, 3}, values));
                assertEquals(0, values[0] | values[1] | values[2]);
                assertFalse(m.containsKey(1));
            }
            case LongSet s -> assertFalse(s.contains(1) || s.remove(1) || s.asSet().contains(1L));
            case Map<?, ?> m -> {
                assertEquals(null, m.get(1L));
                assertTrue(m.isEmpty() && m.entrySet().isEmpty());
                assertEquals(null, m.remove("x"));
                m.clear();
            }
            case Set<?> s -> assertFalse(s.contains(5) || s.iterator().hasNext());
            default -> throw new AssertionError(map);
        }
    }

    /** In which order maps are closed. */
    private enum Order {
        FIRST_TO_LAST,
        LAST_TO_FIRST,
        RANDOM,
        HALF_BY_ARENA,
        HALF_BY_COLLECTION
    }

    @ParameterizedTest
    @EnumSource
    void aThousandMapsThatCameAndWentLeaveNothing(Order order) throws InterruptedException {
        Account before = Account.now();
        Arena arena = Arena.ofShared();
        comeAndGo(order, arena);
        arena.close();
        if (order == Order.HALF_BY_COLLECTION) {
            before.awaitUnchanged();
        }
        before.assertUnchanged();
    }

    private static void comeAndGo(Order order, Arena arena) {
        Account before = Account.now();
        Random random = new Random(order.ordinal());
        List<AnyTable> tables = new ArrayList<>();
        for (int i = 0; i < MAPS; i++) {
            boolean inArena = order == Order.HALF_BY_ARENA && i % 2 == 0;
            Kind kind = Kind.values()[i % Kind.values().length];
            tables.add(inArena ? kind.build(b -> b.arena(arena)) : kind.create());
        }
        for (int round = 0; round < 2; round++) {
            for (AnyTable table : tables) {
                int n = 1 + (random.nextInt(50) == 0 ? 5_000 : random.nextInt(100));
                table.fill(n);
                assertTrue(table.holds(n));
            }
            assertEquals(before.maps() + MAPS, Tophash.nativeMaps());
            assertIsTheSum(before, tables);
            for (AnyTable table : tables) {
                table.clear();
                if (random.nextBoolean()) {
                    table.map().shrinkToFit();
                }
                assertEquals(0, table.size());
            }
            assertIsTheSum(before, tables);
        }
        for (AnyTable table : tables) {
            table.fill(3);
        }
        if (order == Order.LAST_TO_FIRST) {
            Collections.reverse(tables);
        } else if (order == Order.RANDOM) {
            Collections.shuffle(tables, random);
        }
        boolean half = order == Order.HALF_BY_ARENA || order == Order.HALF_BY_COLLECTION;
        for (int i = half ? 1 : 0; i < MAPS; i += half ? 2 : 1) {
            tables.get(i).close();
        }
        tables.removeIf(t -> t.map().isClosed());
        assertEquals(before.maps() + tables.size(), Tophash.nativeMaps());
        assertIsTheSum(before, tables);
        for (AnyTable table : tables) {
            assertTrue(table.holds(3)); // those that were not closed are whole
        }
    }

    private static void assertIsTheSum(Account before, List<AnyTable> tables) {
        long sum = 0;
        for (AnyTable table : tables) {
            sum += table.map().nativeBytes();
        }
        assertEquals(before.bytes() + sum, Tophash.nativeBytes());
    }

    @ParameterizedTest
    @EnumSource
    void eachMapSaysWhatItHolds(Kind kind) {
        Account before = Account.now();
        try (AnyTable table = kind.create()) {
            assertEquals(0, table.map().nativeBytes());
            for (int n : new int[] {1, 8, 100, 10_000, Effort.rounds(300_000)}) {
                table.fill(n);
                assertIsTheSum(before, List.of(table));
                assertTrue(table.map().nativeBytes() >= 5L * n);
                assertTrue(table.map().stats().usedBytes() <= table.map().nativeBytes());
            }
            long full = table.map().nativeBytes();
            table.clear();
            table.map().shrinkToFit();
            assertTrue(table.map().nativeBytes() < full / 10);
            assertIsTheSum(before, List.of(table));
        }
        before.assertUnchanged();
    }
}
