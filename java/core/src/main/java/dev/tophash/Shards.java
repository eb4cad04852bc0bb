package dev.tophash;

import dev.tophash.internal.Linkage;
import dev.tophash.internal.MapCalls;
import dev.tophash.internal.MapFiles;
import dev.tophash.internal.NativeHeap;
import dev.tophash.internal.OpenedFile;
import dev.tophash.internal.Placement;
import dev.tophash.internal.Status;
import dev.tophash.internal.TableOptions;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.AbstractQueuedSynchronizer;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The shards of a concurrent map: ordinary maps, each with a lock for its writer. Readers do not
 * come by here; they ask the native map as a whole.
 *
 * <p>Before the first write there is nothing but this object. A shard's native map is made by the
 * first write to it, under its lock, so that of racing first writes one makes it and the others
 * find it.
 *
 * @param <T> the ordinary map
 */
final class Shards<T extends OffHeapTable> {
    /** So that threads that all write, one for each processor, seldom meet. */
    private static final int FOR_EACH_PROCESSOR = 4;

    private static final int LEAST_STANDARD = 16;
    private static final int MOST_STANDARD = 1024;

    /** The factor of {@code th_hash_word}. */
    private static final long FACTOR = 0xa0761d6478bd642fL;

    /** By which {@code th_seed_mask} spreads a seed over a word. */
    private static final long SPREAD = 0x9e3779b97f4a7c15L;

    /** Held by the thread that saves. */
    private final ReentrantLock saving = new ReentrantLock();

    private final OffHeapTable whole;
    private final int count;
    private final boolean direct;
    private final Function<TableOptions, T> make;

    /** Null before the first write. */
    private volatile Shard<T>[] all;

    /** Of the native map; known when {@link #all} is. */
    private long seedMask;

    /**
     * A shard's map, which is written to and walked under this lock: one object, as each line of
     * memory that writers change is one that the next writer waits for.
     */
    @SuppressWarnings("serial") // never serialized
    static final class Shard<T extends OffHeapTable> extends AbstractQueuedSynchronizer {
        private static final int FREE = 0;
        private static final int HELD = 1;
        private static final int SPINS = 64;

        final transient T table;

        /** Whether there are writers who come by {@code th_shard_put} and know no other lock. */
        private final boolean direct;

        private final int index;

        /**
         * Wants this shard as it is before it is written to again; null mostly. As long as it does,
         * the native lock is held for it, so that writers in one call are sent here.
         */
        private transient Snapshot snapshot;

        Shard(T table, int index, boolean direct) {
            this.table = table;
            this.index = index;
            this.direct = direct;
        }

        void lock() {
            await();
            if (snapshot != null) {
                Snapshot wanting = snapshot;
                snapshot = null;
                wanting.take(index);
            } else if (direct) {
                keepOut();
            }
        }

        private void await() {
            if (!tryAcquire(HELD)) {
                if (getExclusiveOwnerThread() == Thread.currentThread()) {
                    throw new IllegalStateException("a codec writes to the map it encodes for");
                }
                acquire(HELD);
            }
        }

        /** In place of unlocking: whoever comes next takes a copy for the snapshot. */
        void promise(Snapshot to) {
            snapshot = to;
            release(FREE);
        }

        /** Has a snapshot not want this shard any more. */
        void excuse(Snapshot from) {
            await();
            if (snapshot == from) {
                snapshot = null;
            } else if (direct) {
                keepOut();
            }
            unlock();
        }

        void unlock() {
            if (direct && table.map != Linkage.EMPTY_MAP) {
                MapCalls.shardUnlock(table.map, table.stamp);
            }
            release(FREE);
        }

        /**
         * Takes the native lock, for which writers in one call may have to be waited: they hold it
         * for less than a microsecond. Without a native map there is none, and a new one is locked.
         */
        private void keepOut() {
            for (int tries = 1; table.map != Linkage.EMPTY_MAP; tries++) {
                if (MapCalls.shardLock(table.map, table.stamp) != Status.BUSY) {
                    return;
                }
                if (tries % SPINS == 0) {
                    Thread.yield(); // it was stopped in the middle of it
                }
                Thread.onSpinWait();
            }
        }

