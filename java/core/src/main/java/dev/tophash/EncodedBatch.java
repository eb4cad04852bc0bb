package dev.tophash;

import dev.tophash.internal.Batches;

import java.lang.foreign.MemorySegment;

/** Objects encoded one after the other, as the batch functions take them; reused. */
final class EncodedBatch<T> {
    /** Most objects at a time. */
    static final int CHUNK = 1024;

    /** Bytes after which a batch ends early. */
    private static final long ENOUGH_BYTES = 1 << 20;

    private static final int FIRST_BYTES_EACH = 16;

    private final Codec<T> codec;
    private final long width;
    private final String what;
    private final long[] bounds;
    private MemorySegment data;

    /**
     * An empty batch.
     *
     * @param what the objects are, for messages
     * @param capacity most objects that it will hold
     */
    EncodedBatch(Codec<T> codec, String what, int capacity) {
        this.codec = codec;
        this.width = codec.width();
        this.what = what;
        this.bounds = new long[width == Codec.VARIABLE ? capacity + 1 : 0];
        resize(capacity * (width == Codec.VARIABLE ? FIRST_BYTES_EACH : width));
    }

    private void resize(long bytes) {
        data =
                MemorySegment.ofArray(
                        new long[Math.toIntExact((bytes + Long.BYTES - 1) / Long.BYTES)]);
    }

    /**
     * Replaces the content by objects of an array, from one on, until {@code to} or until enough
     * bytes are there for one batch.
     *
     * @return how many objects were taken, at least one
     */
    int fill(T[] objects, int from, int to) {
        long at = 0;
        int i = from;
        for (; i < to && (i == from || at < ENOUGH_BYTES); i++) {
            check(objects[i], i);
            long size = codec.encode(objects[i], data, at);
            if (width != Codec.VARIABLE && size != width) {
                throw Scratch.badSize(codec, size, "must have " + width);
            }
            Scratch.checkSize(codec, size);
            if (size > data.byteSize() - at) {
                if (i > from && size > ENOUGH_BYTES) {
                    break; // alone in the next batch, where it fits whatever its length
                }
                grow(at, at + size);
                long again = codec.encode(objects[i], data, at);
                if (again != size) {
                    throw Scratch.badSize(codec, again, "had " + size + " a moment ago");
                }
            }
            at += size;
            if (width == Codec.VARIABLE) {
                bounds[i - from + 1] = at;
            }
        }
        return i - from;
    }

    private void grow(long used, long needed) {
        MemorySegment old = data;
        resize(Math.max(2 * old.byteSize(), needed));
        MemorySegment.copy(old, 0, data, 0, used);
    }

    private void check(Object o, int i) {
        if (!codec.accepts(o)) {
            if (o == null) {
                throw new NullPointerException(what + " " + i + " is null");
            }
            throw new ClassCastException(
                    what + " " + i + " is an object of " + o.getClass().getName());
        }
    }

    MemorySegment data() {
        return data;
    }

    /** Where each of n objects starts; NULL if they have a fixed width. */
    MemorySegment starts(int n) {
        return width == Codec.VARIABLE ? Batches.part(bounds, 0, n) : MemorySegment.NULL;
    }

    /** Where each of n objects ends; NULL if they have a fixed width. */
    MemorySegment ends(int n) {
        return width == Codec.VARIABLE ? Batches.part(bounds, 1, n) : MemorySegment.NULL;
    }

    /** Bytes of the i-th object. */
    long length(long i) {
        return width == Codec.VARIABLE ? bounds[(int) i + 1] - bounds[(int) i] : width;
    }
}
