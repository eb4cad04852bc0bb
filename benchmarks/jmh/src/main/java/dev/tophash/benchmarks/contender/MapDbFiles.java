package dev.tophash.benchmarks.contender;

import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.HTreeMap;
import org.mapdb.Serializer;

import java.nio.file.Path;

/** MapDB's {@code HTreeMap} in a file that is mapped, without transactions. */
final class MapDbFiles<K> implements FileStore<K> {
    private static final String FILE = "map.db";
    private static final String NAME = "table";

    static final FileStore<Long> LONGS = new MapDbFiles<>(Serializer.LONG);
    static final FileStore<String> STRINGS = new MapDbFiles<>(Serializer.STRING_ASCII);

    private final Serializer<K> serializer;

    private MapDbFiles(Serializer<K> serializer) {
        this.serializer = serializer;
    }

    private static DBMaker.Maker file(Path folder) {
        return DBMaker.fileDB(folder.resolve(FILE).toFile())
                .fileMmapEnable()
                .fileMmapPreclearDisable();
    }

    @Override
    public void build(Path folder, FileSource<K> source) {
        DBMaker.Maker maker = file(folder).allocateIncrement(64L << 20);
        try (DB db = maker.make();
                HTreeMap<K, Long> map =
                        db.hashMap(NAME, serializer, Serializer.LONG).counterEnable().create()) {
            for (K key : source.keys()) {
                map.put(key, source.value(key));
            }
        }
    }

    @Override
    public Table<K> open(Path folder) {
        DB db = file(folder).readOnly().make();
        HTreeMap<K, Long> map = db.hashMap(NAME, serializer, Serializer.LONG).open();
        return new Table<>() {
            @Override
            public long get(K key) {
                return map.get(key);
            }

            @Override
            public void close() {
                db.close();
            }
        };
    }
}
