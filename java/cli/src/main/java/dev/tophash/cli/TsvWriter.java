package dev.tophash.cli;

import java.io.IOException;
import java.io.OutputStream;

/** Writes tab-separated values that {@link TsvReader} reads as they were. */
final class TsvWriter implements RowWriter {
    private final OutputStream out;
    private final ByteSink sink;
    private final boolean escapes;

    TsvWriter(OutputStream out, boolean escapes) {
        this.out = out;
        this.sink = new ByteSink(out);
        this.escapes = escapes;
    }

    @Override
    public void write(String... fields) throws IOException, BadRow {
        if (fields.length == 1 && fields[0].isEmpty()) {
            throw new BadRow("a line would be empty, and readers skip those; --format csv has it");
        }
        String[] written = new String[fields.length]; // all or nothing of a row
        for (int i = 0; i < fields.length; i++) {
            written[i] = field(fields[i]);
        }
        for (int i = 0; i < written.length; i++) {
            if (i > 0) {
                sink.put('\t');
            }
            sink.put(written[i]);
        }
        sink.put('\n');
    }

    private String field(String text) throws BadRow {
        for (int i = 0; i < text.length(); i++) {
            if (escapes ? isSpecial(text.charAt(i)) : isSeparator(text.charAt(i))) {
                if (!escapes) {
                    throw new BadRow(
                            "has a tab or a line end: "
                                    + BadRow.quoted(text)
                                    + "; --escapes or --format csv writes it");
                }
                return escaped(text);
            }
        }
        return text;
    }

    /** Nearly all characters are told to be ordinary by two comparisons. */
    private static boolean isSpecial(char c) {
        return (c <= '\r' || c == '\\') && TsvEscapes.MEANT.indexOf(c) >= 0;
    }

    private static boolean isSeparator(char c) {
        return c != '\\' && isSpecial(c);
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            int escape = TsvEscapes.MEANT.indexOf(text.charAt(i));
            if (escape < 0) {
                escaped.append(text.charAt(i));
            } else {
                escaped.append('\\').append(TsvEscapes.CODES.charAt(escape));
            }
        }
        return escaped.toString();
    }

    @Override
    public void close() throws IOException {
        try (out) {
            sink.flush();
        }
    }
}
