package dev.tophash.internal;

import dev.tophash.internal.ffi.th_heap_options;
import dev.tophash.internal.ffi.th_heap_stats;
import dev.tophash.internal.ffi.th_map_options;
import dev.tophash.internal.ffi.th_type;
import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The one heap that this process keeps its maps in, in deferred mode: memory that a map no longer
 * uses is held back until no thread can be reading it, so that racing calls read old or empty
 * memory and never fault. Methods may be called from any thread.
 */
public final class NativeHeap {
    private static final MemorySegment HEAP = create();
    private static final ReentrantLock RECLAIMING = new ReentrantLock();

    private NativeHeap() {}

    /** The key and value types that the Java maps use. */
    public enum Type {
        LONG_LONG(false),
        BYTES_LONG(true);

        private final boolean bytesKey;

        Type(boolean bytesKey) {
            this.bytesKey = bytesKey;
        }

        private MemorySegment segment(Arena arena) {
            MemorySegment type = arena.allocate(th_type.layout());
            th_type.key_kind(
                    type,
                    (byte) (bytesKey ? tophash_h.TH_KIND_BYTES() : tophash_h.TH_KIND_FIXED()));
            th_type.key_size(type, (short) (bytesKey ? 0 : Long.BYTES));
            th_type.key_align(type, (short) (bytesKey ? 0 : Long.BYTES));
            th_type.value_kind(type, (byte) tophash_h.TH_KIND_FIXED());
            th_type.value_size(type, (short) Long.BYTES);
            th_type.value_align(type, (short) Long.BYTES);
            return type;
        }
    }

    /** A map's address and stamp: what every call takes. */
    public record Handle(long map, long stamp) {}

    private static MemorySegment create() {
        Linkage.ensureLoaded();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment options = arena.allocate(th_heap_options.layout());
            th_heap_options.deferred(options, (byte) 1);
            th_heap_options.huge_pages(options, (byte) 1);
            MemorySegment heap = arena.allocate(ValueLayout.ADDRESS);
            Status.check(
                    tophash_h.th_heap_create(options, heap), "no native memory for the maps' heap");
            return heap.get(ValueLayout.ADDRESS, 0);
        }
    }

    /**
     * Makes a native map; its header lies in memory that stays readable for ever.
     *
     * @param expectedSize entries that fit without growth, 0 or more
     */
    public static Handle createMap(Type type, long expectedSize) {
        reclaimIfDue();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment options = arena.allocate(th_map_options.layout());
            th_map_options.expected_size(options, expectedSize);
            MemorySegment map = arena.allocate(ValueLayout.ADDRESS);
            MemorySegment stamp = arena.allocate(ValueLayout.JAVA_LONG);
            int status = tophash_h.th_map_create(HEAP, type.segment(arena), options, map, stamp);
            Status.check(
                    status,
                    "no native memory for a map with room for " + expectedSize + " entries");
            return new Handle(
                    map.get(ValueLayout.ADDRESS, 0).address(), stamp.get(ValueLayout.JAVA_LONG, 0));
        }
    }

    /** Closes a native map; does nothing if it has been closed. */
    public static void closeMap(Handle handle) {
        int status = tophash_h.th_map_close(MemorySegment.ofAddress(handle.map()), handle.stamp());
        if (status != tophash_h.TH_CLOSED()) {
            Status.check(status, "closing a map");
        }
        reclaimIfDue();
    }

    /**
     * What the heap holds.
     *
     * @param maps open native maps
     * @param liveBytes bytes that they hold, reserved and untouched ones included
     * @param retiredBytes bytes held back after their map let go of them
     */
    public record Usage(long maps, long liveBytes, long retiredBytes) {}

    /** The heap's figures at this moment. */
    public static Usage usage() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stats = arena.allocate(th_heap_stats.layout());
            Status.check(tophash_h.th_heap_get_stats(HEAP, stats), "heap statistics");
            return new Usage(
                    th_heap_stats.maps(stats),
                    th_heap_stats.live_bytes(stats),
                    th_heap_stats.retired_bytes(stats));
        }
    }

    /** Frees held-back memory when enough of it waits; one thread does it, the others go on. */
    public static void reclaimIfDue() {
        if (tophash_h.th_heap_wants_reclaim(HEAP) != 0 && RECLAIMING.tryLock()) {
            try {
                reclaim();
            } finally {
                RECLAIMING.unlock();
            }
        }
    }

    /** Frees the memory held back so far. */
    private static void reclaim() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment batch = arena.allocate(ValueLayout.JAVA_LONG);
            Status.check(tophash_h.th_heap_seal(HEAP, batch), "sealing retired memory");
            Linkage.awaitQuickCalls();
            Status.check(
                    tophash_h.th_heap_reclaim(HEAP, batch.get(ValueLayout.JAVA_LONG, 0)),
                    "reclaiming retired memory");
        }
    }
}
