package dev.tophash.benchmarks.contender;

import org.sqlite.SQLiteConfig;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** SQLite, built in one transaction from sorted keys, and looked up within another. */
final class SqliteFiles<K> implements FileStore<K> {
    private static final String FILE = "table.sqlite";

    /** More than any table here has. */
    private static final long MAPPED = 16L << 30;

    private static final int BATCH = 10_000;

    static final FileStore<Long> LONGS = new SqliteFiles<>("INTEGER");
    static final FileStore<String> STRINGS = new SqliteFiles<>("TEXT");

    private final String type;

    private SqliteFiles(String type) {
        this.type = type;
    }

    private static Connection connect(Path folder, boolean readOnly) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(readOnly);
        config.setPragma(SQLiteConfig.Pragma.MMAP_SIZE, Long.toString(MAPPED));
        Connection connection =
                config.createConnection("jdbc:sqlite:" + folder.resolve(FILE).toAbsolutePath());
        connection.setAutoCommit(false);
        return connection;
    }

    @Override
    public void build(Path folder, FileSource<K> source) throws IOException {
        try (Connection connection = connect(folder, false)) {
            try (PreparedStatement create =
                    connection.prepareStatement(
                            "CREATE TABLE entry (k "
                                    + type
                                    + " PRIMARY KEY, v INTEGER)"
                                    + " WITHOUT ROWID")) {
                create.execute();
            }
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO entry VALUES (?, ?)")) {
                int waiting = 0;
                for (K key : source.sortedKeys()) {
                    insert.setObject(1, key);
                    insert.setLong(2, source.value(key));
                    insert.addBatch();
                    if (++waiting % BATCH == 0) {
                        insert.executeBatch();
                    }
                }
                insert.executeBatch();
            }
            connection.commit();
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    @Override
    public Table<K> open(Path folder) throws IOException {
        try {
            return new SqliteTable<>(connect(folder, true));
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    private static final class SqliteTable<K> implements Table<K> {
        private final Connection connection;
        private final PreparedStatement get;
        private PreparedStatement getAll;
        private int keysOfGetAll;

        SqliteTable(Connection connection) throws SQLException {
            this.connection = connection;
            get = connection.prepareStatement("SELECT v FROM entry WHERE k = ?");
        }

        @Override
        public long get(K key) {
            try {
                get.setObject(1, key);
                try (ResultSet found = get.executeQuery()) {
                    found.next();
                    return found.getLong(1);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        /** One query that joins the table with the keys. */
        @Override
        public void getAll(K[] keys, long[] values) {
            try {
                if (getAll == null || keysOfGetAll != keys.length) {
                    prepareGetAll(keys.length);
                }
                for (int i = 0; i < keys.length; i++) {
                    getAll.setObject(i + 1, keys[i]);
                }
                try (ResultSet found = getAll.executeQuery()) {
                    while (found.next()) {
                        values[found.getInt(1)] = found.getLong(2);
                    }
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        private void prepareGetAll(int keys) throws SQLException {
            String asked =
                    IntStream.range(0, keys)
                            .mapToObj(i -> "(" + i + ",?)")
                            .collect(Collectors.joining(","));
            getAll =
                    connection.prepareStatement(
                            "WITH asked(i, k) AS (VALUES "
                                    + asked
                                    + ")"
                                    + " SELECT i, v FROM asked CROSS JOIN entry USING (k)");
            keysOfGetAll = keys;
        }

        @Override
        public void close() {
            try {
                connection.close();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
