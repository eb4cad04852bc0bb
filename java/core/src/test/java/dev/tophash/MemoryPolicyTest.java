package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.MapStats.Refusal;
import dev.tophash.MemoryPolicy.Pages;
import dev.tophash.MemoryPolicy.Placement;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Policies as values, and that they reach the engine and come back in statistics. Where pages lie
 * is told in C, in a machine with several nodes.
 */
class MemoryPolicyTest {
    /** A node that no machine running this has. */
    private static final int NO_NODE = 1023;

    @AfterEach
    void standard() {
        Tophash.setMemoryPolicy(MemoryPolicy.STANDARD);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "standard                    | standard",
                "first-touch                 | first-touch",
                "local,strict                | local,strict",
                "bind:0,2-3                  | bind:0+2-3",
                "bind:0+2-3,small            | bind:0+2-3,small",
                "bind:3+0-2                  | bind:0-3",
                "bind                        | bind",
                "prefer:1                    | prefer:1",
                "interleave,explicit-2m      | interleave,explicit-2m",
                "spread:0-1 , explicit-1g,strict | spread:0-1,explicit-1g,strict",
                "huge                        | huge",
                "small,interleave:1023       | interleave:1023,small",
            })
    void wordsAreReadAndWritten(String words, String written) {
        MemoryPolicy policy = MemoryPolicy.parse(words);
        assertEquals(written, policy.toString());
        assertEquals(policy, MemoryPolicy.parse(written));
        assertEquals(policy.hashCode(), MemoryPolicy.parse(written).hashCode());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "binds",
                "bind:",
                "bind:x",
                "bind:-1",
                "bind:3-1",
                "bind:1024",
                "bind:0-99999999999",
                "local:0",
                "first-touch:1",
                "prefer",
                "prefer:0-1",
                "huge,2",
                "strict:1",
                "bind:1,local",
                "bind:1,,strict",
                "explicit"
            })
    void otherWordsAreRejected(String words) {
        var e = assertThrows(IllegalArgumentException.class, () -> MemoryPolicy.parse(words));
        assertTrue(e.getMessage().contains('"' + words + '"'), e::getMessage);
    }

    @Test
    void policiesAreValues() {
        MemoryPolicy policy = MemoryPolicy.bind(3, 0).withPages(Pages.SMALL).strict();
        assertEquals(List.of(0, 3), policy.nodes());
        assertEquals(Placement.BIND, policy.placement());
        assertEquals(Pages.SMALL, policy.pages());
        assertTrue(policy.isStrict());
        assertEquals(policy, MemoryPolicy.bind(0, 3).strict().withPages(Pages.SMALL));
        assertNotEquals(policy, MemoryPolicy.interleave(0, 3).strict().withPages(Pages.SMALL));
        assertNotEquals(policy, MemoryPolicy.bind(0).strict().withPages(Pages.SMALL));
        assertNotEquals(policy, MemoryPolicy.bind(0, 3).withPages(Pages.SMALL));
        assertNotEquals(policy, MemoryPolicy.bind(0, 3).strict());
        assertThrows(IllegalArgumentException.class, () -> MemoryPolicy.bind(-1));
        assertThrows(IllegalArgumentException.class, () -> MemoryPolicy.prefer(1024));
    }

    @Test
    void mapsTellTheirPolicy() {
        try (LongLongMap map =
                LongLongMap.builder().memory(MemoryPolicy.local().withPages(Pages.SMALL)).build()) {
            map.put(1, 2);
            assertEquals(Placement.LOCAL, map.stats().placement());
            assertEquals(Pages.SMALL, map.stats().pages());
            assertTrue(map.stats().report().contains("local, small pages"), map.stats().report());
        }
        try (LongLongMap map = LongLongMap.create()) {
            assertEquals(Placement.FIRST_TOUCH, map.stats().placement(), "before the first write");
            map.put(1, 2);
            assertEquals(Placement.FIRST_TOUCH, map.stats().placement());
            assertEquals(Pages.HUGE, map.stats().pages());
            assertEquals(Set.of(), map.stats().refused());
        }
    }

    @Test
    void mapsThatChooseNoneGetTheProcesss() {
        Tophash.setMemoryPolicy(MemoryPolicy.interleave(0).withPages(Pages.SMALL));
        assertEquals(MemoryPolicy.interleave(0).withPages(Pages.SMALL), Tophash.memoryPolicy());
        try (LongLongMap map = LongLongMap.create();
                LongLongMap huge = LongLongMap.builder().memory(MemoryPolicy.HUGE_PAGES).build()) {
            map.put(1, 2);
            huge.put(1, 2);
            assertEquals(Placement.INTERLEAVE, map.stats().placement());
            assertEquals(Pages.SMALL, map.stats().pages());
            assertEquals(Placement.INTERLEAVE, huge.stats().placement());
            assertEquals(Pages.HUGE, huge.stats().pages());
            Tophash.setMemoryPolicy(MemoryPolicy.STANDARD);
            assertEquals(Placement.INTERLEAVE, map.stats().placement(), "made before");
        }
    }

    @Test
    void refusalsAreTold() {
        try (LongLongMap map = LongLongMap.builder().memory(MemoryPolicy.bind(NO_NODE)).build()) {
            for (int i = 0; i < 100_000; i++) {
                map.put(i, i);
            }
            assertTrue(map.stats().refused().contains(Refusal.NODES));
            assertTrue(map.stats().refusedErrno() > 0);
            String report = map.stats().report();
            assertTrue(report.contains("the kernel refused nodes (error "), report);
            map.migrate(MemoryPolicy.firstTouch());
            assertEquals(Set.of(), map.stats().refused());
            assertEquals(100_000, map.size());
        }
    }

    @Test
    void strictPoliciesThrow() {
        MemoryPolicy strict = MemoryPolicy.bind(NO_NODE).strict();
        long maps = Tophash.nativeMaps();
        try (LongLongMap map = LongLongMap.builder().memory(strict).build()) {
            var e = assertThrows(MemoryPolicyException.class, () -> map.put(1, 1));
            assertTrue(e.getMessage().contains("bind:1023,strict"), e::getMessage);
            assertEquals(0, map.size());
            map.migrate(MemoryPolicy.firstTouch());
            map.put(1, 1);
            assertEquals(1, map.get(1));
            assertThrows(MemoryPolicyException.class, () -> map.migrate(strict));
            assertEquals(Placement.FIRST_TOUCH, map.stats().placement());
        }
        assertThrows(MemoryPolicyException.class, () -> Tophash.setMemoryPolicy(strict));
        assertEquals(MemoryPolicy.STANDARD, Tophash.memoryPolicy());
        assertEquals(maps, Tophash.nativeMaps());
    }

    @Test
    void everyShardMoves() {
        try (ConcurrentLongLongMap map = ConcurrentLongLongMap.builder().shards(16).build()) {
            for (long key = 0; key < 10_000; key++) {
                map.put(key, key);
            }
            map.migrate(MemoryPolicy.interleave(0));
            for (int i = 0; i < 16; i++) {
                Shards.Shard<LongLongMap> shard = map.shards().lock(i);
                try {
                    assertEquals(
                            MemoryPolicy.Placement.INTERLEAVE, shard.table.stats().placement());
                } finally {
                    shard.unlock();
                }
            }
        }
    }

    @Test
    void migrationKeepsEveryEntry() {
        try (StringLongMap map = StringLongMap.create()) {
            map.migrate(MemoryPolicy.local());
            map.put("first", 0);
            assertEquals(Placement.LOCAL, map.stats().placement(), "chosen before the first write");
            for (int i = 0; i < 200_000; i++) {
                map.put("a key longer than twelve bytes: " + i, i);
            }
            map.migrate(MemoryPolicy.interleave(0));
            assertEquals(Placement.INTERLEAVE, map.stats().placement());
            for (int i = 0; i < 200_000; i++) {
                assertEquals(i, map.get("a key longer than twelve bytes: " + i));
            }
        }
        try (NativeMap<String, String> map = NativeMap.of(String.class, String.class);
                NativeSet<String> set = NativeSet.of(String.class)) {
            map.put("a", "b");
            set.add("a");
            map.migrate(MemoryPolicy.local());
            set.migrate(MemoryPolicy.local());
            assertEquals(Placement.LOCAL, map.stats().placement());
            assertEquals(Placement.LOCAL, set.stats().placement());
            assertEquals("b", map.get("a"));
        }
    }

    /** Each set of nodes is a policy of its own; nodes that there are not are refused, no more. */
    @Test
    void thereAreSoManyPolicies() {
        int most = 255;
        List<LongLongMap> maps = new ArrayList<>();
        try {
            for (int i = 0; i < most; i++) {
                maps.add(LongLongMap.builder().memory(MemoryPolicy.bind(0, i + 1)).build());
                maps.get(i).put(1, 1);
            }
            try (LongLongMap map =
                    LongLongMap.builder().memory(MemoryPolicy.bind(0, 999)).build()) {
                var e = assertThrows(IllegalStateException.class, () -> map.put(1, 1));
                assertTrue(e.getMessage().contains("bind:0+999"), e::getMessage);
                assertTrue(e.getMessage().contains("255"), e::getMessage);
                map.migrate(MemoryPolicy.STANDARD);
                map.put(1, 1);
                assertThrows(
                        IllegalStateException.class, () -> map.migrate(MemoryPolicy.bind(0, 999)));
                assertEquals(Placement.FIRST_TOUCH, map.stats().placement());
            }
        } finally {
            maps.forEach(LongLongMap::close);
        }
        try (LongLongMap map = LongLongMap.builder().memory(MemoryPolicy.bind(0, 999)).build()) {
            map.put(1, 1); // there is room again
        }
    }

    @Test
    void closedMapsDoNotMove() {
        LongLongMap map = LongLongMap.create();
        map.close();
        assertThrows(IllegalStateException.class, () -> map.migrate(MemoryPolicy.local()));
    }
}