        @Override
        protected boolean tryAcquire(int state) {
            if (getState() != FREE || !compareAndSetState(FREE, state)) {
                return false;
            }
            setExclusiveOwnerThread(Thread.currentThread());
            return true;
        }

        @Override
        protected boolean tryRelease(int state) {
            setExclusiveOwnerThread(null);
            setState(state);
            return true;
        }
    }

    /**
     * Shards to come.
     *
     * @param count how many, a power of two
     * @param direct whether single writes go to the native map as a whole, where they can
     * @param make makes the map of a shard
     */
    Shards(OffHeapTable whole, int count, boolean direct, Function<TableOptions, T> make) {
        this.whole = whole;
        this.count = count;
        this.direct = direct;
        this.make = make;
    }

    /** How many shards a map has that does not choose. */
    static int standardCount() {
        int wanted = Runtime.getRuntime().availableProcessors() * FOR_EACH_PROCESSOR;
        int power = Integer.highestOneBit(Math.max(wanted - 1, 1)) << 1;
        return Math.clamp(power, LEAST_STANDARD, MOST_STANDARD);
    }

    /** How many shards a map has that is opened with these options. */
    static int countOf(TableOptions options) {
        return Math.max(options.file().info().shards(), 1);
    }

    int count() {
        return count;
    }

    /** Whether anything was ever written; false for a map that was closed before. */
    boolean exist() {
        return all != null;
    }

    private Shard<T>[] ready() {
        Shard<T>[] known = all;
        return known == null ? prepare() : known;
    }

    private Shard<T>[] prepare() {
        synchronized (whole) {
            if (all == null) {
                whole.open();
                seedMask = Integer.toUnsignedLong(NativeHeap.seed(whole.map, whole.stamp)) * SPREAD;
                @SuppressWarnings({"unchecked", "rawtypes"})
                Shard<T>[] made = new Shard[count];
                for (int i = 0; i < count; i++) {
                    T table = make.apply(TableOptions.ofShard(new Part(whole, i)));
                    made[i] = new Shard<>(table, i, direct);
                }
                all = made;
            }
            return all;
        }
    }

    /** A shard's view of the whole. */
    private record Part(OffHeapTable whole, int index) implements TableOptions.Whole {
        @Override
        public String typeName() {
            return whole.typeName();
        }

        @Override
        public Placement placement() {
            return whole.placement();
        }

        @Override
        public OpenedFile file() {
            return whole.file();
        }

        @Override
        public void checkFile() {
            whole.checkFile();
        }

        @Override
        public NativeHeap.Handle openShard() {
            return NativeHeap.shard(whole.map, whole.stamp, index);
        }
    }

    /** Finds the shards of a native map that has entries from its beginning. */
    void adopt() {
        for (Shard<T> shard : ready()) {
            shard.lock();
            try {
                shard.table.open();
            } finally {
                shard.unlock();
            }
        }
    }

    /** The shard of a key that is a word, computed as {@code th_shard_of} does. */
    int indexOf(long word) {
        ready();
        long x = word ^ seedMask;
        long hash = x * FACTOR ^ Math.unsignedMultiplyHigh(x, FACTOR);
        return (int) (hash >>> Byte.SIZE) & count - 1;
    }

    /**
     * Waits until the thread may write to a shard, or walk it. To be unlocked.
     *
     * @throws IllegalStateException if the map is closed, or the thread is in a function given to
     *     this map's {@code compute} or another such method
     */
    Shard<T> lock(int index) {
        Shard<T> shard = ready()[index];
        Computation.refuseLocksOf(whole);
        shard.lock();
        return shard;
    }

