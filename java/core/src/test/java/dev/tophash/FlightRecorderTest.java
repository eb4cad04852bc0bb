package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.AnyTable.Kind;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a recording tells of maps. */
@Isolated("records what all maps of the process do")
class FlightRecorderTest {
    private static final List<String> NAMES =
            List.of("MapCreated", "MapGrown", "MapEvacuated", "MapClosed", "MapLeaked");

    @TempDir Path directory;

    @FunctionalInterface
    private interface Action {
        void run() throws InterruptedException;
    }

    /** The events of our own, by name, that an action brings about. */
    private Map<String, List<RecordedEvent>> record(Action action)
            throws IOException, InterruptedException {
        Path file = directory.resolve("events.jfr");
        try (Recording recording = new Recording()) {
            for (String name : NAMES) {
                recording.enable("dev.tophash." + name).withoutThreshold().withStackTrace();
            }
            recording.start();
            action.run();
            recording.stop();
            recording.dump(file);
        }
        Map<String, List<RecordedEvent>> events = new HashMap<>();
        NAMES.forEach(name -> events.put(name, new ArrayList<>()));
        for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
            String name = event.getEventType().getName();
            if (name.startsWith("dev.tophash.")) {
                events.get(name.substring("dev.tophash.".length())).add(event);
            }
        }
        return events;
    }

    /** What names a map in all its events. */
    private static List<Object> identity(RecordedEvent event) {
        return List.of(
                event.getString("mapType"), event.getLong("header"), event.getLong("generation"));
    }

    @Test
    void eachMapIsCreatedGrowsAndIsClosed() throws Exception {
        int n = 20_000;
        List<Long> bytes = new ArrayList<>();
        Map<String, List<RecordedEvent>> events =
                record(
                        () -> {
                            for (Kind kind : Kind.values()) {
                                kind.create().close(); // never written: no event
                                AnyTable table = kind.build(b -> b.expectedSize(100));
                                table.fill(n);
                                bytes.add(table.map().nativeBytes());
                                table.close();
                                table.close();
                            }
                        });
        List<RecordedEvent> created = events.get("MapCreated");
        List<RecordedEvent> closed = events.get("MapClosed");
        assertEquals(Kind.values().length, created.size());
        assertEquals(Kind.values().length, closed.size());
        assertEquals(List.of(), events.get("MapLeaked"));
        for (Kind kind : Kind.values()) {
            int i = kind.ordinal();
            assertEquals(kind.typeName(), created.get(i).getString("mapType"));
            assertEquals(100, created.get(i).getLong("expectedSize"));
            assertEquals(identity(created.get(i)), identity(closed.get(i)));
            assertEquals(n, closed.get(i).getLong("entries"));
            assertEquals(bytes.get(i), closed.get(i).getLong("bytes"));
            assertTrue(hasFrameOf(created.get(i), "fill"), () -> "" + created.get(i));
            List<RecordedEvent> grown =
                    events.get("MapGrown").stream()
                            .filter(e -> identity(e).equals(identity(created.get(i))))
                            .toList();
            assertGrows(grown, n, bytes.get(i));
            List<RecordedEvent> evacuated =
                    events.get("MapEvacuated").stream()
                            .filter(e -> identity(e).equals(identity(created.get(i))))
                            .toList();
            assertEachGrowthEnds(grown, evacuated);
        }
    }

    private static void assertGrows(List<RecordedEvent> grown, int n, long bytes) {
        assertTrue(grown.size() >= 4, () -> "grown: " + grown.size());
        long buckets = 0;
        long entries = 0;
        for (RecordedEvent event : grown) {
            assertTrue(event.getLong("bucketsBefore") >= buckets);
            assertTrue(event.getLong("buckets") > event.getLong("bucketsBefore"));
            assertTrue(event.getLong("entries") > entries);
            assertTrue(event.getLong("bytes") > 0 && event.getLong("bytes") <= 3 * bytes);
            assertFalse(event.getDuration().isNegative());
            buckets = event.getLong("buckets");
            entries = event.getLong("entries");
        }
        assertTrue(buckets * 6.5 >= n && entries < n, buckets + " for " + n);
    }

    /** The last one may go on when the map is closed. */
    private static void assertEachGrowthEnds(
            List<RecordedEvent> grown, List<RecordedEvent> evacuated) {
        assertTrue(grown.size() - evacuated.size() <= 1, grown.size() + " " + evacuated.size());
        for (int i = 0; i < evacuated.size(); i++) {
            RecordedEvent end = evacuated.get(i);
            assertEquals(grown.get(i).getLong("buckets"), end.getLong("buckets"));
            assertTrue(end.getLong("entries") >= grown.get(i).getLong("entries"));
            assertFalse(end.getStartTime().isBefore(grown.get(i).getStartTime()));
        }
    }

    private static boolean hasFrameOf(RecordedEvent event, String method) {
        return event.getStackTrace().getFrames().stream()
                .anyMatch(f -> f.getMethod().getName().equals(method));
    }

    @Test
    void growthThatWasAskedForIsToldOfToo() throws Exception {
        Map<String, List<RecordedEvent>> events =
                record(
                        () -> {
                            try (LongLongMap map = LongLongMap.create()) {
                                map.put(1, 1);
                                map.reserve(10_000);
                                map.reserve(100_000);
                                map.shrinkToFit();
                            }
                        });
        assertEquals(
                List.of(2048L, 16384L),
                events.get("MapGrown").stream().map(e -> e.getLong("buckets")).toList());
        assertEquals(
                List.of(2048L, 16384L),
                events.get("MapEvacuated").stream().map(e -> e.getLong("buckets")).toList());
    }

    @Test
    void onlyForgottenMapsOfNoArenaAreLeaked() throws Exception {
        Account before = Account.now();
        Map<String, List<RecordedEvent>> events =
                record(
                        () -> {
                            try (Arena arena = Arena.ofShared()) {
                                for (Kind kind : Kind.values()) {
                                    forget(kind, arena);
                                }
                                before.awaitUnchanged();
                            }
                        });
        List<RecordedEvent> leaked = events.get("MapLeaked");
        assertEquals(Kind.values().length, leaked.size());
        Map<List<Object>, RecordedEvent> created = new HashMap<>();
        for (RecordedEvent event : events.get("MapCreated")) {
            created.put(identity(event), event);
        }
        List<String> types = new ArrayList<>();
        for (RecordedEvent event : leaked) {
            assertTrue(created.containsKey(identity(event)), () -> "never made: " + event);
            assertEquals(77, event.getLong("entries"));
            assertTrue(event.getLong("bytes") > 77);
            types.add(event.getString("mapType"));
        }
        for (Kind kind : Kind.values()) {
            assertTrue(types.remove(kind.typeName()), () -> kind + " is not leaked");
        }
        assertEquals(
                Kind.values().length, events.get("MapClosed").size()); // those that were closed
    }

    /** One map is leaked: the others are closed, never written, or an arena's. */
    private static void forget(Kind kind, Arena arena) {
        kind.filled(77);
        kind.filled(5).close();
        kind.create();
        for (Arena one : List.of(arena, Arena.ofAuto(), Arena.global())) {
            kind.build(b -> b.arena(one)).fill(6);
        }
    }

    @Test
    void withoutARecordingAllGoesOn() throws Exception {
        record(() -> Kind.NATIVE_MAP.filled(100).close());
        try (AnyTable table = Kind.NATIVE_MAP.filled(20_000)) { // the recorder is there, but idle
            assertTrue(table.holds(20_000));
        }
        Map<String, List<RecordedEvent>> events = record(() -> {});
        events.values().forEach(list -> assertEquals(List.of(), list));
    }
}
