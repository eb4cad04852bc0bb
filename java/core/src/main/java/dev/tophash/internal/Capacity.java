package dev.tophash.internal;

import dev.tophash.internal.ffi.th_capacity_plan;
import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What the engine says a map will take: a {@code th_capacity_plan}. Bytes are native.
 *
 * @param buckets main buckets; 0 for no entries
 * @param b log2 of them
 * @param growAt size at which the next insertion doubles the array
 * @param bucketSize bytes of one bucket
 * @param headerBytes header and bookkeeping
 * @param bucketBytes main buckets
 * @param reservedBytes in all, with the overflow buckets that the array begins with
 * @param reservedMost with the most overflow buckets that it can get
 * @param heapBytesDead ends of segments of the bytes heap that nothing fits into
 * @param oldBuckets main buckets of the array that it grows out of, or 0
 * @param oldReserved what that array holds until growth has ended
 * @param oldReservedMost with the most overflow buckets
 * @param oldKeptBytes main buckets of both in use at the peak of that growth, beyond {@code
 *     bucketBytes}
 * @param settledAt size with which that growth has ended
 */
public record Capacity(
        long buckets,
        int b,
        long growAt,
        long bucketSize,
        long headerBytes,
        long bucketBytes,
        long reservedBytes,
        long reservedMost,
        long heapBytesDead,
        long oldBuckets,
        long oldReserved,
        long oldReservedMost,
        long oldKeptBytes,
        long settledAt) {

    /**
     * Asks the engine.
     *
     * @param type see {@link TableType}
     * @param heapBytes bytes of all blocks of the bytes heap
     * @return null if a map cannot have so much
     */
    public static Capacity of(long type, long entries, long heapBytes) {
        Linkage.ensureLoaded();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment plan = arena.allocate(th_capacity_plan.layout());
            int status =
                    tophash_h.th_capacity(TableType.segment(type, arena), entries, heapBytes, plan);
            if (status == Status.LIMIT) {
                return null;
            }
            Status.check(status, "planning a map");
            return new Capacity(
                    th_capacity_plan.buckets(plan),
                    th_capacity_plan.b(plan),
                    th_capacity_plan.grow_at(plan),
                    th_capacity_plan.bucket_size(plan),
                    th_capacity_plan.header_bytes(plan),
                    th_capacity_plan.bucket_bytes(plan),
                    th_capacity_plan.reserved_bytes(plan),
                    th_capacity_plan.reserved_most(plan),
                    th_capacity_plan.heap_bytes_dead(plan),
                    th_capacity_plan.old_buckets(plan),
                    th_capacity_plan.old_reserved(plan),
                    th_capacity_plan.old_reserved_most(plan),
                    th_capacity_plan.old_kept_bytes(plan),
                    th_capacity_plan.settled_at(plan));
        }
    }

    /** Bytes that a key or value of this length takes in the bytes heap; 0 if it fits the slot. */
    public static long block(long length) {
        Linkage.ensureLoaded();
        return tophash_h.th_capacity_block(length);
    }
}
