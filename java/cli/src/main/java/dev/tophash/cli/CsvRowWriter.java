package dev.tophash.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import de.siegmar.fastcsv.writer.QuoteStrategy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** Writes comma-separated values as RFC 4180 has them, but with \n at the end of a row. */
final class CsvRowWriter implements RowWriter {
    private static final int BUFFER = 64 << 10;

    private final CsvWriter csv;
    private boolean oneField;

    CsvRowWriter(OutputStream out) {
        csv =
                CsvWriter.builder()
                        .lineDelimiter(LineDelimiter.LF)
                        .bufferSize(BUFFER)
                        .quoteStrategy(new QuotesOfEmptyLines())
                        .build(out, ISO_8859_1);
    }

    @Override
    public void write(String... fields) throws IOException {
        oneField = fields.length == 1;
        try {
            csv.writeRecord(fields);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public void close() throws IOException {
        csv.close();
    }

    /** Quotes, besides what has to be, a field that would make the line empty, which is no row. */
    private final class QuotesOfEmptyLines implements QuoteStrategy {
        @Override
        public boolean quoteEmpty(int line, int field) {
            return oneField;
        }
    }
}
