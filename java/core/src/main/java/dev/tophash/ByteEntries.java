package dev.tophash;

import static dev.tophash.internal.Status.ABSENT;
import static dev.tophash.internal.Status.MORE;
import static dev.tophash.internal.Status.NEEDS_ROOM;
import static dev.tophash.internal.Status.PRESENT;
import static dev.tophash.internal.Status.SMALL_BUFFER;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tophash.internal.Batches;
import dev.tophash.internal.BytesCalls;
import dev.tophash.internal.EntryCalls;
import dev.tophash.internal.TableType;
import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The entries of a {@link BytesBytesMap}: checks what is given, calls C, and makes room. */
final class ByteEntries {
    /** Room that the first read begins with. */
    private static final int FIRST_USUAL = 64;

    /** Most room that a read begins with. */
    private static final int MOST_USUAL = 1 << 12;

    /** In place of a mode of puts. */
    private static final PutMode REMOVE = null;

    /** Bytes of each value, or {@link TableType#BYTES}. */
    final int valueWidth;

    private final BytesTable table;

    /**
     * Length of a value that was read or replaced: a guess at the next one's, so that one call does
     * and the array it filled is the result. Threads that read may overwrite one another's.
     */
    private int usualLength;

    ByteEntries(BytesTable table, int valueWidth) {
        this.table = table;
        this.valueWidth = valueWidth;
        this.usualLength = valueWidth == TableType.BYTES ? FIRST_USUAL : valueWidth;
    }

    /** A value on its way out of the map. */
    private static final class Copy {
        private byte[] bytes;
        private final long[] length = new long[1];

        Copy(int room) {
            bytes = new byte[room];
        }

        MemorySegment segment() {
            return MemorySegment.ofArray(bytes);
        }

        MemorySegment length() {
            return MemorySegment.ofArray(length);
        }

        /** Makes the room that C has told. */
        void enlarge() {
            bytes = new byte[(int) length[0]];
        }

        byte[] bytes() {
            return length[0] == bytes.length ? bytes : Arrays.copyOf(bytes, (int) length[0]);
        }
    }

    /** What a call that has returned ABSENT or PRESENT copied. */
    private byte[] result(int status, Copy copy) {
        if (status != PRESENT) {
            return null;
        }
        byte[] bytes = copy.bytes();
        if (valueWidth == TableType.BYTES) {
            usualLength = Math.min(bytes.length, MOST_USUAL);
        }
        return bytes;
    }

    /** A copy of the value, or null. */
    byte[] get(MemorySegment key) {
        table.checkKey(key);
        Copy value = new Copy(usualLength);
        int status = read(key, value.segment(), value.length());
        while (status == SMALL_BUFFER) {
            value.enlarge();
            status = read(key, value.segment(), value.length());
        }
        return result(status, value);
    }

    /** Length of the value, or -1; copied if the target has the room. */
    long get(MemorySegment key, MemorySegment target) {
        table.checkKey(key);
        Batches.writable(target, "target");
        long[] length = new long[1];
        int status = read(key, target, MemorySegment.ofArray(length));
        return status == PRESENT || status == SMALL_BUFFER ? length[0] : -1;
    }

    private int read(MemorySegment key, MemorySegment target, MemorySegment length) {
        int status =
                EntryCalls.get(
                        table.map,
                        table.stamp,
                        key,
                        key.byteSize(),
                        target,
                        target.byteSize(),
                        length);
        table.checkOpen();
        return status;
    }

    boolean contains(MemorySegment key) {
        table.checkKey(key);
        int status = BytesCalls.contains(table.map, table.stamp, key, key.byteSize());
        table.checkOpen();
        return status == PRESENT;
    }

    /** Whether the key was present. */
    boolean write(PutMode mode, MemorySegment key, MemorySegment value) {
        checkValue(value);
        return write(mode, key, value, null) == PRESENT;
    }

    /** The value before, or null. */
    byte[] getAndWrite(PutMode mode, MemorySegment key, MemorySegment value) {
        checkValue(value);
        Copy before = new Copy(usualLength);
        return result(write(mode, key, value, before), before);
    }

    /** Whether the key was present. */
    boolean remove(MemorySegment key) {
        return write(REMOVE, key, MemorySegment.NULL, null) == PRESENT;
    }

