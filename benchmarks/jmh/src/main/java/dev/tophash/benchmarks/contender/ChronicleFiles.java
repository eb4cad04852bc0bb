package dev.tophash.benchmarks.contender;

import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** Chronicle Map, told how many entries there will be and how long their keys are. */
final class ChronicleFiles<K> implements FileStore<K> {
    private static final String FILE = "map.dat";

    static final FileStore<Long> LONGS = new ChronicleFiles<>(Long.class, builder -> builder);
    static final FileStore<String> STRINGS =
            new ChronicleFiles<>(String.class, builder -> builder.averageKeySize(24));

    private final Class<K> type;
    private final UnaryOperator<ChronicleMapBuilder<K, Long>> sizes;

    private ChronicleFiles(Class<K> type, UnaryOperator<ChronicleMapBuilder<K, Long>> sizes) {
        this.type = type;
        this.sizes = sizes;
    }

    private ChronicleMap<K, Long> map(Path folder, long entries) throws IOException {
        return sizes.apply(ChronicleMapBuilder.of(type, Long.class))
                .name("table")
                .entries(entries)
                .putReturnsNull(true)
                .createPersistedTo(folder.resolve(FILE).toFile());
    }

    @Override
    public void build(Path folder, FileSource<K> source) throws IOException {
        K[] keys = source.keys();
        try (ChronicleMap<K, Long> map = map(folder, keys.length)) {
            for (K key : keys) {
                map.put(key, source.value(key));
            }
        }
    }

    @Override
    public Table<K> open(Path folder) throws IOException {
        ChronicleMap<K, Long> map = map(folder, 1); // what the file says counts
        return new Table<>() {
            @Override
            public long get(K key) {
                return map.get(key);
            }

            @Override
            public void close() {
                map.close();
            }
        };
    }
}
