package dev.tophash.benchmarks.contender;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.PutFlags;
import org.lmdbjava.Txn;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.function.BiConsumer;

/** LMDB, built by appending sorted keys in one transaction, and looked up within another. */
final class LmdbFiles<K> implements FileStore<K> {
    /** Address space; the file is as long as it has to be. */
    private static final long MAPPED = 16L << 30;

    /** As LMDB's integer keys are unsigned, the sign is turned around. */
    static final FileStore<Long> LONGS =
            new LmdbFiles<>(
                    (key, buffer) -> buffer.putLong(key ^ Long.MIN_VALUE),
                    DbiFlags.MDB_CREATE,
                    DbiFlags.MDB_INTEGERKEY);

    static final FileStore<String> STRINGS =
            new LmdbFiles<>((key, buffer) -> buffer.put(key.getBytes(UTF_8)), DbiFlags.MDB_CREATE);

    private final BiConsumer<K, ByteBuffer> encoder;
    private final DbiFlags[] flags;

    private LmdbFiles(BiConsumer<K, ByteBuffer> encoder, DbiFlags... flags) {
        this.encoder = encoder;
        this.flags = flags;
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    private void encode(K key, ByteBuffer buffer) {
        buffer.clear();
        encoder.accept(key, buffer);
        buffer.flip();
    }

    private static Env<ByteBuffer> environment(Path folder, EnvFlags... flags) {
        return Env.create().setMapSize(MAPPED).setMaxDbs(1).open(folder.toFile(), flags);
    }

    @Override
    public void build(Path folder, FileSource<K> source) {
        try (Env<ByteBuffer> environment = environment(folder)) {
            Dbi<ByteBuffer> table = environment.openDbi((String) null, flags);
            ByteBuffer keyBytes = buffer(environment.getMaxKeySize());
            ByteBuffer valueBytes = buffer(Long.BYTES);
            try (Txn<ByteBuffer> write = environment.txnWrite()) {
                for (K key : source.sortedKeys()) {
                    encode(key, keyBytes);
                    valueBytes.putLong(0, source.value(key));
                    table.put(write, keyBytes, valueBytes, PutFlags.MDB_APPEND);
                }
                write.commit();
            }
        }
    }

    @Override
    public Table<K> open(Path folder) {
        Env<ByteBuffer> environment =
                environment(folder, EnvFlags.MDB_RDONLY_ENV, EnvFlags.MDB_NORDAHEAD);
        Dbi<ByteBuffer> table = environment.openDbi((String) null);
        Txn<ByteBuffer> read = environment.txnRead();
        ByteBuffer keyBytes = buffer(environment.getMaxKeySize());
        return new Table<>() {
            @Override
            public long get(K key) {
                encode(key, keyBytes);
                return table.get(read, keyBytes).order(ByteOrder.nativeOrder()).getLong(0);
            }

            @Override
            public void close() {
                read.close();
                environment.close();
            }
        };
    }
}
