package dev.tophash.internal.log;

import dev.tophash.DamagedLogException;
import dev.tophash.internal.log.LogFormat.Frame;
import dev.tophash.internal.log.LogFormat.Header;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a log from its first segment to its last, and begins the next one.
 *
 * <p>A crash can leave the last segment with an end that was not written, or not all of it, or
 * parts of it in another order. That end was never reported as safe, and is cut off. Anything else
 * that is missing or does not match its checksum is damage: each frame tells how far its segment
 * was safe when it was written, so a bad frame with a good one behind it that was written later,
 * after a sync, is one that had been safe.
 */
public final class LogReader {
    /** Number of the first segment that a map ever has. */
    private static final long FIRST = 1;

    private final LogFolder folder;
    private final Records records;
    private final List<Base> bases = new ArrayList<>();
    private long nextFrame = -1;

    /** Number of the last segment that was read, or that before the first one. */
    private long last = FIRST - 1;

    private long bytes;

    /** Numbers of the first and the last segment that is read; 0: there is none. */
    private long oldest;

    private long newest;

    /** Whether there are older ones, with one missing between. */
    private boolean gap;

    /** Last segment without a header, if there is one. */
    private Path unbegun;

    /** Where what had been safe ends in the last segment that was read, if there is one. */
    private int safeEnd;

    private LogReader(LogFolder folder, Records records) {
        this.folder = folder;
        this.records = records;
    }

    /** Takes what a log holds. */
    public interface Records {
        /**
         * The next record.
         *
         * @param valueLength bytes of the value, or -1: the key is removed
         */
        void add(MemorySegment source, long key, long keyLength, long value, long valueLength);
    }

    /**
     * What was found, and the log to go on with.
     *
     * @param log a new segment behind the others
     * @param bytes of the frames that were read
     */
    public record Opened(Log log, long bytes) {}

    /**
     * Reads what there is.
     *
     * @param identity of the map file, or {@link Base#NO_FILE}
     * @throws DamagedLogException if something that had been safe is damaged or missing, or the map
     *     file is not one that the log goes with; no file has been changed then
     */
    public static Opened open(LogFolder folder, long identity, Records records) throws IOException {
        LogReader reader = new LogReader(folder, records);
        for (long number : reader.findSegments()) {
            reader.read(number, number == reader.newest);
        }
        Base base = reader.base(identity);
        reader.tidy();
        Log log = new Log(folder, reader.last + 1, Math.max(reader.nextFrame, 0), base);
        return new Opened(log, reader.bytes);
    }

    /**
     * The segments without a gap up to the newest. A crash while segments are removed may leave any
     * of them, and so a gap; nobody wants those any more. Where one is missing that is wanted, the
     * map file is not one that the segments behind it go with.
     */
    private List<Long> findSegments() throws IOException {
        List<Long> all = folder.segments();
        int from = all.isEmpty() ? 0 : all.size() - 1;
        while (from > 0 && all.get(from - 1) == all.get(from) - 1) {
            from--;
        }
        List<Long> found = all.subList(from, all.size());
        if (!found.isEmpty()) {
            oldest = found.getFirst();
            newest = found.getLast();
            gap = from > 0;
        }
        return found;
    }

    private void read(long number, boolean isLast) throws IOException {
        Path path = folder.segment(number);
        ByteBuffer segment = content(path);
        Header header = Header.of(segment, path);
        if (header == null) {
            if (!isLast) {
                throw new DamagedLogException(path + " has no header");
            }
            unbegun = path;
            return;
        }
        check(header, number, path);
        last = number;
        bases.add(header.base());
        safeEnd = frames(segment, path, isLast);
    }

    /**
     * What the log says of the map file that there is: it goes with the one that it was begun over,
     * and with every one that was announced, as long as all segments from its first one on are
     * there.
     */
    private Base base(long identity) throws DamagedLogException {
        if (bases.isEmpty() && !gap) { // nothing was ever written to the log: it goes with any
            return new Base(identity, last + 1);
        }
        Base base = null;
        for (Base one : bases) {
            if (one.identity() == identity && (base == null || one.since() > base.since())) {
                base = one;
            }
        }
        if (base == null || base.since() < oldest) {
            throw new DamagedLogException(mismatch(identity, base));
        }
        return base;
    }

