package dev.tophash.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tophash.MapFileInfo;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;

/** Writes the entries of a map file as text. */
@Command(
        name = "dump",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Writes all entries of a map file as text, in no particular order: rows of a key and a"
                    + " value, or for a set of a key alone.",
            "",
            "What index makes of that with the same types has the same entries.",
            ""
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all entries were written",
            "1:writing failed, or an entry cannot be written in this format",
            "2:an argument is wrong: no map file, or of types that this command cannot show"
        })
final class DumpCommand implements Callable<Integer> {
    private static final int ENTRIES_BETWEEN_STEPS = 1 << 12;

    /** The byte order mark. */
    private static final String MARK = "\ufeff";

    @Parameters(paramLabel = "FILE", description = "The map file.")
    private String file;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write there instead of standard output.")
    private String output;

    @Mixin private TableOptions table;

    @Override
    public Integer call() throws CommandFailure {
        table.check();
        MapFileInfo info = MapFiles.info(file);
        EntryTypes<?, ?> types = EntryTypes.of(file, info);
        if (output != null) {
            checkDifferent(Input.path(file), Input.path(output));
        }
        dump(info, types);
        return 0;
    }

    /** The map file would be emptied while it is read. */
    private void checkDifferent(Path from, Path to) throws CommandFailure {
        try {
            if (Files.exists(to) && Files.isSameFile(from, to)) {
                throw CommandFailure.usage("--output " + output + ": is the map file itself");
            }
        } catch (IOException e) {
            throw CommandFailure.usage("--output " + output + ": " + ResultFile.reason(e));
        }
    }

    private <K, V> void dump(MapFileInfo info, EntryTypes<K, V> types) throws CommandFailure {
        try (ResultFile result = output == null ? null : ResultFile.open(output)) {
            MapFiles.read(
                    file,
                    info,
                    types,
                    map -> {
                        Content entries = out -> writeAll(map, types, info.entries(), out);
                        if (result == null) {
                            StandardOutput.write(entries);
                        } else {
                            result.write(entries);
                        }
                    });
        }
    }

    private <K, V> void writeAll(
            OpenedMap<K, V> map, EntryTypes<K, V> types, long count, OutputStream out)
            throws IOException, CommandFailure {
        try (RowWriter writer = table.writer(out);
                Progress progress = Progress.ofWriting("dumping", count, output == null)) {
            long written = 0;
            for (Map.Entry<K, V> entry : map.entries().entrySet()) {
                if (written == 0 && types.keys().text(entry.getKey()).startsWith(MARK)) {
                    out.write(MARK.getBytes(UTF_8)); // one that a reader takes away
                }
                types.write(writer, entry.getKey(), entry.getValue());
                if (++written % ENTRIES_BETWEEN_STEPS == 0) {
                    progress.accept(written);
                }
            }
        }
    }
}
