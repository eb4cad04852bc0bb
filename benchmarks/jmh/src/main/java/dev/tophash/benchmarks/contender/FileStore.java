package dev.tophash.benchmarks.contender;

import java.io.IOException;
import java.nio.file.Path;

/** A way to keep a table of longs in files. Keys are present, and no two of them are equal. */
public interface FileStore<K> {
    /**
     * Writes a table, in the way that its documentation has for much at once. The caller syncs.
     *
     * @param folder that is empty and may be filled
     * @param source of the entries
     */
    void build(Path folder, FileSource<K> source) throws IOException;

    /** Opens what {@link #build} has written, to be looked up. */
    Table<K> open(Path folder) throws IOException;

    /** A table that is open. */
    interface Table<K> extends AutoCloseable {
        /** The value of a key that is there. */
        long get(K key);

        /** The values of many keys, one by one if the table knows no better way. */
        default void getAll(K[] keys, long[] values) {
            for (int i = 0; i < keys.length; i++) {
                values[i] = get(keys[i]);
            }
        }

        @Override
        void close();
    }
}
