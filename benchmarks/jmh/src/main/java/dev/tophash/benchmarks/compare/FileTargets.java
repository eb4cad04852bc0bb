package dev.tophash.benchmarks.compare;

import dev.tophash.benchmarks.contender.FileStoreContender;

import java.util.List;

/** What map files set out to reach. */
final class FileTargets extends Judge {
    private static final String US = FileStoreContender.TOPHASH.name();
    private static final List<FileStoreContender> PEERS =
            List.of(
                    FileStoreContender.CHRONICLE_MAP,
                    FileStoreContender.LMDB,
                    FileStoreContender.MAPDB,
                    FileStoreContender.MAPDB_SORTED,
                    FileStoreContender.SQLITE);
    private static final List<FileStoreContender> SERIALIZED =
            List.of(FileStoreContender.HASHMAP_SERIALIZED);

    FileTargets(Figures figures) {
        super(figures);
    }

    void all() {
        faster(
                "files: batched lookup against the fastest peer",
                3,
                "FileStores.getAll",
                US,
                PEERS,
                ALL);
        faster(
                "files: opening against reading a serialised HashMap",
                10,
                "FileStores.open",
                US,
                SERIALIZED,
                ALL);
    }
}
