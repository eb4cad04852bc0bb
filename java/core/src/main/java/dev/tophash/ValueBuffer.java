package dev.tophash;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.tophash.internal.Batches;

import java.lang.foreign.MemorySegment;
import java.util.ConcurrentModificationException;
import java.util.Objects;

/**
 * The values that {@link BytesBytesMap#getAll(Spans, ValueBuffer)} found, one after the other in
 * one piece of memory: no object is made for each. Element i belongs to key i. A buffer may be used
 * for any number of batches; each replaces what was there.
 *
 * {@snippet :
 * ValueBuffer values = new ValueBuffer();
 * map.getAll(keys, values);
 * for (int i = 0; i < values.count(); i++) {
 *     MemorySegment value = values.get(i); // null if key i is absent
 * }
 * }
 *
 * A buffer belongs to one thread at a time.
 */
public final class ValueBuffer {
    /** The most that an array can be relied on to hold. */
    private static final int MOST = Integer.MAX_VALUE - 8;

    private static final int FIRST_BYTES = 1 << 12;

    private final boolean grows;
    private MemorySegment bytes;
    private long[] ends = new long[0];
    private byte[] found = new byte[0];
    private int count;

    /** Bytes of each value, or {@code TableType.BYTES}: then {@code ends} tells where they lie. */
    private int width;

    /** Makes a buffer on the Java heap that grows to what a batch takes. */
    public ValueBuffer() {
        this(true, MemorySegment.ofArray(new byte[0]));
    }

    private ValueBuffer(boolean grows, MemorySegment bytes) {
        this.grows = grows;
        this.bytes = bytes;
    }

    /**
     * Makes a buffer over memory of the caller. A batch whose values do not fit stops when it is
     * full, and {@link #count} tells for how many keys it has the values.
     *
     * @param memory where values go, in native memory or on the heap
     * @return an empty buffer
     * @throws IllegalArgumentException if the memory is read-only
     */
    public static ValueBuffer in(MemorySegment memory) {
        Batches.writable(memory, "memory");
        return new ValueBuffer(false, memory);
    }

    /**
     * For how many keys it has the values; that of those of the batch unless the memory of the
     * caller was full before.
     *
     * @return 0 or more
     */
    public int count() {
        return count;
    }

    /**
     * Whether a key was present.
     *
     * @param i its number in the batch
     * @return true if it has a value, which may be empty
     * @throws IndexOutOfBoundsException if it is not less than {@link #count}
     */
    public boolean isPresent(int i) {
        return found[Objects.checkIndex(i, count)] != 0;
    }

    /**
     * A value where it lies, good until the next batch.
     *
     * @param i number of its key in the batch
     * @return its bytes, or null if the key is absent
     * @throws IndexOutOfBoundsException if it is not less than {@link #count}
     */
    public MemorySegment get(int i) {
        if (!isPresent(i)) {
            return null;
        }
        long start = start(i);
        return bytes.asSlice(start, end(i) - start);
    }

    /**
     * A copy of a value.
     *
     * @param i number of its key in the batch
     * @return its bytes, or null if the key is absent
     * @throws IndexOutOfBoundsException if it is not less than {@link #count}
     */
    public byte[] copy(int i) {
        MemorySegment value = get(i);
        return value == null ? null : value.toArray(JAVA_BYTE);
    }

    /** How many there are; the bytes are not shown. */
    @Override
    public String toString() {
        return "ValueBuffer[count=" + count + ", room=" + bytes.byteSize() + " bytes]";
    }

    private boolean varies() {
        return width < 0;
    }

    private long start(int i) {
        return varies() ? (i == 0 ? 0 : ends[i - 1]) : (long) i * width;
    }

    private long end(int i) {
        return varies() ? ends[i] : (i + 1L) * width;
    }

    /**
     * Gets ready for a batch.
     *
     * @param valueWidth bytes of each value, or {@code TableType.BYTES}
     * @return for how many of the keys there can be room
     */
    int begin(long keys, int valueWidth) {
        if (grows && keys > MOST) {
            throw new IllegalArgumentException(
                    "a batch of " + keys + " keys, must have at most " + MOST);
        }
        count = 0;
        width = valueWidth;
        int n = (int) Math.min(keys, MOST);
        if (found.length < n) {
            found = new byte[n];
        }
        if (varies() && ends.length < n) {
            ends = new long[n];
        }
        if (grows) {
            enlarge(varies() ? Math.min(FIRST_BYTES, (long) n * Long.BYTES) : (long) n * width, 0);
        }
        return n;
    }

    /**
     * Says how far the batch has come.
     *
     * @param done keys that are done
     * @param full whether the value of the next did not fit
     * @return whether it can go on
     */
    boolean advance(long done, boolean full) {
        count = (int) done;
        if (!full) {
            return true;
        }
        long needed = end(count);
        if (grows) {
            enlarge(Math.max(needed, Math.min(2 * bytes.byteSize(), MOST)), start(count));
            return true;
        }
        if (count == 0) {
            throw tooSmall(needed);
        }
        return false;
    }

    private IllegalArgumentException tooSmall(long needed) {
        return new IllegalArgumentException(
                "the buffer has "
                        + bytes.byteSize()
                        + " bytes, the value of the first key takes "
                        + needed);
    }

    private void enlarge(long size, long used) {
        if (size <= bytes.byteSize()) {
            return;
        }
        if (size > MOST) {
            throw new OutOfMemoryError("values of " + size + " bytes together do not fit an array");
        }
        byte[] larger = new byte[(int) size];
        MemorySegment.copy(bytes, JAVA_BYTE, 0, larger, 0, (int) used);
        bytes = MemorySegment.ofArray(larger);
    }

    MemorySegment bytes() {
        return bytes;
    }

    /** Where C puts the ends of n values; NULL if all have one width. */
    MemorySegment ends(int n) {
        return varies()
                ? part(MemorySegment.ofArray(ends), (long) n * Long.BYTES)
                : MemorySegment.NULL;
    }

    /** Where C puts whether n keys were found. */
    MemorySegment found(int n) {
        return part(MemorySegment.ofArray(found), n);
    }

    /**
     * The first bytes of an array that C writes to: another thread, which should not be using this
     * buffer, may have put a shorter one in place.
     */
    private static MemorySegment part(MemorySegment array, long size) {
        if (array.byteSize() < size) {
            throw new ConcurrentModificationException("another thread is using this buffer");
        }
        return array.asSlice(0, size);
    }
}