    /** Does something to each shard that there is, under its lock. */
    private void forEach(Consumer<T> action) {
        whole.checkOpen();
        Shard<T>[] known = all;
        if (known == null) {
            return;
        }
        for (int i = 0; i < count; i++) {
            Shard<T> shard = lock(i);
            try {
                action.accept(shard.table);
            } finally {
                shard.unlock();
            }
        }
    }

    void clear() {
        forEach(OffHeapTable::clear);
    }

    void shrinkToFit() {
        forEach(OffHeapTable::shrinkToFit);
    }

    /**
     * Keys are spread at random: each shard is given four standard deviations more than its part.
     */
    void reserve(long entries) {
        long part = entries / count;
        long each = Math.min(entries, part + 4 * (long) Math.sqrt(part) + 1);
        whole.checkOpen();
        if (entries > 0) {
            ready();
        }
        forEach(table -> table.reserve(each));
    }

    /** Moves the shards, one after the other. */
    void migrate(Migration migration) {
        for (int i = 0; all != null && i < count; i++) {
            int index = i;
            migration.move(whole, () -> movesPiece(index, migration));
        }
    }

    private boolean movesPiece(int index, Migration migration) {
        Shard<T> shard = lock(index);
        try {
            return !shard.table.neverWritten() && migration.movesPiece(shard.table);
        } finally {
            shard.unlock();
        }
    }

    /** Asks for something while nobody writes. */
    <R> R whileLocked(Supplier<R> question) {
        Computation.refuseLocksOf(whole);
        Shard<T>[] known = all;
        if (known == null) {
            synchronized (whole) { // nobody makes them meanwhile
                if (all == null) {
                    return question.get();
                }
                known = all;
            }
        }
        lockAll(known);
        try {
            return question.get();
        } finally {
            unlock(known, count);
        }
    }

    private void lockAll(Shard<T>[] known) {
        int locked = 0;
        try {
            while (locked < count) {
                known[locked].lock();
                locked++;
            }
        } finally {
            if (locked < count) {
                unlock(known, locked);
            }
        }
    }

    private void unlock(Shard<T>[] known, int locked) {
        for (int i = locked - 1; i >= 0; i--) {
            known[i].unlock();
        }
    }

    /** Writes all entries to a file, as they are at one moment; others go on writing meanwhile. */
    void save(Path file) throws IOException {
        Computation.refuseLocksOf(whole);
        saving.lock();
        try {
            Shard<T>[] known = all;
            int seed = known == null ? 0 : NativeHeap.seed(whole.map, whole.stamp);
            whole.checkOpen();
            try (MapFiles.Save save = TableFiles.begin(whole, file, count, seed)) {
                if (known == null) {
                    TableFiles.addEmpty(whole, file, save, seed, count);
                } else if (whole.isReadOnly()) {
                    for (Shard<T> shard : known) {
                        TableFiles.add(whole, file, save, shard.table.map, shard.table.stamp);
                    }
                } else {
                    saveSnapshot(known, file, save, seed);
                }
                TableFiles.commit(whole, file, save);
            }
        } finally {
            saving.unlock();
        }
    }

    private void saveSnapshot(Shard<T>[] known, Path file, MapFiles.Save save, int seed)
            throws IOException {
        try (Snapshot snapshot = new Snapshot(whole, count)) {
            lockAll(known);
            for (Shard<T> shard : known) {
                shard.promise(snapshot);
            }
            try {
                for (int i = 0; i < count; i++) {
                    known[i].lock(); // takes the copy if no writer has
                    known[i].unlock();
                    snapshot.write(i, file, save, seed);
                }
            } catch (Throwable t) {
                for (Shard<T> shard : known) {
                    shard.excuse(snapshot);
                }
                throw t;
            }
        }
    }

    /** Has every writer learn that the map is closed. The caller holds the monitor of the whole. */
    void close() {
        Shard<T>[] known = all;
        if (known != null) {
            for (Shard<T> shard : known) {
                shard.table.close();
            }
        }
    }
}
