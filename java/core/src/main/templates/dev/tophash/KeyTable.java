package dev.tophash;

import dev.tophash.internal.Batches;
import dev.tophash.internal.TableOptions;
import dev.tophash.internal.WordCalls;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Batches over keys of type {@code KEY} alone, which maps and sets have in common. Its methods are
 * not final, so that the compiler gives the public classes methods of their own, which reflection
 * finds.
 */
abstract sealed class KeyTable extends OffHeapTable permits KEY_TABLES {
    KeyTable(long type, TableOptions options) {
        super(type, options);
    }

    /**
     * Removes many keys.
     *
     * @param keys the keys, or elements of a set
     * @return how many were present
     */
    public long removeAll(KEY[] keys) {
        return removeAll(keys, 0, keys.length);
    }

    /**
     * Removes many keys.
     *
     * @param keys the keys, or elements of a set
     * @param offset first element of the array
     * @param length number of elements
     * @return how many were present
     * @throws IndexOutOfBoundsException if the part does not lie within the array
     */
    public long removeAll(KEY[] keys, int offset, int length) {
        return removeAll(Batches.part(keys, offset, length));
    }

    /**
     * Removes many keys.
     *
     * @param keys the keys, or elements of a set, of type {@code KEY}
     * @return how many were present
     * @throws IllegalArgumentException if the segment is misaligned
     */
    public long removeAll(MemorySegment keys) {
        long n = Batches.elements(keys, KEY_BOX.BYTES, "keys");
        checkOpen();
        if (neverWritten()) {
            return 0;
        }
        written();
        return runBatch(n, p -> WordCalls.removeAll(map, stamp, keys, n, p), NO_BYTES);
    }

    /**
     * Tells of many keys whether they are present.
     *
     * @param keys the keys, or what may be elements of a set
     * @param found receives true or false for each
     * @return how many are present
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long containsAll(KEY[] keys, boolean[] found) {
        return containsAll(keys, found, 0, Batches.sameLength(keys.length, found.length));
    }

    /**
     * Tells of many keys whether they are present.
     *
     * @param keys the keys, or what may be elements of a set
     * @param found receives true or false for each
     * @param offset first element of both arrays
     * @param length number of elements
     * @return how many are present
     * @throws IndexOutOfBoundsException if the part does not lie within both arrays
     */
    public long containsAll(KEY[] keys, boolean[] found, int offset, int length) {
        MemorySegment all = Batches.part(keys, offset, length);
        Objects.checkFromIndexSize(offset, length, found.length);
        checkOpen();
        return Batches.found(
                found,
                offset,
                length,
                (from, answers) -> {
                    long size = answers.byteSize() * KEY_BOX.BYTES;
                    return containsAll(all.asSlice(from * KEY_BOX.BYTES, size), answers);
                });
    }

    /**
     * Tells of many keys whether they are present.
     *
     * @param keys the keys, or what may be elements of a set, of type {@code KEY}
     * @param found a byte for each: receives 1 or 0
     * @return how many are present
     * @throws IllegalArgumentException if the segments do not go together, are misaligned or
     *     read-only
     */
    public long containsAll(MemorySegment keys, MemorySegment found) {
        long n = Batches.elements(keys, KEY_BOX.BYTES, "keys");
        Batches.elements(found, Byte.BYTES, "found", n);
        Batches.writable(found, "found");
        return runBatch(n, p -> WordCalls.containsAll(map, stamp, keys, found, n, p), NO_BYTES);
    }
}
