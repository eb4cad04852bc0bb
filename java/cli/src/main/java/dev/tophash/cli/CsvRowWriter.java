package dev.tophash.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** Writes comma-separated values as RFC 4180 has them, but with \n at the end of a row. */
final class CsvRowWriter implements RowWriter {
    private static final int BUFFER = 64 << 10;

    private final CsvWriter csv;

    CsvRowWriter(OutputStream out) {
        csv =
                CsvWriter.builder()
                        .lineDelimiter(LineDelimiter.LF)
                        .bufferSize(BUFFER)
                        .build(out, ISO_8859_1);
    }

    @Override
    public void write(String key, String value) throws IOException {
        try {
            csv.writeRecord(key, value);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public void close() throws IOException {
        csv.close();
    }
}
