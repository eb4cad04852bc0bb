package dev.tophash;

import dev.tophash.internal.BytesCalls;
import dev.tophash.internal.EntryCalls;
import dev.tophash.internal.Status;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * The batches of a {@link NativeMap} or {@link NativeSet}: arrays of objects, a chunk at a time.
 */
final class CodecBatches<K, V> {
    private static final int FIRST_BYTES_EACH = 32;

    private final CodecTable<K, V> table;

    CodecBatches(CodecTable<K, V> table) {
        this.table = table;
    }

    private static int chunk(int length) {
        return Math.min(length, EncodedBatch.CHUNK);
    }

    private EncodedBatch<K> keys(int length) {
        return new EncodedBatch<>(table.keys(), "key", chunk(length));
    }

    /** Values as C writes them: found or not, and where. */
    private static final class Results<V> {
        private final Codec<V> codec;
        private final ByteChunk bytes;
        private final byte[] found;

        Results(Codec<V> codec, int capacity) {
            boolean variable = codec.width() == Codec.VARIABLE;
            this.codec = codec;
            this.bytes = new ByteChunk(variable ? (int) Codec.VARIABLE : (int) codec.width());
            this.found = new byte[capacity];
            bytes.resize(capacity, (long) capacity * FIRST_BYTES_EACH);
        }

        V value(int i, V otherwise) {
            return found[i] == 0
                    ? otherwise
                    : codec.decode(bytes.segment(), bytes.start(i), bytes.length(i));
        }
    }

    long getAll(K[] keys, V[] values, V otherwise) {
        int length = Objects.checkIndex(keys.length, Integer.MAX_VALUE);
        table.checkOpen();
        EncodedBatch<K> batch = keys(length);
        Results<V> results = new Results<>(table.values(), chunk(length));
        long present = 0;
        for (int done = 0; done < length; ) {
            int n = batch.fill(keys, done, done + chunk(length - done));
            int from = 0;
            while (from < n) {
                int to = get(batch, from, n, results);
                for (int i = from; i < to; i++) {
                    present += results.found[i - from];
                    values[done + i] = results.value(i - from, otherwise);
                }
                from = to;
            }
            done += n;
        }
        return present;
    }

    /** Looks up keys [from, n) of a batch; returns where the results' room ended, after from. */
    private int get(EncodedBatch<K> batch, int from, int n, Results<V> results) {
        long[] progress = new long[2];
        MemorySegment p = MemorySegment.ofArray(progress);
        boolean variable = table.keys().width() == Codec.VARIABLE;
        long skipped = variable ? 0 : from * table.keys().width();
        MemorySegment data = batch.data().asSlice(skipped);
        MemorySegment starts =
                variable ? batch.starts(n).asSlice((long) from * Long.BYTES) : MemorySegment.NULL;
        MemorySegment ends =
                variable ? batch.ends(n).asSlice((long) from * Long.BYTES) : MemorySegment.NULL;
        for (; ; ) {
            int status =
                    EntryCalls.getAll(
                            table.map,
                            table.stamp,
                            data,
                            data.byteSize(),
                            starts,
                            ends,
                            results.bytes.segment(),
                            results.bytes.segment().byteSize(),
                            results.bytes.ends(),
                            MemorySegment.ofArray(results.found),
                            n - from,
                            p);
            table.checkOpen();
            int done = Math.toIntExact(progress[0]);
            if (status == Status.SMALL_BUFFER && done == 0) {
                results.bytes.resize(results.found.length, results.bytes.length(0));
            } else if (status == Status.SMALL_BUFFER || status == Status.ABSENT) {
                table.checkFile();
                return from + done;
            } else if (status == Status.CLOSED) { // another thread's first write came in between
                Thread.onSpinWait();
            } else if (status != Status.MORE) {
                throw OffHeapTable.failure(status, "looking up a batch");
            }
        }
    }

    long putAll(K[] keys, V[] values, int length) {
        table.checkOpen();
        EncodedBatch<K> keyBatch = keys(length);
        EncodedBatch<V> valueBatch = new EncodedBatch<>(table.values(), "value", chunk(length));
        long present = 0;
        for (int done = 0; done < length; ) {
            int to = done + chunk(length - done);
            int n = keyBatch.fill(keys, done, to);
            n = valueBatch.fill(values, done, done + n);
            present += put(keyBatch, valueBatch, n);
            done += n;
        }
        return present;
    }

    private long put(EncodedBatch<K> keys, EncodedBatch<V> values, int n) {
        MemorySegment keyStarts = keys.starts(n);
        MemorySegment keyEnds = keys.ends(n);
        MemorySegment valueStarts = values.starts(n);
        MemorySegment valueEnds = values.ends(n);
        table.written();
        return table.runBatch(
                n,
                p ->
                        EntryCalls.putAll(
                                table.map,
                                table.stamp,
                                keys.data(),
                                keys.data().byteSize(),
                                keyStarts,
                                keyEnds,
                                values.data(),
                                values.data().byteSize(),
                                valueStarts,
                                valueEnds,
                                n,
                                p),
                i -> keys.length(i) + values.length(i));
    }

    long removeAll(K[] keys) {
        table.checkOpen();
        if (table.neverWritten()) {
            return 0;
        }
        EncodedBatch<K> batch = keys(keys.length);
        long present = 0;
        for (int done = 0; done < keys.length; ) {
            int n = batch.fill(keys, done, done + chunk(keys.length - done));
            MemorySegment starts = batch.starts(n);
            MemorySegment ends = batch.ends(n);
            table.written();
            present +=
                    table.runBatch(
                            n,
                            p ->
                                    BytesCalls.removeAll(
                                            table.map,
                                            table.stamp,
                                            batch.data(),
                                            batch.data().byteSize(),
                                            starts,
                                            ends,
                                            n,
                                            p),
                            OffHeapTable.NO_BYTES);
            done += n;
        }
        return present;
    }

    long containsAll(K[] keys, boolean[] found) {
        table.checkOpen();
        EncodedBatch<K> batch = keys(keys.length);
        byte[] answers = new byte[chunk(keys.length)];
        long present = 0;
        for (int done = 0; done < keys.length; ) {
            int n = batch.fill(keys, done, done + chunk(keys.length - done));
            MemorySegment starts = batch.starts(n);
            MemorySegment ends = batch.ends(n);
            present +=
                    table.runBatch(
                            n,
                            p ->
                                    BytesCalls.containsAll(
                                            table.map,
                                            table.stamp,
                                            batch.data(),
                                            batch.data().byteSize(),
                                            starts,
                                            ends,
                                            MemorySegment.ofArray(answers),
                                            n,
                                            p),
                            OffHeapTable.NO_BYTES);
            for (int i = 0; i < n; i++) {
                found[done + i] = answers[i] != 0;
            }
            done += n;
        }
        return present;
    }
}
