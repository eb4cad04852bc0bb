package dev.tophash.internal;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * Events of the JDK Flight Recorder. Nothing of them is loaded before a recording was started, so
 * that programs without one do not pay for it.
 */
public final class Events {
    private Events() {}

    /** Whether there is, or was, a recording to write events to. */
    public static boolean areOn() {
        return FlightRecorder.isInitialized();
    }

    /** What the events of a map have in common. */
    @Category("Tophash")
    @StackTrace(true)
    abstract static class MapEvent extends Event {
        @Label("Map Type")
        String mapType;

        @Label("Header")
        @Description("Address of the native header; with the generation it names a map")
        long header;

        @Label("Generation")
        long generation;

        final void identify(String type, long map, long stamp) {
            mapType = type;
            header = map;
            generation = stamp >>> Byte.SIZE;
        }
    }

    @Name("dev.tophash.MapCreated")
    @Label("Map Created")
    @Description("A map was written to for the first time and has native memory now")
    static final class MapCreated extends MapEvent {
        @Label("Expected Size")
        long expectedSize;
    }

    @Name("dev.tophash.MapGrown")
    @Label("Map Grown")
    @Description("A map has begun to move its entries to another bucket array")
    static final class MapGrown extends MapEvent {
        @Label("Entries")
        long entries;

        @Label("Buckets Before")
        long bucketsBefore;

        @Label("Buckets")
        long buckets;

        @Label("Bytes")
        @DataAmount
        long bytes;
    }

    @Name("dev.tophash.MapEvacuated")
    @Label("Map Evacuated")
    @Description("A map has moved the last entry out of its old bucket array")
    @StackTrace(false)
    static final class MapEvacuated extends MapEvent {
        @Label("Entries")
        long entries;

        @Label("Buckets")
        long buckets;

        @Label("Bytes")
        @DataAmount
        long bytes;
    }

    @Name("dev.tophash.MapClosed")
    @Label("Map Closed")
    static final class MapClosed extends MapEvent {
        @Label("Entries")
        long entries;

        @Label("Bytes")
        @DataAmount
        long bytes;
    }

    @Name("dev.tophash.MapLeaked")
    @Label("Map Leaked")
    @Description("A map was collected as garbage before it was closed; its memory is given back")
    @StackTrace(false)
    static final class MapLeaked extends MapEvent {
        @Label("Entries")
        long entries;

        @Label("Bytes")
        @DataAmount
        long bytes;
    }

    @Name("dev.tophash.MapFileCut")
    @Label("Map File Cut Off")
    @Description("Pages of a file were missing that a map was opened from; the map is closed")
    @StackTrace(false)
    static final class MapFileCut extends MapEvent {
        @Label("Path")
        String path;
    }

    /** Pages of an opened file are missing. */
    public static void cut(String type, long map, long stamp, String path) {
        MapFileCut event = new MapFileCut();
        if (event.isEnabled()) {
            event.identify(type, map, stamp);
            event.path = path;
            event.commit();
        }
    }

    /** A native map was made. */
    public static void created(String type, long map, long stamp, long expectedSize) {
        MapCreated event = new MapCreated();
        if (event.isEnabled()) {
            event.identify(type, map, stamp);
            event.expectedSize = expectedSize;
            event.commit();
        }
    }

    /** Growth has begun, and took this call as long as the event lasts. */
    public static final class Growth {
        private final MapGrown event = new MapGrown();

        /** Before the call. */
        public Growth(long bucketsBefore) {
            event.bucketsBefore = bucketsBefore;
            event.begin();
        }

        /** After the call, if it has begun a growth. */
        public void commit(
                String type, long map, long stamp, long entries, long buckets, long bytes) {
            event.end();
            event.identify(type, map, stamp);
            event.entries = entries;
            event.buckets = buckets;
            event.bytes = bytes;
            event.commit();
        }
    }

    /** Growth has ended. */
    public static void evacuated(
            String type, long map, long stamp, long entries, long buckets, long bytes) {
        MapEvacuated event = new MapEvacuated();
        if (event.isEnabled()) {
            event.identify(type, map, stamp);
            event.entries = entries;
            event.buckets = buckets;
            event.bytes = bytes;
            event.commit();
        }
    }

    /** A map is about to be closed. */
    public static void closed(String type, long map, long stamp, long entries, long bytes) {
        MapClosed event = new MapClosed();
        if (event.isEnabled()) {
            event.identify(type, map, stamp);
            event.entries = entries;
            event.bytes = bytes;
            event.commit();
        }
    }

    /** A map was found unreachable but open. */
    public static void leaked(String type, long map, long stamp, long entries, long bytes) {
        MapLeaked event = new MapLeaked();
        if (event.isEnabled()) {
            event.identify(type, map, stamp);
            event.entries = entries;
            event.bytes = bytes;
            event.commit();
        }
    }
}
