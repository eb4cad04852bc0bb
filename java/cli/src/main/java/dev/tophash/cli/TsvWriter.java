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
    public void write(String key, String value) throws IOException, BadRow {
        String keyField = field(key);
        String valueField = field(value);
        sink.put(keyField);
        sink.put('\t');
        sink.put(valueField);
        sink.put('\n');
    }

    private String field(String text) throws BadRow {
        for (int i = 0; i < text.length(); i++) {
            if (escapes ? isSpecial(text.charAt(i)) : isSeparator(text.charAt(i))) {
                if (!escapes) {
                    throw new BadRow("has a tab or a line end: " + BadRow.quoted(text));
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
