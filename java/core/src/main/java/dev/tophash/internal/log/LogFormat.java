package dev.tophash.internal.log;

import dev.tophash.DamagedLogException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * The bytes of a log, little-endian. {@code docs/log-format.md} draws them.
 *
 * <p>A log is a row of segments, files with numbers. A segment is a header and frames; a frame is
 * what was written in one piece, a header and records; a record is a key, or a key and its value.
 */
final class LogFormat {
    /** "TOPHLOG" and a newline, which a transfer as text would change. */
    static final long MAGIC = 0x0a474f4c48504f54L;

    static final int VERSION = 2;

    /** Bytes of a segment's header. */
    static final int HEADER = 192;

    private static final int VERSION_AT = 8;
    private static final int SEGMENT_AT = 16;
    private static final int FRAME_AT = 24;
    private static final int NAMES_AT = 32;
    private static final int NAME = 64;
    private static final int BASE_AT = NAMES_AT + 2 * NAME;
    private static final int HEADER_SUM_AT = HEADER - Integer.BYTES;

    /** Begins every frame: "TFRM". */
    static final int FRAME_MAGIC = 0x4d524654;

    /** Bytes of a frame's header. */
    static final int FRAME_HEADER = 32;

    private static final int SUM_AT = 4;
    private static final int NUMBER_AT = 8;
    private static final int SYNCED_AT = 16;
    private static final int LENGTH_AT = 24;

    /** Frames, records, keys and values begin at multiples of this, as codecs want it. */
    static final int ALIGNMENT = 8;

    /** Bytes of a record before its key: the lengths of key and value. */
    static final int RECORD_HEADER = 8;

    /** In place of a value's length: the key is removed. */
    static final int REMOVED = -1;

    /** In place of a key's length: the record is no change, but a {@link Base}. */
    static final int BASE = -1;

    /** Most bytes of a record: what is left of an array when the headers are taken off. */
    static final long MOST_RECORD = 1L << 30;

    private LogFormat() {}

    /** The next place at which something can begin. */
    static long aligned(long at) {
        return at + ALIGNMENT - 1 & -ALIGNMENT;
    }

    /**
     * What a segment's header says.
     *
     * @param segment number of the segment
     * @param frame number of its first frame
     * @param keyName what keys are
     * @param valueName what values are
     * @param base the map file that there was when the segment was begun
     */
    record Header(long segment, long frame, String keyName, String valueName, Base base) {
        /** A header's bytes. */
        ByteBuffer bytes() {
            ByteBuffer bytes = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
            bytes.putLong(0, MAGIC).putInt(VERSION_AT, VERSION);
            bytes.putLong(SEGMENT_AT, segment).putLong(FRAME_AT, frame);
            bytes.put(NAMES_AT, name(keyName)).put(NAMES_AT + NAME, name(valueName));
            bytes.putLong(BASE_AT, base.identity()).putLong(BASE_AT + Long.BYTES, base.since());
            return bytes.putInt(HEADER_SUM_AT, sum(bytes, 0, HEADER_SUM_AT));
        }

        /**
         * Reads a header.
         *
         * @param bytes a segment
         * @return null if the segment ends with a header that was not written whole
         * @throws DamagedLogException if it has none that this version knows, but something behind
         *     it: that is only written once the header is safe
         */
        static Header of(ByteBuffer bytes, Object file) throws DamagedLogException {
            boolean whole =
                    bytes.limit() >= HEADER
                            && sum(bytes, 0, HEADER_SUM_AT) == bytes.getInt(HEADER_SUM_AT);
            if (!whole && bytes.limit() <= HEADER) {
                return null;
            }
            if (bytes.getLong(0) != MAGIC) {
                throw new DamagedLogException(file + " is no log of a map");
            }
            if (bytes.getInt(VERSION_AT) != VERSION) {
                throw new DamagedLogException(
                        file
                                + " is of version "
                                + bytes.getInt(VERSION_AT)
                                + " of the log's format; this library knows "
                                + VERSION);
            }
            if (!whole) {
                throw new DamagedLogException(file + " has a damaged header");
            }
            return new Header(
                    bytes.getLong(SEGMENT_AT),
                    bytes.getLong(FRAME_AT),
                    text(bytes, NAMES_AT),
                    text(bytes, NAMES_AT + NAME),
                    new Base(bytes.getLong(BASE_AT), bytes.getLong(BASE_AT + Long.BYTES)));
        }

        private static byte[] name(String name) {
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            return Arrays.copyOf(bytes, Objects.checkIndex(bytes.length, NAME));
        }

        private static String text(ByteBuffer bytes, int at) {
            byte[] name = new byte[NAME];
            bytes.get(at, name);
            int end = 0;
            while (end < NAME && name[end] != 0) {
                end++;
            }
            return new String(name, 0, end, StandardCharsets.UTF_8);
        }
    }

    /**
     * Completes a frame whose records lie behind the room for its header.
     *
     * @param frame from its first byte to its last
     * @param number of the frame
     * @param synced bytes of the segment that were safe when this was written
     */
    static void finish(ByteBuffer frame, long number, long synced) {
        int end = frame.limit();
        frame.putInt(0, FRAME_MAGIC).putLong(NUMBER_AT, number).putLong(SYNCED_AT, synced);
        frame.putInt(LENGTH_AT, end - FRAME_HEADER).putInt(LENGTH_AT + 4, 0);
        frame.putInt(SUM_AT, sum(frame, NUMBER_AT, end));
    }

    /**
     * A frame that was found.
     *
     * @param number of the frame
     * @param synced bytes of the segment that were safe when it was written
     * @param end offset behind its records
     */
    record Frame(long number, long synced, int end) {
        /** The frame at an offset, or null if there is no whole one. */
        static Frame at(ByteBuffer segment, int at) {
            if (segment.limit() - at < FRAME_HEADER || segment.getInt(at) != FRAME_MAGIC) {
                return null;
            }
            int length = segment.getInt(at + LENGTH_AT);
            int left = segment.limit() - at - FRAME_HEADER;
            if (length < 0 || length > left || length % ALIGNMENT != 0) {
                return null;
            }
            int end = at + FRAME_HEADER + length;
            return sum(segment, at + NUMBER_AT, end) != segment.getInt(at + SUM_AT)
                    ? null
                    : new Frame(
                            segment.getLong(at + NUMBER_AT), segment.getLong(at + SYNCED_AT), end);
        }
    }

    private static int sum(ByteBuffer bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(to).position(from));
        return (int) crc.getValue();
    }
}
