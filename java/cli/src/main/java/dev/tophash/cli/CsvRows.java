package dev.tophash.cli;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads comma-separated values as RFC 4180 has them. The parser is given a character for each byte:
 * everything that it looks for is ASCII, and whether the rest is UTF-8 shows where a row is at
 * hand.
 */
final class CsvRows implements RowReader {
    private final CloseableIterator<Row> rows;

    /** The reader closes {@code in}. */
    CsvRows(InputStream in) {
        rows =
                CsvReader.builder()
                        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .allowUnclosedQuote(false)
                        .build(new Fields(), new InputStreamReader(in, StandardCharsets.ISO_8859_1))
                        .iterator();
    }

    @Override
    public Row next() throws IOException {
        try {
            return rows.hasNext() ? rows.next() : null;
        } catch (CsvParseException e) {
            throw new IOException(e.getMessage(), e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }

    /** Puts the fields that the parser finds into a row, end to end. */
    private static final class Fields extends AbstractBaseCsvCallbackHandler<Row> {
        private final Row row = new Row(false);
        private byte[] bytes = new byte[1 << 10];
        private int size;

        @Override
        protected void handleBegin(long line) {
            row.begin(line, bytes);
            size = 0;
        }

        @Override
        protected void handleField(int index, char[] text, int offset, int length, boolean quoted) {
            if (bytes.length - size < length) {
                bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + length));
                row.moved(bytes);
            }
            int start = size;
            for (int i = offset; i < offset + length; i++) {
                bytes[size++] = (byte) text[i];
            }
            row.add(start, size);
        }

        @Override
        protected Row buildRecord() {
            return row;
        }
    }
}
