package dev.tophash.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Collects bytes and decimal numbers and writes them in large pieces. Not thread-safe. */
final class ByteSink {
    private static final int DIGITS = 20;

    private final OutputStream out;
    private final byte[] buffer = new byte[64 << 10];
    private int size;

    /** The caller closes {@code out}, after {@link #flush}. */
    ByteSink(OutputStream out) {
        this.out = out;
    }

    void put(char ascii) throws IOException {
        makeRoom(1);
        buffer[size++] = (byte) ascii;
    }

    /** Puts a text with a character for each byte. */
    void put(String latin1) throws IOException {
        put(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    void put(byte[] bytes) throws IOException {
        if (bytes.length > buffer.length) {
            put(MemorySegment.ofArray(bytes));
            return;
        }
        makeRoom(bytes.length);
        System.arraycopy(bytes, 0, buffer, size, bytes.length);
        size += bytes.length;
    }

    void put(MemorySegment bytes) throws IOException {
        long done = 0;
        while (done < bytes.byteSize()) {
            makeRoom(1);
            int part = (int) Math.min(bytes.byteSize() - done, buffer.length - size);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, done, buffer, size, part);
            size += part;
            done += part;
        }
    }

    /** Writes a number in decimal, blanks before it up to {@code width} characters in all. */
    void put(long number, int width) throws IOException {
        String digits = Long.toString(number);
        for (int i = digits.length(); i < width; i++) {
            put(' ');
        }
        makeRoom(DIGITS);
        for (int i = 0; i < digits.length(); i++) {
            buffer[size++] = (byte) digits.charAt(i);
        }
    }

    private void makeRoom(int bytes) throws IOException {
        if (buffer.length - size < bytes) {
            flush();
        }
    }

    /** Hands what was collected to the stream. */
    void flush() throws IOException {
        out.write(buffer, 0, size);
        size = 0;
        out.flush();
    }

    /**
     * Whether writing to this path can fail because the reader went away: a pipe or a socket. The
     * message of the exception would tell as well, but in the user's language.
     */
    static boolean hasReader(Path path) {
        try {
            int type = (int) Files.getAttribute(path, "unix:mode") & 0170000;
            return type == 0010000 || type == 0140000;
        } catch (IOException e) {
            return false;
        }
    }
}
