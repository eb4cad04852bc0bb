package dev.tophash.cli;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.zip.GZIPInputStream;

/**
 * What was compressed by gzip, also in several members one after the other. The JDK's stream takes
 * anything behind a member that is no member itself for the end; this one refuses it, as rows would
 * be missing without a word.
 */
final class GzipInput extends GZIPInputStream {
    private static final int BUFFER = 64 << 10;

    /** Checksum and length, which end a member. */
    private static final int TRAILER_BYTES = 8;

    private final CountedInput counted;
    private long bytesWhenFilled;
    private boolean ended;

    private GzipInput(InputStream in, CountedInput counted) throws IOException {
        super(in, BUFFER);
        this.counted = counted;
    }

    /**
     * What a stream says: itself, or what it unpacks to if it begins as gzip does, which no text in
     * UTF-8 can. Closing it closes {@code in}.
     */
    static InputStream plain(CountedInput in) throws IOException {
        PushbackInputStream bytes = new PushbackInputStream(in, 2);
        byte[] first = bytes.readNBytes(2);
        bytes.unread(first);
        boolean packed =
                first.length == 2 && ((first[1] & 0xff) << 8 | first[0] & 0xff) == GZIP_MAGIC;
        return packed ? new GzipInput(bytes, in) : bytes;
    }

    @Override
    protected void fill() throws IOException {
        super.fill();
        bytesWhenFilled = counted.bytes();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            int read = super.read(buffer, offset, length);
            if (read < 0 && !ended) {
                ended = true;
                checkNothingFollows();
            }
            return read;
        } catch (EOFException e) {
            throw new IOException("ends within what gzip has packed", e);
        }
    }

    /** The inflater has the trailer, or what was read since the inflater was filled has it. */
    private void checkNothingFollows() throws IOException {
        long behind = inf.getRemaining() + counted.bytes() - bytesWhenFilled;
        if (behind > TRAILER_BYTES || in.read() >= 0) {
            throw new IOException("something that gzip has not packed is behind what it has");
        }
    }
}
