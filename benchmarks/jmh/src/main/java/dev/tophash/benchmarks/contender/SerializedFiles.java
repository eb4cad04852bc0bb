package dev.tophash.benchmarks.contender;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;

/** A {@code HashMap} that is serialised whole. */
final class SerializedFiles<K> implements FileStore<K> {
    private static final String FILE = "map.ser";
    private static final int BUFFER = 1 << 16;

    @Override
    public void build(Path folder, FileSource<K> source) throws IOException {
        HashMap<K, Long> map = HashMap.newHashMap(source.keys().length);
        for (K key : source.keys()) {
            map.put(key, source.value(key));
        }
        try (ObjectOutputStream out =
                new ObjectOutputStream(
                        new BufferedOutputStream(
                                Files.newOutputStream(folder.resolve(FILE)), BUFFER))) {
            out.writeObject(map);
        }
    }

    @Override
    @SuppressWarnings("unchecked") // it is what build wrote
    public Table<K> open(Path folder) throws IOException {
        HashMap<K, Long> map;
        try (ObjectInputStream in =
                new ObjectInputStream(
                        new BufferedInputStream(
                                Files.newInputStream(folder.resolve(FILE)), BUFFER))) {
            map = (HashMap<K, Long>) in.readObject();
        } catch (ClassNotFoundException e) {
            throw new IOException(e);
        }
        return new Table<>() {
            @Override
            public long get(K key) {
                return map.get(key);
            }

            @Override
            public void close() {}
        };
    }
}
