package dev.tophash.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** The fields of one row, as bytes. A reader uses it again for the next row. Not thread-safe. */
final class Row {
    private final boolean escapes;

    private byte[] bytes;
    private int[] starts = new int[16];
    private int[] ends = new int[16];
    private int count;
    private long line;
    private byte[] plain = new byte[0];

    /** Fields in which a backslash stands for something else if there are {@code escapes}. */
    Row(boolean escapes) {
        this.escapes = escapes;
    }

    /** Empties it for a row that begins in a line; its fields will be parts of {@code bytes}. */
    void begin(long line, byte[] bytes) {
        this.line = line;
        this.bytes = bytes;
        count = 0;
    }

    /** Adds {@code bytes[start, end)}. */
    void add(int start, int end) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
            ends = Arrays.copyOf(ends, 2 * count);
        }
        starts[count] = start;
        ends[count++] = end;
    }

    /** Goes on with the same fields elsewhere. */
    void moved(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The line that it begins in, the first one being 1. */
    long line() {
        return line;
    }

    /** How many fields it has. */
    int count() {
        return count;
    }

    /** The text of a field that is there. */
    String text(int column) throws BadRow {
        return new String(value(column, ColumnType.STRING.parser()).getBytes(ISO_8859_1), UTF_8);
    }

    /**
     * What a field says.
     *
     * @param column its number, the first one being 0
     * @throws BadRow if there is no such field, or it is not of the type
     */
    <T> T value(int column, ColumnType.Parser<T> type) throws BadRow {
        if (column >= count) {
            throw new BadRow("too few columns: " + count + ", needs " + (column + 1));
        }
        int start = starts[column];
        int end = ends[column];
        if (escapes) {
            for (int i = start; i < end; i++) {
                if (bytes[i] == '\\') {
                    int length = unescape(start, end);
                    return type.parse(plain, 0, length);
                }
            }
        }
        return type.parse(bytes, start, end);
    }

    /** Writes a field without escapes to {@link #plain}; returns its length. */
    private int unescape(int start, int end) throws BadRow {
        if (plain.length < end - start) {
            plain = new byte[2 * (end - start)];
        }
        int length = 0;
        for (int i = start; i < end; i++) {
            byte b = bytes[i];
            if (b == '\\') {
                i++;
                int escape = i < end ? TsvEscapes.CODES.indexOf(bytes[i]) : -1;
                if (escape < 0) {
                    String field = new String(bytes, start, end - start, UTF_8);
                    throw new BadRow("\\ without t, n, r or \\ after it: " + BadRow.quoted(field));
                }
                b = (byte) TsvEscapes.MEANT.charAt(escape);
            }
            plain[length++] = b;
        }
        return length;
    }
}
