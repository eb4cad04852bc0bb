package dev.tophash;

import dev.tophash.internal.TableOptions;
import dev.tophash.internal.log.Base;
import dev.tophash.internal.log.Log;
import dev.tophash.internal.log.LogFolder;
import dev.tophash.internal.log.LogReader;
import dev.tophash.internal.log.RecordBuffer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * A concurrent map that survives crashes: a {@link ConcurrentNativeMap} in native memory, a map
 * file with what it held some time ago, and beside it a log of all changes since.
 *
 * {@snippet :
 * try (DurableMap<String, Long> seats =
 *         DurableMap.open(Path.of("seats.tophash"), String.class, Long.class)) {
 *     seats.merge("hall 1", 1L, Long::sum); // safe when it returns
 * }
 * }
 *
 * <p>Opening reads the file, and then the log, change by change. What a write that has returned has
 * changed is there again, under the {@link Durability} that was chosen; of a write that was cut off
 * by a crash either all is there or nothing. Readers see a change as soon as it is in memory, which
 * is before it is safe.
 *
 * <p>When the log has grown larger than the file, and than {@link Builder#compactAfter} says, a
 * thread of the map's own writes the file anew and drops the log, while others go on; writers wait
 * at most while the log is synced, and one shard is copied (see {@link OffHeap#saveTo}).
 *
 * <p>The file, {@code .log.}<i>number</i>, {@code .next} and {@code .lock} beside it belong
 * together. One map at a time has them open, in one process. Without a crash the file alone does
 * once {@link #compact} has returned and nothing was written since. The log knows its file: with
 * another one of that name, such as an older copy, the map is not opened.
 *
 * <p>When the log cannot be written (the disk is full, say), the write that noticed throws {@link
 * UncheckedIOException}, which names the file and the reason, and so does every write after it:
 * nobody can know any more what is safe. What the first of them was to change can be in the map,
 * and is there or not when it is opened again; those after it change nothing. Lookups go on. Close
 * the map, which throws as well, and open it again.
 *
 * <h2>Batches</h2>
 *
 * {@code putAll}, {@code removeAll}, {@link #replaceAll} and {@link #clear} wait once, until all of
 * their changes are safe. They are atomic for each key and not as a whole: entries are written one
 * after the other in their order, and after a crash in the middle those up to some point are there,
 * the others not, and none in part. A batch that throws has done the entries before the one that it
 * threw for, and these are as safe as if it had returned. What is removed or set by way of
 * iterators, entries and views waits each time.
 *
 * <p>Threads, walks and atomicity are those of {@link ConcurrentNativeMap}; neither keys nor values
 * may be null. A map that was forgotten without being closed is as after a crash. It is not one
 * that is opened from a file in the sense of {@link OffHeap}: its entries are in memory of its own.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
public final class DurableMap<K, V> extends ConcurrentObjectMap<K, V> {
    private final ConcurrentCodecTable<K, V> table;
    private final Path file;
    private final FileOwner owner;
    private final LogFolder folder;
    private final Log log;
    private final Durability durability;
    private final LogKeeper keeper;
    private boolean closed;

    private DurableMap(
            Builder<K, V> chosen,
            LogFolder folder,
            long identity,
            FileOwner owner,
            ConcurrentCodecTable<K, V> table)
            throws IOException {
        super(table);
        this.file = folder.base();
        this.owner = owner;
        this.table = table;
        this.durability = chosen.durability;
        this.folder = folder;
        table.makeShards(); // so that there is something to lock from the first write on
        LogReader.Opened opened = LogReader.open(folder, identity, this::apply);
        this.log = opened.log();
        table.keep(this::changed);
        this.keeper =
                new LogKeeper(this, file, log, durability, chosen.compactAfter, opened.bytes());
        keeper.start();
    }

    /**
     * Opens a map whose writes are safe when they return, or makes an empty one if there is none.
     *
     * @param <K> type of the keys
     * @param <V> type of the values
     * @param file the map file; it, its log and its lock are made if there are none
     * @param keys class of the keys, see {@link Codecs#of}
     * @param values class of the values
     * @return the map
     * @throws MapFileException if the file is no map file, damaged, or of other keys and values
     * @throws DamagedLogException if the log is damaged, or of other keys and values, or of another
     *     file
     * @throws IOException if the system refuses, or the map is open already
     */
    public static <K, V> DurableMap<K, V> open(Path file, Class<K> keys, Class<V> values)
            throws IOException {
        return builder(Codecs.of(keys), Codecs.of(values)).open(file);
    }

    /**
     * Starts to choose more.
     *
     * @param <K> type of the keys
     * @param <V> type of the values
     * @param keys codec of the keys
     * @param values codec of the values
     * @return a builder that has chosen nothing yet
     */
    public static <K, V> Builder<K, V> builder(Codec<K> keys, Codec<V> values) {
        return new Builder<>(keys, values);
    }

    /**
     * Opens maps of this type.
     *
     * @param <K> type of the keys
     * @param <V> type of the values
     */
    public static final class Builder<K, V> extends ConcurrentMapBuilder<Builder<K, V>> {
        private static final long STANDARD_COMPACTION = 64L << 20;

        private final Codec<K> keys;
        private final Codec<V> values;
        private Durability durability = Durability.EACH_WRITE;
        private long compactAfter = STANDARD_COMPACTION;

        private Builder(Codec<K> keys, Codec<V> values) {
            this.keys = Objects.requireNonNull(keys);
            this.values = Objects.requireNonNull(values);
        }

        /**
         * Chooses when writes are safe.
         *
         * @param chosen {@link Durability#EACH_WRITE} unless chosen
         * @return this builder
         */
        public Builder<K, V> durability(Durability chosen) {
            durability = Objects.requireNonNull(chosen);
            return this;
        }

        /**
         * Chooses how large the log may get before the file is written anew, which also waits until
         * it is as large as the file.
         *
         * @param bytes 1 or more; 64 MiB unless chosen
         * @return this builder
         * @throws IllegalArgumentException if it is less than 1
         */
        public Builder<K, V> compactAfter(long bytes) {
            if (bytes < 1) {
                throw new IllegalArgumentException("bytes is " + bytes + ", must be 1 or more");
            }
            compactAfter = bytes;
            return this;
        }

        /**
         * Opens a map, or makes an empty one if there is none.
         *
         * @param file the map file; it, its log and its lock are made if there are none
         * @return the map
         * @throws MapFileException if the file is no map file, damaged, or of other keys and values
         * @throws DamagedLogException if the log is damaged, or of other keys and values, or of
         *     another file
         * @throws IOException if the system refuses, or the map is open already
         */
        public DurableMap<K, V> open(Path file) throws IOException {
            Path absolute = file.toAbsolutePath().normalize();
            FileOwner owner = FileOwner.of(absolute);
            ConcurrentCodecTable<K, V> table = null;
            try {
                LogFolder folder =
                        new LogFolder(
                                absolute,
                                CodecNames.fit(keys.name()),
                                CodecNames.fit(values.name()));
                UnfinishedFiles.remove(folder.next());
                boolean exists = Files.exists(absolute);
                long identity = exists ? MapFile.info(absolute).identity() : Base.NO_FILE;
                table = exists ? load(absolute) : table(options());
                return new DurableMap<>(this, folder, identity, owner, table);
            } catch (Throwable t) {
                if (table != null) {
                    table.close();
                }
                owner.close();
                throw t;
            }
        }

        private ConcurrentCodecTable<K, V> table(TableOptions options) {
            return new ConcurrentCodecTable<>(keys, values, false, options, shards());
        }

        private ConcurrentCodecTable<K, V> load(Path from) throws IOException {
            return TableFiles.load(from, options(), (options, type) -> table(options));
        }
    }

    /** A change that the log tells of. */
    private void apply(
            MemorySegment source, long key, long keyLength, long value, long valueLength) {
        K decoded = table.keys().decode(source, key, keyLength);
        if (valueLength < 0) {
            table.delete(decoded);
        } else {
            table.insert(
                    decoded, table.values().decode(source, value, valueLength), PutMode.ALWAYS);
        }
    }

    /** A change that the log is to tell of. */
    private void changed(K key, V value) {
        RecordBuffer.Part keyPart = (target, at) -> table.keys().encode(key, target, at);
        RecordBuffer.Part valuePart =
                value == null ? null : (target, at) -> table.values().encode(value, target, at);
        try {
            log.add(keyPart, valuePart);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for what this thread has written, if that was asked for. */
    private <T> T safe(T result) {
        if (durability.isEachWrite()) {
            sync();
        }
        return result;
    }

    @Override
    Object insert(K key, V value, PutMode mode) {
        return safe(super.insert(key, value, mode));
    }

    @Override
    Object delete(Object key) {
        return safe(super.delete(key));
    }

    @Override
    Object update(K key, UnaryOperator<Object> function) {
        return safe(super.update(key, function));
    }

    @Override
    Object updateMet(K key, UnaryOperator<Object> function) {
        return super.update(key, function);
    }

    // Batches wait at their end, however they end.

    @Override
    public void putAll(Map<? extends K, ? extends V> others) {
        try {
            super.putAll(others);
        } finally {
            safe(null);
        }
    }

    @Override
    public long putAll(K[] keys, V[] values) {
        try {
            return super.putAll(keys, values);
        } finally {
            safe(null);
        }
    }

    @Override
    public long removeAll(K[] keys) {
        try {
            return super.removeAll(keys);
        } finally {
            safe(null);
        }
    }

    @Override
    public void replaceAll(BiFunction<? super K, ? super V, ? extends V> function) {
        try {
            super.replaceAll(function);
        } finally {
            safe(null);
        }
    }

    /** Removes the entries one by one: what others put meanwhile may stay. */
    @Override
    public void clear() {
        try {
            Walk<K, V> walk = walk();
            while (walk.next()) {
                table.delete(walk.boxedKey());
            }
        } finally {
            safe(null);
        }
    }

    /**
     * Returns once everything that was written before is safe from a crash of the machine.
     *
     * @throws UncheckedIOException if the log cannot be written
     * @throws IllegalStateException if the map is closed
     */
    public void sync() {
        table.checkOpen();
        try {
            log.sync();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes the file anew and drops the log: what the map does by itself from time to time. If it
     * fails, for want of room say, file and log are as good as before.
     *
     * @throws IOException if the file cannot be written; the map goes on. If it is the log that
     *     cannot be written, so do writes
     * @throws IllegalStateException if the map is closed
     */
    public void compact() throws IOException {
        keeper.compact(this);
    }

    /** One that has not begun. */
    Compaction compaction() {
        table.checkOpen();
        return new Compaction(table, folder, log);
    }

    /**
     * Writes what the map holds to another file, as {@link OffHeap#saveTo} says, which is a map
     * file of its own: a copy to be kept. The map's own file is {@linkplain #compact written anew}.
     */
    @Override
    public void saveTo(Path target) throws IOException {
        Path absolute = target.toAbsolutePath().normalize();
        boolean both = Files.exists(absolute) && Files.exists(file);
        if (absolute.equals(file) || both && Files.isSameFile(absolute, file)) {
            compact();
        } else {
            super.saveTo(target);
        }
    }

    /**
     * Makes everything safe that was written, and lets go of the memory and the files. Does nothing
     * the second time. Writers that are still at work get {@link IllegalStateException}.
     *
     * @throws UncheckedIOException if the log cannot be written, or could not at some time before;
     *     the rest was done
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        keeper.stop();
        try (owner;
                log) {
            table.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
