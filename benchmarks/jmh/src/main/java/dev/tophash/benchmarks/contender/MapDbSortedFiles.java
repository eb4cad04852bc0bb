package dev.tophash.benchmarks.contender;

import org.mapdb.Serializer;
import org.mapdb.SortedTableMap;
import org.mapdb.serializer.GroupSerializer;
import org.mapdb.volume.MappedFileVol;
import org.mapdb.volume.Volume;

import java.nio.file.Path;

/** MapDB's {@code SortedTableMap}. */
final class MapDbSortedFiles<K> implements FileStore<K> {
    private static final String FILE = "map.db";

    static final FileStore<Long> LONGS = new MapDbSortedFiles<>(Serializer.LONG);
    static final FileStore<String> STRINGS = new MapDbSortedFiles<>(Serializer.STRING_ASCII);

    private final GroupSerializer<K> serializer;

    private MapDbSortedFiles(GroupSerializer<K> serializer) {
        this.serializer = serializer;
    }

    private static Volume file(Path folder, boolean readOnly) {
        return MappedFileVol.FACTORY.makeVolume(folder.resolve(FILE).toString(), readOnly);
    }

    @Override
    public void build(Path folder, FileSource<K> source) {
        SortedTableMap.Sink<K, Long> sink =
                SortedTableMap.create(file(folder, false), serializer, Serializer.LONG)
                        .createFromSink();
        for (K key : source.sortedKeys()) {
            sink.put(key, source.value(key));
        }
        sink.create().close();
    }

    @Override
    public Table<K> open(Path folder) {
        SortedTableMap<K, Long> map =
                SortedTableMap.open(file(folder, true), serializer, Serializer.LONG);
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
