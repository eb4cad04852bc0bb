package dev.tophash.cli;

import dev.tophash.NativeMap;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** Makes a map file out of a table of text. */
@Command(
        name = "index",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Makes a map file out of two columns of a table, or of a set out of one.",
            "",
            "The table is text in UTF-8: tab-separated values, where a line is a row and nothing is"
                    + " quoted, or comma-separated values as RFC 4180 has them. Lines end with \\n or"
                    + " \\r\\n; empty ones are skipped. What gzip has packed is unpacked. The file appears under its name when all of"
                    + " it is on the disk; if something fails before, what was there stays.",
            ""
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the file was written",
            "1:a row is bad, reading or writing failed, or there is no memory",
            "2:an argument is wrong: a file that cannot be read, an unknown type or column"
        })
final class IndexCommand implements Callable<Integer> {
    private static final int ROWS_BETWEEN_STEPS = 1 << 12;

    @Parameters(paramLabel = "INPUT", description = "The table; - is standard input.")
    private String input;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            required = true,
            description = "The map file. It replaces one that is there.")
    private String output;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "tsv or csv; without it, what INPUT ends with, before .gz.")
    private String format;

    @Option(
            names = "--header",
            description = "The first row has the names of the columns, not an entry.")
    private boolean header;

    @Option(
            names = "--key",
            paramLabel = "COLUMN",
            defaultValue = "1",
            description =
                    "Column of the keys: its number, the first one being 1, or its name if there is a"
                            + " --header (default: ${DEFAULT-VALUE}).")
    private String key;

    @Option(
            names = "--value",
            paramLabel = "COLUMN",
            description = "Column of the values (default: 2); a set has none.")
    private String value;

    @Option(
            names = "--types",
            paramLabel = "KEY[:VALUE]",
            defaultValue = "string:long",
            description =
                    "Types of keys and values: long, int, double or string; KEY alone makes a set"
                            + " (default: ${DEFAULT-VALUE}).")
    private String types;

    @Option(
            names = "--on-duplicate",
            paramLabel = "WHAT",
            defaultValue = "last",
            description =
                    "Of rows with the same key, the last or the first counts; error: all but the first"
                            + " are bad rows; sum: their values are added (default: ${DEFAULT-VALUE}).")
    private String onDuplicate;

    @Option(
            names = "--on-error",
            paramLabel = "WHAT",
            defaultValue = "fail",
            description =
                    "What a bad row does, one with too few columns or a value that is not of its type:"
                            + " fail ends the command; skip leaves the row out; report leaves it out"
                            + " and shows the first 20 on standard error (default: ${DEFAULT-VALUE})."
                            + " What is not CSV at all always ends it.")
    private String onError;

    @Option(
            names = "--escapes",
            description = "In tab-separated values, \\t, \\n, \\r and \\\\ mean what they do in C.")
    private boolean escapes;

    private TableFormat tableFormat;
    private Duplicates duplicates;
    private BadRows badRows;
    private long rows;

    @Override
    public Integer call() throws CommandFailure {
        tableFormat = TableFormat.of(format, input);
        tableFormat.checkEscapes(escapes);
        duplicates = Choice.of("--on-duplicate", onDuplicate, Duplicates.class);
        BadRows.Policy policy = Choice.of("--on-error", onError, BadRows.Policy.class);
        EntryTypes<?, ?> entryTypes = EntryTypes.parse("--types", types);
        duplicates.check(entryTypes.values());
        Column keys = new Column("--key", key).checked(header);
        Column values = valueColumn(entryTypes, keys);
        Path target = MapFiles.target("--output", output);
        Input from = Input.all(List.of(input)).getFirst();
        badRows = new BadRows(from.name(), policy);
        index(from, keys, values, entryTypes, target);
        return 0;
    }

    /** Elements of a set have a value too, which any column has. */
    private Column valueColumn(EntryTypes<?, ?> entryTypes, Column keys) throws CommandFailure {
        if (!entryTypes.areOfSet()) {
            return new Column("--value", value == null ? "2" : value).checked(header);
        }
        if (value != null) {
            throw CommandFailure.usage(
                    "--value "
                            + value
                            + ": --types "
                            + types
                            + " makes a set, which has no values");
        }
        return keys;
    }

    private <K, V> void index(
            Input from, Column keys, Column values, EntryTypes<K, V> entryTypes, Path target)
            throws CommandFailure {
        long begun = System.nanoTime();
        try (NativeMap<K, V> map = entryTypes.create()) {
            EntryLoader<K, V> loader = new EntryLoader<>(map, entryTypes, duplicates, badRows);
            load(from, keys, values, loader);
            long left = badRows.end();
            long bytes = MapFiles.save(map, "--output", target);
            double seconds = (System.nanoTime() - begun) / 1e9;
            print("rows", rows);
            print("bad rows", left);
            print("entries", map.sizeAsLong());
            print("bytes", bytes);
            print("seconds", decimal(seconds, 3));
            print("rows/s", decimal(rows / seconds, 0));
        }
    }

    private void load(Input from, Column keys, Column values, EntryLoader<?, ?> loader)
            throws CommandFailure {
        try (CountedInput counted = new CountedInput(from.open());
                RowReader reader = tableFormat.reader(GzipInput.plain(counted), escapes);
                Progress progress =
                        new Progress("indexing", from.size(), Progress.Unit.MEGABYTES)) {
            Row row = reader.next();
            if (header && row == null) {
                throw CommandFailure.failure(from.name() + ": has no header, it is empty");
            }
            int keyPlace = keys.place(row);
            int valuePlace = values.place(row);
            for (row = header ? reader.next() : row; row != null; row = reader.next()) {
                loader.add(row, keyPlace, valuePlace);
                rows++;
                if (rows % ROWS_BETWEEN_STEPS == 0) {
                    progress.accept(counted.bytes());
                }
            }
            loader.flush();
        } catch (IOException e) {
            throw CommandFailure.failure(from.name() + ": " + e.getMessage());
        }
    }

    private static void print(String name, Object figure) {
        System.out.printf("%-14s  %s%n", name, figure);
    }

    private static String decimal(double number, int places) {
        return BigDecimal.valueOf(number).setScale(places, RoundingMode.HALF_UP).toPlainString();
    }
}
