package dev.tophash;

import dev.tophash.internal.Events;
import dev.tophash.internal.NativeHeap;

import java.util.function.Consumer;
import java.util.function.IntSupplier;

/** Events of the JDK Flight Recorder that tell figures of a table. */
final class TableEvents {
    private TableEvents() {}

    /** Tells that a native map is about to be closed. */
    static void closed(String type, long map, long stamp) {
        MapStats stats = MapStats.of(map, stamp, false);
        if (stats != null) {
            Events.closed(type, map, stamp, stats.size(), stats.reservedBytes());
        }
    }

    /**
     * What tells of a leak: to be called for a native map whose table is not reachable any more.
     *
     * @return null for a table in an arena, of which others take care
     */
    static Consumer<NativeHeap.Handle> forgotten(String type, boolean inArena) {
        return inArena
                ? null
                : handle -> {
                    if (Events.areOn()) {
                        leaked(type, handle.map(), handle.stamp());
                    }
                };
    }

    private static void leaked(String type, long map, long stamp) {
        MapStats stats = MapStats.of(map, stamp, false);
        if (stats != null) {
            Events.leaked(type, map, stamp, stats.size(), stats.reservedBytes());
        }
    }

    /**
     * Makes a call that may begin or end a growth, and tells what it did.
     *
     * @param call returns a status
     * @return that status
     */
    static int growth(OffHeapTable table, IntSupplier call) {
        MapStats before = table.stats();
        Events.Growth growth = new Events.Growth(before.buckets());
        int outcome = call.getAsInt();
        if (outcome < 0) {
            return outcome;
        }
        MapStats after = table.stats();
        String type = table.typeName();
        boolean another =
                after.growing() && !(before.growing() && before.buckets() == after.buckets());
        if (before.growing() && (another || !after.growing())) {
            Events.evacuated(
                    type,
                    table.map,
                    table.stamp,
                    after.size(),
                    before.buckets(),
                    after.reservedBytes());
        }
        if (another) {
            growth.commit(
                    type,
                    table.map,
                    table.stamp,
                    after.size(),
                    after.buckets(),
                    after.reservedBytes());
        }
        return outcome;
    }
}
