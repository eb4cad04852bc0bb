package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.AnyTable.Kind;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jol.info.GraphLayout;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** What maps take on the Java heap, and that nobody can write them to a stream. */
class FootprintTest {
    /** An empty HashMap takes 48 bytes, one with 100 000 entries millions. */
    private static final long MOST = 200;

    static {
        // Otherwise JOL cannot look into records; it reads the property when it is loaded.
        System.setProperty("jol.magicFieldOffset", "true");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 100_000})
    void aMapTakesTheSameHeapWhateverItsSize(int entries) {
        try (NativeMap<String, Long> map = NativeMap.of(String.class, Long.class)) {
            for (int i = 0; i < entries; i++) {
                map.put("key number " + i, (long) i);
            }
            GraphLayout graph = GraphLayout.parseInstance(map);
            assertTrue(graph.totalSize() < MOST, graph::toFootprint);
            assertFalse(graph.getClasses().contains(Class.class), graph::toFootprint);
            // The control: the same tool sees what a map on the heap takes.
            Map<String, Long> onHeap = Map.copyOf(map);
            assertTrue(GraphLayout.parseInstance(onHeap).totalSize() >= 60L * entries);
        }
    }

    @ParameterizedTest
    @EnumSource
    void otherTypesTakeNoMore(Kind kind) {
        for (int entries : new int[] {0, 1_000}) {
            try (AnyTable table = kind.filled(entries)) {
                GraphLayout graph = GraphLayout.parseInstance(table.map());
                assertTrue(graph.totalSize() < MOST, graph::toFootprint);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void mapsAndViewsAreNotSerializable(Kind kind) {
        try (AnyTable table = kind.filled(3)) {
            assertRefused(table.map());
            assertRefused(table.whole());
            assertRefused(table.keys());
            Iterator<?> iterator = table.keys().iterator();
            iterator.next();
            assertRefused(iterator);
            assertRefused(table.keys().spliterator());
            if (table.whole() instanceof Map<?, ?> map) {
                assertRefused(map.entrySet());
                assertRefused(map.values());
            }
        }
    }

    private static void assertRefused(Object o) {
        assertFalse(o instanceof Serializable, () -> o.getClass().getName());
        assertThrows(NotSerializableException.class, () -> write(o));
        // The control: nothing else about it stops serialization.
        assertThrows(NotSerializableException.class, () -> write(new AtomicReference<>(o)));
    }

    /** An entry is a copy, and goes into a stream as one: without the map. */
    @ParameterizedTest
    @EnumSource(names = {"NATIVE_MAP", "LONG_LONG_MAP"})
    void entriesAreSerializable(Kind kind) throws IOException {
        try (AnyTable table = kind.filled(1)) {
            Map.Entry<?, ?> entry = ((Map<?, ?>) table.whole()).entrySet().iterator().next();
            assertTrue(write(entry).length > 0);
            assertEquals("0=0", entry.toString());
        }
    }

    private static byte[] write(Object o) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream stream = new ObjectOutputStream(bytes)) {
            stream.writeObject(o);
        }
        return bytes.toByteArray();
    }
}
