package dev.tophash;

import dev.tophash.internal.Batches;
import dev.tophash.internal.TableOptions;
import dev.tophash.internal.TableType;
import dev.tophash.internal.Utf8;

import java.util.Objects;

/**
 * Batches over strings, which are encoded a chunk at a time. Its methods are not final, so that the
 * compiler gives the public class methods of its own, which reflection finds.
 */
abstract sealed class StringKeyMap extends BytesKeyMap permits StringLongMap {
    /** Strings encoded at a time. */
    private static final int CHUNK = 1024;

    StringKeyMap(TableOptions options, long defaultValue) {
        super(TableType.BYTES, options, defaultValue);
    }

    /**
     * Looks up many keys.
     *
     * @param keys the keys
     * @param values receives their values, the default value for absent ones
     * @return how many keys are present
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long getAll(String[] keys, long[] values) {
        return getAll(keys, values, 0, Batches.sameLength(keys.length, values.length));
    }

    /**
     * Looks up many keys.
     *
     * @param keys the keys
     * @param values receives their values, the default value for absent ones
     * @param offset first element of both arrays
     * @param length number of elements
     * @return how many keys are present
     * @throws IndexOutOfBoundsException if the part does not lie within both arrays
     */
    public long getAll(String[] keys, long[] values, int offset, int length) {
        return inChunks(
                keys,
                offset,
                length,
                values.length,
                (chunk, from, n) -> getAll(chunk, Batches.part(values, from, n)));
    }

    /**
     * Sets the values of many keys, in order.
     *
     * @param keys the keys
     * @param values their values
     * @return how many keys were present before
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long putAll(String[] keys, long[] values) {
        return putAll(keys, values, 0, Batches.sameLength(keys.length, values.length));
    }

    /**
     * Sets the values of many keys, in order.
     *
     * @param keys the keys
     * @param values their values
     * @param offset first element of both arrays
     * @param length number of elements
     * @return how many keys were present before
     * @throws IndexOutOfBoundsException if the part does not lie within both arrays
     */
    public long putAll(String[] keys, long[] values, int offset, int length) {
        return inChunks(
                keys,
                offset,
                length,
                values.length,
                (chunk, from, n) -> putAll(chunk, Batches.part(values, from, n)));
    }

    /**
     * Adds to the values of many keys, in order, as {@link StringLongMap#addTo(String, long)} does.
     *
     * @param keys the keys
     * @param deltas what to add to each
     * @return how many keys were present before
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long addAll(String[] keys, long[] deltas) {
        return addAll(keys, deltas, 0, Batches.sameLength(keys.length, deltas.length));
    }

    /**
     * Adds to the values of many keys, in order, as {@link StringLongMap#addTo(String, long)} does.
     *
     * @param keys the keys
     * @param deltas what to add to each
     * @param offset first element of both arrays
     * @param length number of elements
     * @return how many keys were present before
     * @throws IndexOutOfBoundsException if the part does not lie within both arrays
     */
    public long addAll(String[] keys, long[] deltas, int offset, int length) {
        return inChunks(
                keys,
                offset,
                length,
                deltas.length,
                (chunk, from, n) -> addAll(chunk, Batches.part(deltas, from, n)));
    }

    /**
     * Removes many keys.
     *
     * @param keys the keys
     * @return how many were present
     */
    public long removeAll(String[] keys) {
        return removeAll(keys, 0, keys.length);
    }

    /**
     * Removes many keys.
     *
     * @param keys the keys
     * @param offset first element of the array
     * @param length number of elements
     * @return how many were present
     * @throws IndexOutOfBoundsException if the part does not lie within the array
     */
    public long removeAll(String[] keys, int offset, int length) {
        return inChunks(keys, offset, length, keys.length, (chunk, from, n) -> removeAll(chunk));
    }

    /**
     * Tells of many keys whether they are present.
     *
     * @param keys the keys
     * @param found receives true or false for each
     * @return how many keys are present
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long containsAll(String[] keys, boolean[] found) {
        return containsAll(keys, found, 0, Batches.sameLength(keys.length, found.length));
    }

    /**
     * Tells of many keys whether they are present.
     *
     * @param keys the keys
     * @param found receives true or false for each
     * @param offset first element of both arrays
     * @param length number of elements
     * @return how many keys are present
     * @throws IndexOutOfBoundsException if the part does not lie within both arrays
     */
    public long containsAll(String[] keys, boolean[] found, int offset, int length) {
        return inChunks(
                keys,
                offset,
                length,
                found.length,
                (chunk, from, n) ->
                        Batches.found(
                                found,
                                from,
                                n,
                                (first, answers) ->
                                        containsAll(
                                                chunk.part(first, answers.byteSize()), answers)));
    }

    /** A chunk of encoded strings: key i is element from + i of the caller's arrays. */
    @FunctionalInterface
    private interface ChunkStep {
        long run(Spans chunk, int from, int n);
    }

    private long inChunks(String[] keys, int offset, int length, int others, ChunkStep step) {
        Objects.checkFromIndexSize(offset, length, keys.length);
        Objects.checkFromIndexSize(offset, length, others);
        checkOpen();
        int likely = length == 0 ? 0 : keys[offset].length();
        Utf8.Keys encoded = new Utf8.Keys(Math.min(length, CHUNK), likely);
        long present = 0;
        for (int done = 0; done < length; ) {
            int end = offset + done + Math.min(length - done, CHUNK);
            int n = encoded.fill(keys, offset + done, end);
            Spans chunk = Spans.endToEnd(encoded.data(), encoded.bounds(), n);
            present += step.run(chunk, offset + done, n);
            done += n;
        }
        return present;
    }
}
