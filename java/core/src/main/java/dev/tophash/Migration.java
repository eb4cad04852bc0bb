package dev.tophash;

import dev.tophash.internal.Placement;
import dev.tophash.internal.Status;
import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.BooleanSupplier;

/** Moves native maps to where a memory policy wants them, a piece at a time. For one thread. */
final class Migration implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final MemoryPolicy policy;
    private final MemorySegment wanted;

    /** How far the native map has come that is being moved. */
    private final MemorySegment progress = arena.allocate(ValueLayout.JAVA_LONG);

    /** To where {@code policy} wants maps, in the engine's words. */
    Migration(MemoryPolicy policy, Placement placement) {
        this.policy = policy;
        this.wanted = placement.segment(arena);
    }

    /**
     * Moves one native map; between its pieces others may write.
     *
     * @param owner fails if it is closed meanwhile
     * @param movesPiece calls {@link #movesPiece}, under a lock if it has to be
     */
    void move(OffHeapTable owner, BooleanSupplier movesPiece) {
        progress.fill((byte) 0);
        while (movesPiece.getAsBoolean()) {
            owner.checkOpen();
        }
    }

    /** Moves one piece; whether there are more. */
    boolean movesPiece(OffHeapTable table) {
        MemorySegment header = MemorySegment.ofAddress(table.map);
        int status = tophash_h.th_map_migrate(header, table.stamp, wanted, progress);
        table.checkOpen();
        policy.check(status);
        Status.check(status, "moving a map to the memory policy " + policy);
        return status == Status.MORE;
    }

    @Override
    public void close() {
        arena.close();
    }
}
