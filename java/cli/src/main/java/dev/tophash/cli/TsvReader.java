package dev.tophash.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Reads tab-separated values: a line is a row, and nothing is quoted. A line ends with \n or \r\n,
 * the last one perhaps with neither.
 */
final class TsvReader implements RowReader {
    private static final int FIRST_BUFFER = 64 << 10;

    /** The longest array that every JVM can make. */
    private static final int LONGEST = Integer.MAX_VALUE - 8;

    private final InputStream in;
    private final boolean wholeLines;
    private final Row row;

    private byte[] buffer;
    private int position;
    private int limit;
    private boolean ended;
    private long line;

    private TsvReader(InputStream in, boolean wholeLines, boolean escapes, int firstBuffer) {
        this.in = in;
        this.wholeLines = wholeLines;
        this.row = new Row(escapes);
        this.buffer = new byte[firstBuffer];
    }

    /** Fields between tabs; the reader closes {@code in}. */
    static TsvReader fields(InputStream in, boolean escapes) {
        return new TsvReader(in, false, escapes, FIRST_BUFFER);
    }

    /** For tests: with a buffer that is small at first. */
    static TsvReader fields(InputStream in, boolean escapes, int firstBuffer) {
        return new TsvReader(in, false, escapes, firstBuffer);
    }

    /** Each line is one field, with its tabs, and also if it is empty. */
    static TsvReader lines(InputStream in, boolean escapes) {
        return new TsvReader(in, true, escapes, FIRST_BUFFER);
    }

    @Override
    public Row next() throws IOException {
        while (true) {
            int newline = newline();
            int end = newline < 0 ? limit : newline;
            if (newline < 0 && position == limit) {
                return null;
            }
            int start = position;
            position = newline < 0 ? limit : newline + 1;
            line++;
            if (newline > start && buffer[newline - 1] == '\r') {
                end--;
            }
            if (end > start || wholeLines) {
                split(start, end);
                return row;
            }
        }
    }

    private void split(int start, int end) {
        row.begin(line, buffer);
        int from = start;
        for (int i = start; !wholeLines && i < end; i++) {
            if (buffer[i] == '\t') {
                row.add(from, i);
                from = i + 1;
            }
        }
        row.add(from, end);
    }

    /** Where the line that begins at {@link #position} has its newline, or -1 if it has none. */
    private int newline() throws IOException {
        int i = position;
        while (true) {
            for (; i < limit; i++) {
                if (buffer[i] == '\n') {
                    return i;
                }
            }
            int searched = i - position;
            if (ended || !fill()) {
                return -1;
            }
            i = position + searched;
        }
    }

    /** Reads more behind an unfinished line, which is moved to the front; false at the end. */
    private boolean fill() throws IOException {
        if (position > 0) {
            System.arraycopy(buffer, position, buffer, 0, limit - position);
            limit -= position;
            position = 0;
        }
        if (limit == buffer.length) {
            if (limit == LONGEST) {
                throw new IOException("line " + (line + 1) + " has " + LONGEST + " bytes or more");
            }
            buffer = Arrays.copyOf(buffer, (int) Math.min(LONGEST, 2L * limit));
        }
        int read = in.read(buffer, limit, buffer.length - limit);
        ended = read < 0;
        limit += Math.max(read, 0);
        return !ended;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
