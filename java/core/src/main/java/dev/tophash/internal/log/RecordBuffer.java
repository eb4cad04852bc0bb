package dev.tophash.internal.log;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The records of a frame that is still to be written, with room for its header before them. */
public final class RecordBuffer {
    private static final int FIRST = 1 << 16;

    /** Codecs of fixed width count on room for it: as much as a key or value of those can have. */
    private static final int MOST_FIXED = 1024;

    private static final ValueLayout.OfInt LENGTH =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final ValueLayout.OfLong WORD =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private ByteBuffer bytes = allocate(FIRST);
    private MemorySegment segment = MemorySegment.ofBuffer(bytes);
    private int end = LogFormat.FRAME_HEADER;

    private static ByteBuffer allocate(int size) {
        // Aligned, since codecs of fixed width may write their words aligned.
        return ByteBuffer.allocateDirect(size + LogFormat.ALIGNMENT)
                .alignedSlice(LogFormat.ALIGNMENT)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    boolean isEmpty() {
        return end == LogFormat.FRAME_HEADER;
    }

    int size() {
        return end;
    }

    /**
     * Adds a record; nothing is added if a part of it cannot be encoded.
     *
     * @param value null: the key is removed
     */
    void add(Part key, Part value) {
        long at = end;
        long keyLength = write(key, at + LogFormat.RECORD_HEADER);
        long next = LogFormat.aligned(at + LogFormat.RECORD_HEADER + keyLength);
        room(next, at);
        pad(at + LogFormat.RECORD_HEADER + keyLength, next);
        long valueLength = LogFormat.REMOVED;
        if (value != null) {
            valueLength = write(value, next);
            long valueEnd = next + valueLength;
            next = LogFormat.aligned(valueEnd);
            room(next, at);
            pad(valueEnd, next);
        }
        segment.set(LENGTH, at, (int) keyLength);
        segment.set(LENGTH, at + Integer.BYTES, (int) valueLength);
        end = (int) next;
    }

    /** Adds a record that tells of a map file which is about to replace the one that there is. */
    void add(Base base) {
        int next = end + LogFormat.RECORD_HEADER + Base.BYTES;
        room(next, end);
        segment.set(LENGTH, end, LogFormat.BASE);
        segment.set(LENGTH, end + Integer.BYTES, Base.BYTES);
        segment.set(WORD, end + LogFormat.RECORD_HEADER, base.identity());
        segment.set(WORD, end + LogFormat.RECORD_HEADER + Long.BYTES, base.since());
        end = next;
    }

    private void pad(long from, long to) {
        segment.asSlice(from, to - from).fill((byte) 0);
    }

    /** Writes a part, in as much room as it turns out to need. */
    private long write(Part part, long at) {
        room(at + MOST_FIXED, end);
        long length = part.write(segment, at);
        if (at + length > segment.byteSize()) {
            room(at + length, end);
            long again = part.write(segment, at);
            if (again != length) {
                throw new IllegalStateException(
                        "a codec wrote " + again + " bytes for what had " + length + " before");
            }
        }
        return length;
    }

    /** Makes room up to an offset. */
    private void room(long needed, long recordStart) {
        if (needed <= segment.byteSize()) {
            return;
        }
        if (needed - recordStart > LogFormat.MOST_RECORD || needed > Integer.MAX_VALUE / 2) {
            throw new IllegalArgumentException(
                    "a key and its value have "
                            + (needed - recordStart)
                            + " bytes and more; a log takes "
                            + LogFormat.MOST_RECORD);
        }
        long doubled = Math.min(2 * segment.byteSize(), LogFormat.MOST_RECORD);
        ByteBuffer larger = allocate((int) Math.max(needed, doubled));
        MemorySegment other = MemorySegment.ofBuffer(larger);
        // Beyond the end too: the record's first part may be there already.
        MemorySegment.copy(segment, 0, other, 0, segment.byteSize());
        bytes = larger;
        segment = other;
    }

    /** The frame, without its header. */
    ByteBuffer frame() {
        return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).limit(end).position(0);
    }

    void clear() {
        if (bytes.capacity() > 16 * FIRST) {
            bytes = allocate(FIRST);
            segment = MemorySegment.ofBuffer(bytes);
        }
        end = LogFormat.FRAME_HEADER;
    }

    /** A key or a value on its way into a record. */
    @FunctionalInterface
    public interface Part {
        /**
         * Writes it.
         *
         * @return its length, which may be more than there is room for
         */
        long write(MemorySegment target, long offset);
    }
}
