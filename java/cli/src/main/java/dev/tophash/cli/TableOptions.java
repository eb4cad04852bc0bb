package dev.tophash.cli;

import picocli.CommandLine.Option;

import java.io.OutputStream;

/** Options of the commands that print entries of a map file. */
final class TableOptions {
    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "tsv",
            description =
                    "tsv: key, tab, value, or of a set the key alone; csv: as RFC 4180 has it, lines"
                            + " ending with \\n (default: ${DEFAULT-VALUE}).")
    private String format;

    @Option(
            names = "--escapes",
            description =
                    "Write tab, newline, carriage return and backslash as \\t, \\n, \\r and \\\\. Without"
                            + " it, an entry with one of the first three is an error in tsv.")
    private boolean escapes;

    private TableFormat checked;

    /** Looks at the options, before anything is done. */
    void check() throws CommandFailure {
        checked = TableFormat.of(format, "");
        checked.checkEscapes(escapes);
    }

    /** Whether there are escapes. */
    boolean escapes() {
        return escapes;
    }

    /** A writer to a stream, which it closes. */
    RowWriter writer(OutputStream out) {
        return checked.writer(out, escapes);
    }
}
