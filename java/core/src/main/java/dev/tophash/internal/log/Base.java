package dev.tophash.internal.log;

/**
 * The map file that a log goes with: what the segments from a number on change.
 *
 * @param identity of the file, see {@link dev.tophash.MapFileInfo#identity}; {@link #NO_FILE}: the
 *     log tells of every change that there ever was
 * @param since number of the first segment that has something that is not in the file
 */
public record Base(long identity, long since) {
    /** In place of an identity; that a file has it by chance is as likely as any other number. */
    public static final long NO_FILE = 0;

    /** Bytes of one in a log. */
    static final int BYTES = 2 * Long.BYTES;

    @Override
    public String toString() {
        return identity == NO_FILE ? "no map file" : "the map file %016x".formatted(identity);
    }
}