    /** What is wrong with a map file, given what the log says of it, if it does. */
    private String mismatch(long identity, Base base) {
        if (gap && base != null) {
            return folder.segment(oldest - 1) + " is missing";
        }
        String log = "its log, which begins with segment " + oldest;
        String right = bases.isEmpty() ? "another" : bases.getLast().toString();
        if (identity == Base.NO_FILE) {
            return folder.base() + " is missing: " + log + ", goes with " + right;
        }
        String found = folder.base() + " (%016x) is ".formatted(identity);
        return base == null
                ? found + "not the file of " + log + " and goes with " + right
                : "%solder than that of %s: changes from segment %d on are in neither"
                        .formatted(found, log, base.since());
    }

    /**
     * Removes what a crash has left, and had never been safe; what is left is made safe before
     * anything follows it.
     */
    private void tidy() throws IOException {
        if (unbegun != null) {
            Disk.remove(unbegun);
            folder.sync();
        } else if (last >= FIRST) {
            SegmentFile.cut(folder.segment(last), safeEnd);
        }
    }

    /** All of a segment. One of more than 2 GiB cannot be: see {@link Log}. */
    private static ByteBuffer content(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path)) {
            if (file.size() > Integer.MAX_VALUE) {
                throw new DamagedLogException(
                        path + " has " + file.size() + " bytes, a segment at most 2 GiB");
            }
            return file.map(FileChannel.MapMode.READ_ONLY, 0, file.size())
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    private void check(Header header, long number, Path path) throws DamagedLogException {
        if (!header.keyName().equals(folder.keyName())
                || !header.valueName().equals(folder.valueName())) {
            throw new DamagedLogException(
                    "%s is the log of a map from %s to %s, not from %s to %s"
                            .formatted(
                                    path,
                                    header.keyName(),
                                    header.valueName(),
                                    folder.keyName(),
                                    folder.valueName()));
        }
        if (header.segment() != number) {
            throw new DamagedLogException(path + " was segment " + header.segment());
        }
        if (nextFrame >= 0 && header.frame() != nextFrame) {
            throw new DamagedLogException(
                    path + " begins with frame " + header.frame() + ", not " + nextFrame);
        }
        nextFrame = header.frame();
    }

    /** Reads frames up to the first that is none; where that is. */
    private int frames(ByteBuffer segment, Path path, boolean isLast) throws DamagedLogException {
        int at = LogFormat.HEADER;
        while (at < segment.limit()) {
            Frame frame = Frame.at(segment, at);
            if (frame == null || frame.number() != nextFrame) {
                checkUnsafe(segment, at, path, isLast);
                return at;
            }
            records(segment, at + LogFormat.FRAME_HEADER, frame.end(), path);
            bytes += frame.end() - at;
            at = frame.end();
            nextFrame++;
        }
        return at;
    }

    /** What begins here is no frame: it must be something that had never been safe. */
    private static void checkUnsafe(ByteBuffer segment, int bad, Path path, boolean isLast)
            throws DamagedLogException {
        if (!isLast) {
            throw new DamagedLogException(path + " is damaged at offset " + bad);
        }
        for (int at = bad + LogFormat.ALIGNMENT; at < segment.limit(); at += LogFormat.ALIGNMENT) {
            Frame frame = Frame.at(segment, at);
            if (frame != null && frame.synced() > bad) {
                throw new DamagedLogException(
                        "%s is damaged at offset %d; up to %d it had been safe"
                                .formatted(path, bad, frame.synced()));
            }
        }
    }

    private void records(ByteBuffer segment, int from, int to, Path path)
            throws DamagedLogException {
        MemorySegment frame = MemorySegment.ofBuffer(segment.slice(from, to - from));
        long at = 0;
        long end = to - from;
        while (at < end) {
            long keyLength = segment.getInt((int) (from + at));
            long valueLength = segment.getInt((int) (from + at + Integer.BYTES));
            long key = at + LogFormat.RECORD_HEADER;
            if (keyLength == LogFormat.BASE
                    && valueLength == Base.BYTES
                    && key + Base.BYTES <= end) {
                int place = (int) (from + key);
                bases.add(new Base(segment.getLong(place), segment.getLong(place + Long.BYTES)));
                at = key + Base.BYTES;
                continue;
            }
            long value = LogFormat.aligned(key + keyLength);
            long next = LogFormat.aligned(value + Math.max(valueLength, 0));
            if (keyLength < 0 || valueLength < LogFormat.REMOVED || next > end) {
                throw new DamagedLogException(
                        path + " has a record that leaves its frame, at offset " + (from + at));
            }
            records.add(frame, key, keyLength, value, valueLength);
            at = next;
        }
    }
}
