package dev.tophash.benchmarks.contender;

import dev.tophash.LongLongMap;
import dev.tophash.StringLongMap;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** Map files, filled in batches. */
final class TophashFiles {
    private static final int BATCH = 4096;
    private static final String FILE = "map.thm";

    private TophashFiles() {}

    static final FileStore<Long> LONGS =
            new FileStore<>() {
                @Override
                public void build(Path folder, FileSource<Long> source) throws IOException {
                    Long[] keys = source.keys();
                    try (LongLongMap map = LongLongMap.withExpectedSize(keys.length)) {
                        for (int from = 0; from < keys.length; from += BATCH) {
                            Long[] some = batch(keys, from);
                            map.putAll(unboxed(some), values(some, source));
                        }
                        map.saveTo(folder.resolve(FILE));
                    }
                }

                @Override
                public Table<Long> open(Path folder) throws IOException {
                    return new LongTable(LongLongMap.open(folder.resolve(FILE)));
                }
            };

    static final FileStore<String> STRINGS =
            new FileStore<>() {
                @Override
                public void build(Path folder, FileSource<String> source) throws IOException {
                    String[] keys = source.keys();
                    try (StringLongMap map = StringLongMap.withExpectedSize(keys.length)) {
                        for (int from = 0; from < keys.length; from += BATCH) {
                            String[] some = batch(keys, from);
                            map.putAll(some, values(some, source));
                        }
                        map.saveTo(folder.resolve(FILE));
                    }
                }

                @Override
                public Table<String> open(Path folder) throws IOException {
                    return new StringTable(StringLongMap.open(folder.resolve(FILE)));
                }
            };

    private static <K> K[] batch(K[] keys, int from) {
        return Arrays.copyOfRange(keys, from, Math.min(from + BATCH, keys.length));
    }

    private static <K> long[] values(K[] keys, FileSource<K> source) {
        return Arrays.stream(keys).mapToLong(source::value).toArray();
    }

    private static long[] unboxed(Long[] keys) {
        long[] numbers = new long[keys.length];
        for (int i = 0; i < keys.length; i++) {
            numbers[i] = keys[i];
        }
        return numbers;
    }

    private record LongTable(LongLongMap map) implements FileStore.Table<Long> {
        @Override
        public long get(Long key) {
            return map.get(key);
        }

        @Override
        public void getAll(Long[] keys, long[] values) {
            map.getAll(unboxed(keys), values);
        }

        @Override
        public void close() {
            map.close();
        }
    }

    private record StringTable(StringLongMap map) implements FileStore.Table<String> {
        @Override
        public long get(String key) {
            return map.get(key);
        }

        @Override
        public void getAll(String[] keys, long[] values) {
            map.getAll(keys, values);
        }

        @Override
        public void close() {
            map.close();
        }
    }
}
