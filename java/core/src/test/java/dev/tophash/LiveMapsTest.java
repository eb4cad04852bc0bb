package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;

import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;

/** Open maps as an operator sees them. Other tests may have maps of their own meanwhile. */
class LiveMapsTest {
    private static Optional<MapInfo> named(String name) {
        return Tophash.maps().stream().filter(map -> map.name().equals(name)).findFirst();
    }

    @Test
    void aMapAppearsWithItsFirstWriteAndGoesWhenClosed() {
        LongLongMap map = LongLongMap.builder().name("appears").build();
        assertFalse(named("appears").isPresent());
        for (long key = 0; key < 1000; key++) {
            map.put(key, key);
        }
        MapInfo info = named("appears").orElseThrow();
        assertEquals("LongLongMap", info.type());
        assertEquals(1000, info.entries());
        assertEquals(map.stats().usedBytes(), info.usedBytes());
        assertEquals(map.nativeBytes(), info.reservedBytes());
        assertEquals(map.stats().growing(), info.growing());
        map.close();
        assertFalse(named("appears").isPresent());
    }

    @Test
    void everyTypeHasItsName() {
        try (StringLongMap strings = StringLongMap.builder().name("strings").build();
                NativeMap<String, String> objects =
                        NativeMap.builder(Codecs.STRING, Codecs.STRING).name("objects").build();
                NativeSet<Long> set = NativeSet.builder(Codecs.LONG).name("set").build()) {
            strings.put("a", 1);
            objects.put("a", "b");
            set.add(1L);
            assertEquals("StringLongMap", named("strings").orElseThrow().type());
            assertEquals("NativeMap", named("objects").orElseThrow().type());
            assertEquals("NativeSet", named("set").orElseThrow().type());
        }
    }

    @Test
    void theLargestComesFirst() {
        try (LongLongMap small = LongLongMap.builder().name("small").build();
                LongLongMap large =
                        LongLongMap.builder().name("large").expectedSize(100_000).build()) {
            small.put(1, 1);
            large.put(1, 1);
            List<String> names = Tophash.maps().stream().map(MapInfo::name).toList();
            assertTrue(names.indexOf("large") < names.indexOf("small"), names::toString);
        }
    }

    @Test
    void aNameIsNotNull() {
        assertThrows(NullPointerException.class, () -> LongLongMap.builder().name(null));
    }

    @Test
    void jmxShowsTheSame() throws Exception {
        Tophash.registerMXBean();
        Tophash.registerMXBean(); // does nothing
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName(TophashMXBean.NAME);
        try (LongSet set = LongSet.builder().name("shown by JMX").build()) {
            set.add(1);
            assertEquals(Tophash.version(), server.getAttribute(name, "Version"));
            assertEquals(Tophash.kernel(), server.getAttribute(name, "Kernel"));
            assertEquals(Tophash.nativeBudget(), server.getAttribute(name, "NativeBudget"));
            assertTrue((long) server.getAttribute(name, "MapCount") >= 1);
            assertTrue((long) server.getAttribute(name, "NativeBytes") >= set.nativeBytes());
            assertTrue((long) server.getAttribute(name, "RetiredBytes") >= 0);
            CompositeData[] maps = (CompositeData[]) server.getAttribute(name, "Maps");
            CompositeData shown = null;
            for (CompositeData map : maps) {
                shown = map.get("name").equals("shown by JMX") ? map : shown;
            }
            assertEquals("LongSet", shown.get("type"));
            assertEquals(1L, shown.get("entries"));
            assertEquals(set.nativeBytes(), shown.get("reservedBytes"));
        }
    }
}
