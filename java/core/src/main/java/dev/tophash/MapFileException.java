package dev.tophash;

import dev.tophash.internal.MapFiles;
import dev.tophash.internal.ffi.tophash_h;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file cannot be used as a map file: what is in it, or in what it is, is not what it should be.
 * What the system refuses (there is no such file, no access, no space left) comes as the exceptions
 * of {@code java.nio.file} instead.
 */
public final class MapFileException extends IOException {
    private static final long serialVersionUID = 1;

    /** What is wrong with a file. */
    public enum Reason {
        /** It does not begin as map files do. */
        NO_MAP_FILE,
        /** It is a folder, a pipe, a device or the like. */
        KIND,
        /** It is of a version of the format that this library does not know. */
        TOO_NEW,
        /** It needs something that this library cannot do. */
        FEATURE,
        /** It has not as many bytes as it should have: it was cut off, or something was added. */
        SIZE,
        /** Its content is not what was written, or cannot be. */
        DAMAGED,
        /** Its keys and values are not those of the map that was asked for. */
        TYPE,
        /** It was cut off while it was open. */
        CUT_OFF
    }

    private final Reason reason;
    private final transient Path file;

    MapFileException(Path file, Reason reason, String message) {
        super(file + " " + message);
        this.file = file;
        this.reason = reason;
    }

    /**
     * What is wrong.
     *
     * @return one of the reasons
     */
    public Reason reason() {
        return reason;
    }

    /**
     * The file.
     *
     * @return its path as it was given; null in an exception that was read from a stream
     */
    public Path file() {
        return file;
    }

    static MapFileException of(Path file, MapFiles.Problem p) {
        int reason = p.reason();
        if (reason == tophash_h.TH_FILE_KIND()) {
            return new MapFileException(
                    file,
                    Reason.KIND,
                    "is no regular file: a folder, a pipe, a device or the like");
        }
        if (reason == tophash_h.TH_FILE_FOREIGN()) {
            return new MapFileException(
                    file, Reason.NO_MAP_FILE, "is no map file: it does not begin as those do");
        }
        if (reason == tophash_h.TH_FILE_TOO_NEW()) {
            return new MapFileException(
                    file,
                    Reason.TOO_NEW,
                    "is of version %d of the format; this library reads up to %d"
                            .formatted(p.found(), p.expected()));
        }
        if (reason == tophash_h.TH_FILE_FEATURE()) {
            return new MapFileException(
                    file,
                    Reason.FEATURE,
                    "needs feature %d, which this library does not have".formatted(p.found()));
        }
        if (reason == tophash_h.TH_FILE_SIZE()) {
            return new MapFileException(
                    file,
                    Reason.SIZE,
                    "has %,d bytes, must have %,d".formatted(p.found(), p.expected()));
        }
        if (reason == tophash_h.TH_FILE_TYPE()) {
            return new MapFileException(
                    file, Reason.TYPE, "has keys and values of another type than was asked for");
        }
        if (reason == tophash_h.TH_FILE_CUT()) {
            return new MapFileException(file, Reason.CUT_OFF, "was cut off while it was open");
        }
        return new MapFileException(file, Reason.DAMAGED, "is damaged: " + damage(p));
    }

    private static String damage(MapFiles.Problem p) {
        int reason = p.reason();
        if (reason == tophash_h.TH_FILE_HEADER()) {
            return "header or tables at byte %,d have the checksum %016x, must have %016x"
                    .formatted(p.offset(), p.found(), p.expected());
        }
        if (reason == tophash_h.TH_FILE_BLOCK_SUM()) {
            return "the block at byte %,d has the checksum %016x, must have %016x"
                    .formatted(p.offset(), p.found(), p.expected());
        }
        if (reason == tophash_h.TH_FILE_RANGE()) {
            return "the field at byte %,d is %s, its limit is %s"
                    .formatted(
                            p.offset(),
                            Long.toUnsignedString(p.found()),
                            Long.toUnsignedString(p.expected()));
        }
        if (reason == tophash_h.TH_FILE_ENTRY() && p.found() != p.expected()) {
            return "at byte %,d there are %,d entries, must be %,d"
                    .formatted(p.offset(), p.found(), p.expected());
        }
        if (reason == tophash_h.TH_FILE_ENTRY()) {
            return "the bucket at byte %,d has an entry that cannot be there".formatted(p.offset());
        }
        return "reason %d, at byte %,d".formatted(reason, p.offset());
    }
}
