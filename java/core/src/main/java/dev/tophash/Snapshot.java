package dev.tophash;

import dev.tophash.internal.MapFiles;
import dev.tophash.internal.NativeHeap;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A concurrent map as it was at one moment, in copies of its shards. They are taken one by one,
 * each under the lock of its shard, before that is written to again: by the thread that saves, in
 * order, or by a writer who comes before it.
 *
 * <p>Begin and end: {@link Shards#save}. What one thread has taken another finds since both had the
 * shard's lock.
 */
final class Snapshot implements AutoCloseable {
    private final OffHeapTable whole;

    /** What was taken and is not in the file yet. */
    private final NativeHeap.Handle[] copies;

    /** Why a copy could not be taken; written by any thread. */
    private final Throwable[] failures;

    Snapshot(OffHeapTable whole, int count) {
        this.whole = whole;
        this.copies = new NativeHeap.Handle[count];
        this.failures = new Throwable[count];
    }

    /**
     * Takes a copy. The thread has the shard's lock, and may be a writer who is not to hear of
     * failures: the thread that saves is.
     */
    void take(int index) {
        try {
            copies[index] = MapFiles.copyShard(whole.map, whole.stamp, index);
            if (copies[index].status() < 0) {
                int status = copies[index].status();
                copies[index] = null;
                whole.checkOpen();
                throw OffHeapTable.failure(status, "no native memory for a copy of a shard");
            }
        } catch (Throwable t) {
            failures[index] = t;
        }
    }

    /** Writes a copy that was taken to a file, and lets go of it. */
    void write(int index, Path file, MapFiles.Save save, int seed) throws IOException {
        rethrow(failures[index]);
        NativeHeap.Handle copy = copies[index];
        if (copy.map() == 0) {
            TableFiles.addEmpty(whole, file, save, seed, 1);
            return;
        }
        TableFiles.add(whole, file, save, copy.map(), copy.stamp());
        copies[index] = null;
        NativeHeap.closeMap(copy);
    }

    private static void rethrow(Throwable failure) {
        if (failure instanceof Error e) {
            throw e;
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
    }

    /** Lets go of the copies that are left. No thread takes any now. */
    @Override
    public void close() {
        for (int i = 0; i < copies.length; i++) {
            NativeHeap.Handle copy = copies[i];
            if (copy != null && copy.map() != 0) {
                copies[i] = null;
                NativeHeap.closeMap(copy);
            }
        }
    }
}
