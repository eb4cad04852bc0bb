package dev.tophash;

import dev.tophash.internal.Batches;
import dev.tophash.internal.TableOptions;
import dev.tophash.internal.TableType;

import java.lang.foreign.MemorySegment;

/**
 * What maps with keys of bytes have in common, whatever their values are. Its methods are not
 * final, so that the compiler gives the public classes methods of their own, which reflection
 * finds.
 */
abstract sealed class BytesTable extends OffHeapTable permits BytesKeyMap, BytesBytesMap {
    /** Bytes of each key, or {@link TableType#BYTES}. */
    final int keyWidth;

    BytesTable(long type, TableOptions options) {
        super(type, options);
        this.keyWidth = TableType.keySize(type);
    }

    /** A width that was chosen, if it is from {@code least} to {@code most}. */
    static int checkWidth(String name, int bytes, int least, int most) {
        if (bytes < least || bytes > most) {
            throw new IllegalArgumentException(
                    name + " is " + bytes + ", must be from " + least + " to " + most);
        }
        return bytes;
    }

    final void checkKey(MemorySegment key) {
        if (!isKeyLength(key.byteSize())) {
            throw Batches.wrongLength("the key", key.byteSize(), keyWidth);
        }
    }

    /** Whether a key of this map may have this length. */
    final boolean isKeyLength(long length) {
        return keyWidth == TableType.BYTES || keyWidth == length;
    }

    /**
     * Whether a key is present.
     *
     * @param key the key's bytes
     * @return true if it has a value
     */
    public abstract boolean containsKey(byte[] key);

    /**
     * Whether a key is present.
     *
     * @param key the key's bytes
     * @return true if it has a value
     */
    public abstract boolean containsKey(MemorySegment key);

    /**
     * Removes many keys.
     *
     * @param keys the keys
     * @return how many were present
     */
    public long removeAll(Spans keys) {
        return SpanBatch.removeAll(this, keyWidth, keys);
    }

    /**
     * Tells of many keys whether they are present.
     *
     * @param keys the keys
     * @param found receives true or false for each
     * @return how many keys are present
     * @throws IllegalArgumentException if there are not as many elements as keys
     */
    public long containsAll(Spans keys, boolean[] found) {
        return SpanBatch.containsAll(this, keyWidth, keys, found);
    }

    /**
     * Tells of many keys whether they are present.
     *
     * @param keys the keys
     * @param found a byte for each key: receives 1 or 0
     * @return how many keys are present
     * @throws IllegalArgumentException if there are not as many bytes as keys, or the segment is
     *     read-only
     */
    public long containsAll(Spans keys, MemorySegment found) {
        return SpanBatch.containsAll(this, keyWidth, keys, found);
    }
}
