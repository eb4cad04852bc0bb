package dev.tophash.cli;

import dev.tophash.MapFileInfo;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Looks up keys in a map file. */
@Command(
        name = "get",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Looks up keys in a map file.",
            "",
            "Keys that are there are printed with their values, or alone if the file is of a set, in"
                    + " the order in which they were asked for. The others are on standard error,"
                    + " each on a line, after \"not there: \".",
            ""
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all keys are there",
            "1:a key is not there, or writing failed",
            "2:an argument is wrong: no map file, or of types that this command cannot show, a key"
                    + " that is not of its type"
        })
final class GetCommand implements Callable<Integer> {
    private static final int BATCH = 4096;

    @Parameters(index = "0", paramLabel = "FILE", description = "The map file.")
    private String file;

    @Parameters(
            index = "1..*",
            paramLabel = "KEY",
            arity = "0..*",
            description = "What to look up. All arguments after -- are keys, such as -1.")
    private List<String> keys = List.of();

    @Option(
            names = "--keys",
            paramLabel = "FILE",
            description =
                    "Look up every line of FILE, thousands at a time; - is standard input. With"
                            + " --escapes they may have escapes.")
    private String keysFile;

    @Mixin private TableOptions table;

    private long missing;

    @Override
    public Integer call() throws CommandFailure {
        table.check();
        if (keys.isEmpty() && keysFile == null) {
            throw CommandFailure.usage("nothing to look up: there must be a KEY, or --keys FILE");
        }
        Input lines = keysFile == null ? null : Input.all(List.of(keysFile)).getFirst();
        MapFileInfo info = MapFiles.info(file);
        lookUp(info, EntryTypes.of(file, info), lines);
        return missing == 0 ? 0 : Main.FAILURE;
    }

    private <K, V> void lookUp(MapFileInfo info, EntryTypes<K, V> types, Input lines)
            throws CommandFailure {
        List<K> asked = arguments(types.keys());
        MapFiles.read(
                file,
                info,
                types,
                map -> StandardOutput.write(out -> lookUp(map, types, asked, lines, out)));
    }

    private <K, V> void lookUp(
            OpenedMap<K, V> map,
            EntryTypes<K, V> types,
            List<K> asked,
            Input lines,
            OutputStream out)
            throws IOException, CommandFailure {
        try (RowWriter writer = table.writer(out)) {
            lookUpBatch(map, types, asked, writer);
            if (lines != null) {
                lookUpLines(map, types, lines, writer);
            }
        }
    }

    private <K> List<K> arguments(ColumnType<K> type) throws CommandFailure {
        List<K> parsed = new ArrayList<>();
        for (String key : keys) {
            try {
                parsed.add(type.parse(key));
            } catch (BadRow e) {
                throw CommandFailure.usage("KEY " + e.getMessage());
            }
        }
        return parsed;
    }

    private <K, V> void lookUpLines(
            OpenedMap<K, V> map, EntryTypes<K, V> types, Input lines, RowWriter writer)
            throws IOException, CommandFailure {
        try (TsvReader reader = lines(lines)) {
            List<K> batch = new ArrayList<>();
            for (Row row = next(lines, reader); row != null; row = next(lines, reader)) {
                try {
                    batch.add(row.value(0, types.keys().parser()));
                } catch (BadRow e) {
                    throw CommandFailure.usage(
                            lines.name() + ":" + row.line() + ": " + e.getMessage());
                }
                if (batch.size() == BATCH) {
                    lookUpBatch(map, types, batch, writer);
                    batch.clear();
                }
            }
            lookUpBatch(map, types, batch, writer);
        }
    }

    private TsvReader lines(Input lines) throws CommandFailure {
        try {
            InputStream text = TableFormat.withoutMark(lines.open());
            return TsvReader.lines(text, table.escapes());
        } catch (IOException e) {
            throw CommandFailure.usage(lines.name() + ": " + e.getMessage());
        }
    }

    /** What fails here is reading, not writing. */
    private static Row next(Input lines, TsvReader reader) throws CommandFailure {
        try {
            return reader.next();
        } catch (IOException e) {
            throw CommandFailure.usage(lines.name() + ": " + e.getMessage());
        }
    }

    private <K, V> void lookUpBatch(
            OpenedMap<K, V> map, EntryTypes<K, V> types, List<K> batch, RowWriter writer)
            throws IOException, CommandFailure {
        // Arrays of Object, but only K and V get in, and they do not get out.
        @SuppressWarnings("unchecked")
        K[] asked = (K[]) batch.toArray();
        @SuppressWarnings("unchecked")
        V[] found = (V[]) new Object[asked.length];
        map.lookup().getAll(asked, found);
        for (int i = 0; i < asked.length; i++) {
            if (found[i] == null) {
                missing++;
                System.err.println("not there: " + types.keys().text(asked[i]));
            } else {
                types.write(writer, asked[i], found[i]);
            }
        }
    }
}
