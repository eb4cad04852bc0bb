package dev.tophash.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.util.Arrays;
import java.util.Locale;

/** How a table is text. Always UTF-8, with or without a byte order mark in front. */
enum TableFormat {
    /** Tabs between fields, which have none, and no quotes. */
    TSV,

    /** RFC 4180. */
    CSV;

    private static final byte[] MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    /**
     * The format that an option names, or if there was none, the end of a file's name, before
     * {@code .gz} if that is there.
     *
     * @throws CommandFailure if neither says it
     */
    static TableFormat of(String option, String file) throws CommandFailure {
        if (option != null) {
            return Choice.of("--format", option, TableFormat.class);
        }
        String name = file.toLowerCase(Locale.ROOT);
        String unpacked = name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
        for (TableFormat format : values()) {
            if (unpacked.endsWith("." + format.name().toLowerCase(Locale.ROOT))) {
                return format;
            }
        }
        throw CommandFailure.usage(
                file + ": the name ends neither with .tsv nor with .csv: --format says what it is");
    }

    /** Refuses escapes where there are quotes. */
    void checkEscapes(boolean escapes) throws CommandFailure {
        if (escapes && this != TSV) {
            throw CommandFailure.usage("--escapes: only tab-separated values have escapes");
        }
    }

    /** Rows of a stream, which the reader closes. */
    RowReader reader(InputStream in, boolean escapes) throws IOException {
        InputStream text = withoutMark(in);
        return this == TSV ? TsvReader.fields(text, escapes) : new CsvRows(text);
    }

    /** A writer to a stream, which it closes. */
    RowWriter writer(OutputStream out, boolean escapes) {
        return this == TSV ? new TsvWriter(out, escapes) : new CsvRowWriter(out);
    }

    /** What follows a byte order mark, or everything if there is none. */
    static InputStream withoutMark(InputStream in) throws IOException {
        PushbackInputStream text = new PushbackInputStream(in, MARK.length);
        byte[] first = text.readNBytes(MARK.length);
        int two = first.length < 2 ? 0 : (first[0] & 0xff) << 8 | first[1] & 0xff;
        if (two == 0xfeff || two == 0xfffe) {
            throw new IOException("is UTF-16, must be UTF-8");
        }
        if (!Arrays.equals(first, MARK)) {
            text.unread(first);
        }
        return text;
    }
}
