package dev.tophash.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tophash.NativeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayInputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** Rows into maps, by what becomes of duplicates, compared with a {@link HashMap}. */
class EntryLoaderTest {
    private static final EntryTypes<Long, Long> LONGS =
            new EntryTypes<>(ColumnType.LONG, ColumnType.LONG);

    private final BadRows bad = new BadRows("in", BadRows.Policy.SKIP);

    private static <K, V> Map<K, V> load(
            String tsv, EntryTypes<K, V> types, Duplicates duplicates, BadRows bad)
            throws Exception {
        try (NativeMap<K, V> map = NativeMap.create(types.keys().codec(), types.values().codec());
                RowReader reader =
                        TsvReader.fields(new ByteArrayInputStream(tsv.getBytes(UTF_8)), false)) {
            EntryLoader<K, V> loader = new EntryLoader<>(map, types, duplicates, bad);
            for (Row row = reader.next(); row != null; row = reader.next()) {
                loader.add(row, 0, 1);
            }
            loader.flush();
            return new HashMap<>(map);
        }
    }

    private static long expected(Duplicates duplicates, long before, long added) {
        return switch (duplicates) {
            case LAST -> added;
            case FIRST, ERROR -> before;
            case SUM -> before + added;
        };
    }

    /** Few keys come again in the same batch, many only in another. */
    @ParameterizedTest
    @EnumSource(Duplicates.class)
    void duplicates(Duplicates duplicates) throws Exception {
        for (int keys : new int[] {10, 5_000, 1_000_000}) {
            Random random = new Random(keys);
            StringBuilder tsv = new StringBuilder();
            Map<Long, Long> model = new HashMap<>();
            int rows = 20_000;
            for (int i = 0; i < rows; i++) {
                long key = random.nextInt(keys);
                long value = random.nextInt();
                tsv.append(key).append('\t').append(value).append('\n');
                model.merge(key, value, (a, b) -> expected(duplicates, a, b));
            }
            BadRows counted = new BadRows("in", BadRows.Policy.SKIP);
            assertEquals(model, load(tsv.toString(), LONGS, duplicates, counted));
            long doubles = duplicates == Duplicates.ERROR ? rows - model.size() : 0;
            assertEquals(doubles, counted.end());
        }
    }

    @Test
    void everyPairOfTypes() throws Exception {
        for (String key : ColumnType.NAMES.split(", ")) {
            for (String value : ColumnType.NAMES.split(", ")) {
                EntryTypes<?, ?> types = EntryTypes.parse("--types", key + ":" + value);
                assertEquals(2, load("1\t2\n3\t4\n1\t5\n", types, Duplicates.LAST, bad).size());
                assertEquals(2, load("1\t2\n3\t4\n1\t5\n", types, Duplicates.FIRST, bad).size());
            }
        }
        EntryTypes<String, Double> types = new EntryTypes<>(ColumnType.STRING, ColumnType.DOUBLE);
        assertEquals(
                Map.of("a", 1.75, "", Double.NaN, "b", -0.0),
                load("a\t1.5\n\tNaN\na\t0.25\nb\t-0\n", types, Duplicates.SUM, bad));
    }

    @Test
    void badRowsAreLeftOut() throws Exception {
        String tsv = "1\t10\nx\t1\n2\n3\t30\n4\t1.5\n1\t11\n";
        assertEquals(Map.of(1L, 11L, 3L, 30L), load(tsv, LONGS, Duplicates.LAST, bad));
        assertEquals(3, bad.end());
    }

    @Test
    void sumsBeyondTheTypeAreBadRows() throws Exception {
        String tsv = "1\t9223372036854775807\n1\t1\n1\t-7\n";
        assertEquals(Map.of(1L, Long.MAX_VALUE - 7), load(tsv, LONGS, Duplicates.SUM, bad));
        assertEquals(1, bad.end());
        BadRows fatal = new BadRows("in", BadRows.Policy.FAIL);
        CommandFailure failure =
                assertThrows(CommandFailure.class, () -> load(tsv, LONGS, Duplicates.SUM, fatal));
        assertEquals("in:2: beyond long: 9223372036854775807 + 1, key \"1\"", failure.getMessage());
    }

    /** A duplicate shows only when its batch is looked up; still it comes before what follows. */
    @Test
    void theFirstBadRowEndsIt() {
        BadRows fatal = new BadRows("in", BadRows.Policy.FAIL);
        String tsv = "1\t1\n2\t2\n1\t3\nx\t4\n";
        CommandFailure failure =
                assertThrows(CommandFailure.class, () -> load(tsv, LONGS, Duplicates.ERROR, fatal));
        assertEquals("in:3: a key for the second time: \"1\"", failure.getMessage());
        assertEquals(Main.FAILURE, failure.status);
    }
}
