package dev.tophash;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tophash.internal.Batches;
import dev.tophash.internal.BytesCalls;
import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.MemorySegment;

/** Batches with keys in {@link Spans}: what is the same for every table that has them. */
final class SpanBatch {
    private SpanBatch() {}

    /** One quick call of a batch without values in spans. */
    @FunctionalInterface
    interface Step {
        /**
         * Calls C.
         *
         * @param keys all keys of the batch or some, as C takes them
         * @param from number of the first of them in the batch
         */
        int run(Spans keys, long from, MemorySegment progress);
    }

    /** One quick call, on all or some of the keys and the values that belong to them. */
    @FunctionalInterface
    interface PairStep {
        int run(Spans keys, Spans values, MemorySegment progress);
    }

    /**
     * Runs a batch to its end.
     *
     * @param keyWidth of the table
     * @param inserts whether keys may need room in the table's bytes heap
     * @return how many keys were present
     */
    static long run(OffHeapTable table, int keyWidth, Spans keys, boolean inserts, Step step) {
        keys.requireLength(keyWidth, "key");
        table.checkOpen();
        long size = keys.fit(keyWidth) ? keys.count() : Spans.CHUNK;
        long present = 0;
        for (long from = 0; from < keys.count(); from += size) {
            long first = from;
            Spans some = keys.fitting(from, Math.min(keys.count() - from, size), keyWidth);
            present +=
                    table.runBatch(
                            some.count(),
                            p -> checked(step.run(some, first, p), some, keyWidth, p),
                            inserts ? i -> some.room(i, keyWidth) : OffHeapTable.NO_BYTES);
        }
        return present;
    }

    /** The same for insertions with values in spans. */
    static long run(
            OffHeapTable table,
            int keyWidth,
            Spans keys,
            int valueWidth,
            Spans values,
            PairStep step) {
        if (values.count() != keys.count()) {
            throw new IllegalArgumentException(
                    "there are " + values.count() + " values, must be " + keys.count());
        }
        keys.requireLength(keyWidth, "key");
        values.requireLength(valueWidth, "value");
        table.checkOpen();
        boolean whole = keys.fit(keyWidth) && values.fit(valueWidth);
        long size = whole ? keys.count() : Spans.CHUNK;
        long present = 0;
        for (long from = 0; from < keys.count(); from += size) {
            long n = Math.min(keys.count() - from, size);
            Spans some = keys.fitting(from, n, keyWidth);
            Spans theirs = values.fitting(from, n, valueWidth);
            present +=
                    table.runBatch(
                            n,
                            p -> {
                                int status = step.run(some, theirs, p);
                                if (status == tophash_h.TH_INVALID()) {
                                    RuntimeException e =
                                            theirs.refusal(done(p), valueWidth, "value");
                                    throw e == null ? refusal(some, keyWidth, p) : e;
                                }
                                return status;
                            },
                            i -> some.room(i, keyWidth) + theirs.room(i, valueWidth));
        }
        return present;
    }

    private static long done(MemorySegment progress) {
        return progress.get(JAVA_LONG, 0);
    }

    /** A status of C, unless it refused a key. */
    static int checked(int status, Spans keys, int keyWidth, MemorySegment progress) {
        if (status == tophash_h.TH_INVALID()) {
            throw refusal(keys, keyWidth, progress);
        }
        return status;
    }

    private static RuntimeException refusal(Spans keys, int keyWidth, MemorySegment progress) {
        RuntimeException e = keys.refusal(done(progress), keyWidth, "key");
        return e == null ? changed(done(progress)) : e;
    }

    /** For a span that C refused, and that has been set right again since. */
    private static RuntimeException changed(long i) {
        return new IndexOutOfBoundsException("span " + i + " was changed during the batch");
    }

    static long removeAll(OffHeapTable table, int keyWidth, Spans keys) {
        keys.requireLength(keyWidth, "key");
        table.checkOpen();
        if (table.neverWritten()) {
            return 0;
        }
        table.written();
        return run(
                table,
                keyWidth,
                keys,
                false,
                (k, from, p) ->
                        BytesCalls.removeAll(
                                table.map,
                                table.stamp,
                                k.data(),
                                k.data().byteSize(),
                                k.starts(),
                                k.ends(),
                                k.count(),
                                p));
    }

    static long containsAll(OffHeapTable table, int keyWidth, Spans keys, boolean[] found) {
        if (found.length != keys.count()) {
            throw new IllegalArgumentException(
                    "found has " + found.length + " elements, must have " + keys.count());
        }
        keys.requireLength(keyWidth, "key");
        table.checkOpen();
        return Batches.found(
                found,
                0,
                found.length,
                (from, answers) ->
                        containsAll(table, keyWidth, keys.part(from, answers.byteSize()), answers));
    }

    static long containsAll(OffHeapTable table, int keyWidth, Spans keys, MemorySegment found) {
        Batches.elements(found, Byte.BYTES, "found", keys.count());
        Batches.writable(found, "found");
        return run(
                table,
                keyWidth,
                keys,
                false,
                (k, from, p) ->
                        BytesCalls.containsAll(
                                table.map,
                                table.stamp,
                                k.data(),
                                k.data().byteSize(),
                                k.starts(),
                                k.ends(),
                                found.asSlice(from, k.count()),
                                k.count(),
                                p));
    }
}