    /** The value before, or null. */
    byte[] getAndRemove(MemorySegment key) {
        Copy before = new Copy(usualLength);
        return result(write(REMOVE, key, MemorySegment.NULL, before), before);
    }

    /**
     * Does a write.
     *
     * @param mode of a put, or {@link #REMOVE}
     * @param before receives the value before; null if nobody wants it
     * @return ABSENT or PRESENT
     */
    private int write(PutMode mode, MemorySegment key, MemorySegment value, Copy before) {
        table.checkKey(key);
        checkLimit("key", key);
        for (int round = 0; ; ) {
            table.written();
            int status = writeOnce(mode, key, value, before);
            if (status >= 0) {
                return status;
            }
            if (status == SMALL_BUFFER) {
                before.enlarge();
                continue;
            }
            if ((mode == REMOVE || mode == PutMode.IF_PRESENT) && table.neverWritten()) {
                return ABSENT;
            }
            boolean noBytes = mode == REMOVE && status == NEEDS_ROOM;
            long bytes = noBytes ? 0 : room(key, table.keyWidth) + room(value, valueWidth);
            table.recover(status, bytes, round++);
        }
    }

    private int writeOnce(PutMode mode, MemorySegment key, MemorySegment value, Copy before) {
        MemorySegment room = before == null ? MemorySegment.NULL : before.segment();
        MemorySegment length = before == null ? MemorySegment.NULL : before.length();
        if (mode == REMOVE) {
            return EntryCalls.remove(
                    table.map, table.stamp, key, key.byteSize(), room, room.byteSize(), length);
        }
        return EntryCalls.put(
                table.map,
                table.stamp,
                key,
                key.byteSize(),
                value,
                value.byteSize(),
                mode.code(),
                room,
                room.byteSize(),
                length);
    }

    /** Bytes that a key or value takes in the map's bytes heap. */
    private static long room(MemorySegment bytes, int width) {
        return width == TableType.BYTES ? bytes.byteSize() : 0;
    }

    private void checkValue(MemorySegment value) {
        if (!isLength(value, valueWidth)) {
            throw Batches.wrongLength("the value", value.byteSize(), valueWidth);
        }
        checkLimit("value", value);
    }

    static boolean isLength(MemorySegment bytes, int width) {
        return width == TableType.BYTES || bytes.byteSize() == width;
    }

    private static void checkLimit(String what, MemorySegment bytes) {
        long most = tophash_h.TH_MAX_BYTES();
        if (bytes.byteSize() > most) {
            throw new IllegalArgumentException(
                    "the "
                            + what
                            + " has "
                            + bytes.byteSize()
                            + " bytes, must have at most "
                            + most);
        }
    }

    /** How many of the keys are present for which the buffer had room. */
    long getAll(Spans keys, ValueBuffer values) {
        keys.requireLength(table.keyWidth, "key");
        table.checkOpen();
        int n = values.begin(keys.count(), valueWidth);
        Spans some = keys.fitting(0, n, table.keyWidth);
        return table.runBatch(
                n,
                p -> {
                    MemorySegment room = values.bytes(); // asked for once: see ValueBuffer.part
                    int status =
                            EntryCalls.getAll(
                                    table.map,
                                    table.stamp,
                                    some.data(),
                                    some.data().byteSize(),
                                    some.starts(),
                                    some.ends(),
                                    room,
                                    room.byteSize(),
                                    values.ends(n),
                                    values.found(n),
                                    n,
                                    p);
                    SpanBatch.checked(status, some, table.keyWidth, p);
                    boolean full = status == SMALL_BUFFER;
                    boolean goesOn = values.advance(p.get(JAVA_LONG, 0), full);
                    return full ? goesOn ? MORE : ABSENT : status;
                },
                OffHeapTable.NO_BYTES);
    }

    /** How many of the keys were present. */
    long putAll(Spans keys, Spans values) {
        table.written();
        return SpanBatch.run(
                table,
                table.keyWidth,
                keys,
                valueWidth,
                values,
                (k, v, p) ->
                        EntryCalls.putAll(
                                table.map,
                                table.stamp,
                                k.data(),
                                k.data().byteSize(),
                                k.starts(),
                                k.ends(),
                                v.data(),
                                v.data().byteSize(),
                                v.starts(),
                                v.ends(),
                                k.count(),
                                p));
    }
}
