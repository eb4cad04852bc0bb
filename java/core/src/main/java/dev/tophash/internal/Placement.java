package dev.tophash.internal;

import dev.tophash.internal.ffi.th_placement;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

/**
 * Where memory lies, as the engine takes it.
 *
 * @param mode {@code TH_PLACE_*}
 * @param pages {@code TH_PAGES_*}
 * @param strict whether a refusal by the kernel is a failure
 * @param nodes NUMA nodes below {@code TH_MAX_NODES}; none for all, or where the mode needs none.
 *     Not to be changed
 */
public record Placement(byte mode, byte pages, boolean strict, BitSet nodes) {
    /** A {@code th_placement}. */
    public MemorySegment segment(SegmentAllocator allocator) {
        MemorySegment placement = allocator.allocate(th_placement.layout());
        th_placement.mode(placement, mode);
        th_placement.pages(placement, pages);
        th_placement.strict(placement, (byte) (strict ? 1 : 0));
        long[] words = nodes.toLongArray();
        MemorySegment.copy(
                words, 0, th_placement.nodes(placement), ValueLayout.JAVA_LONG, 0, words.length);
        return placement;
    }
}
