package dev.tophash.benchmarks.contender;

/** The ways to keep a table in files that are compared. */
public enum FileStoreContender {
    TOPHASH(TophashFiles.LONGS, TophashFiles.STRINGS),
    CHRONICLE_MAP(ChronicleFiles.LONGS, ChronicleFiles.STRINGS),
    LMDB(LmdbFiles.LONGS, LmdbFiles.STRINGS),
    /** MapDB's hash table. */
    MAPDB(MapDbFiles.LONGS, MapDbFiles.STRINGS),
    /** MapDB's table that is written once, in order, and then looked up. */
    MAPDB_SORTED(MapDbSortedFiles.LONGS, MapDbSortedFiles.STRINGS),
    /** One table {@code WITHOUT ROWID}. */
    SQLITE(SqliteFiles.LONGS, SqliteFiles.STRINGS),
    /** A {@code HashMap} through the JDK's serialisation; opening it is reading all of it. */
    HASHMAP_SERIALIZED(new SerializedFiles<>(), new SerializedFiles<>());

    private final FileStore<Long> longs;
    private final FileStore<String> strings;

    FileStoreContender(FileStore<Long> longs, FileStore<String> strings) {
        this.longs = longs;
        this.strings = strings;
    }

    /** For keys that are longs. */
    public FileStore<Long> longs() {
        return longs;
    }

    /** For keys that are strings. */
    public FileStore<String> strings() {
        return strings;
    }
}
