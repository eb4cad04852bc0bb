package dev.tophash.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Strings as keys: their UTF-8 bytes. */
public final class Utf8 {
    /**
     * Longest string that is encoded where the thread keeps memory for it: three bytes a character.
     */
    private static final int PASSING_CHARS = 340;

    private static final ThreadLocal<MemorySegment> PASSING =
            ThreadLocal.withInitial(() -> MemorySegment.ofArray(new byte[3 * PASSING_CHARS + 2]));
    private static final byte MARK = (byte) 0xff;

    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long HIGH_BITS = LOW_BITS << 7;
    private static final long QUESTION_MARKS = LOW_BITS * '?';

    private Utf8() {}

    /**
     * Encodes a string.
     *
     * @return its bytes
     * @throws IllegalArgumentException if it has a surrogate without its partner, which UTF-8
     *     cannot express
     */
    public static byte[] encode(String s) {
        byte[] bytes = encodeOrNull(s);
        if (bytes == null) {
            int i = loneSurrogate(s);
            throw new IllegalArgumentException(
                    "the string has a surrogate without its partner at index "
                            + i
                            + ": "
                            + String.format("\\u%04x", (int) s.charAt(i)));
        }
        return bytes;
    }

    /** The bytes of a string, or null if it has a surrogate without its partner. */
    public static byte[] encodeOrNull(String s) {
        byte[] bytes = s.getBytes(UTF_8);
        // A lone surrogate is encoded as '?': only a string with '?' in its bytes can have one.
        return hasQuestionMark(MemorySegment.ofArray(bytes), bytes.length) && loneSurrogate(s) >= 0
                ? null
                : bytes;
    }

    /**
     * The bytes of a string for a call that is made at once: they may lie in memory that the
     * thread's next call of this method overwrites.
     *
     * @throws IllegalArgumentException as {@link #encode} does
     */
    public static MemorySegment passing(String s) {
        int length = s.length();
        if (length == 0 || length > PASSING_CHARS || s.charAt(0) >= 0x80) {
            return MemorySegment.ofArray(encode(s));
        }
        MemorySegment room = PASSING.get();
        // Strings of ASCII are copied as they are, and end in front of the mark. No encoding has
        // such a byte.
        room.set(JAVA_BYTE, length + 1, MARK);
        room.setString(0, s, UTF_8);
        if (room.get(JAVA_BYTE, length + 1) != MARK || hasQuestionMark(room, length)) {
            return MemorySegment.ofArray(encode(s));
        }
        return room.asSlice(0, length);
    }

    /** Eight bytes at a time, as the compiler does not do for a loop that can end early. */
    private static boolean hasQuestionMark(MemorySegment bytes, long length) {
        long i = 0;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            long others = bytes.get(JAVA_LONG_UNALIGNED, i) ^ QUESTION_MARKS;
            // A byte that is 0 borrows from its highest bit, which it does not have itself.
            if ((others - LOW_BITS & ~others & HIGH_BITS) != 0) {
                return true;
            }
        }
        for (; i < length; i++) {
            if (bytes.get(JAVA_BYTE, i) == '?') {
                return true;
            }
        }
        return false;
    }

    /** Index of the first surrogate without its partner, or -1. */
    private static int loneSurrogate(String s) {
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            boolean pair =
                    Character.isHighSurrogate(c)
                            && i + 1 < s.length()
                            && Character.isLowSurrogate(s.charAt(i + 1));
            if (!pair) {
                return i;
            }
            i++;
        }
        return -1;
    }

    /**
     * Encoded strings one after the other, as the batch functions take them. Reused from chunk to
     * chunk.
     */
    public static final class Keys {
        private static final int ENOUGH_BYTES = 1 << 20;

        private byte[] data = new byte[1 << 12];
        private final long[] ends;
        private int count;

        /** Room for {@code capacity} strings. */
        public Keys(int capacity) {
            ends = new long[capacity + 1];
        }

        /**
         * Replaces the content by strings of an array, from one on, until {@code to} or until
         * enough bytes are there for one batch.
         *
         * @return how many strings were taken, at least one
         */
        public int fill(String[] strings, int from, int to) {
            count = 0;
            int size = 0;
            for (int i = from; i < to && (i == from || size < ENOUGH_BYTES); i++) {
                byte[] key = encode(strings[i]);
                if (i > from && key.length > ENOUGH_BYTES) {
                    break; // alone in the next batch, where it fits whatever its length
                }
                if (key.length > data.length - size) {
                    data = Arrays.copyOf(data, Math.max(2 * size, size + key.length));
                }
                System.arraycopy(key, 0, data, size, key.length);
                size += key.length;
                ends[++count] = size;
            }
            return count;
        }

        public byte[] data() {
            return data;
        }

        /** Start of key i at index i, its end at index i + 1. */
        public long[] bounds() {
            return ends;
        }
    }
}
