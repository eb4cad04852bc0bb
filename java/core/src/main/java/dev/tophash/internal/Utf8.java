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
        return hasQuestionMark(MemorySegment.ofArray(bytes), 0, bytes.length)
                        && loneSurrogate(s) >= 0
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
        if (s.length() <= PASSING_CHARS) {
            MemorySegment room = PASSING.get();
            if (copyAscii(s, room, 0)) {
                return room.asSlice(0, s.length());
            }
        }
        return MemorySegment.ofArray(encode(s));
    }

    /**
     * Writes a string of ASCII, for which {@code room} needs {@link #longest} bytes.
     *
     * @return whether it was one, all of it; otherwise anything may have been written
     */
    private static boolean copyAscii(String s, MemorySegment room, long at) {
        int length = s.length();
        if (length == 0 || s.charAt(0) >= 0x80) {
            return false;
        }
        // Strings of ASCII are copied as they are, and end in front of the mark. No encoding has
        // such a byte.
        room.set(JAVA_BYTE, at + length + 1, MARK);
        room.setString(at, s, UTF_8);
        return room.get(JAVA_BYTE, at + length + 1) == MARK && !hasQuestionMark(room, at, length);
    }

    /** Most bytes that encoding a string can write: three a character, an end and a mark. */
    private static long longest(String s) {
        return 3L * s.length() + 2;
    }

    /** Eight bytes at a time, as the compiler does not do for a loop that can end early. */
    private static boolean hasQuestionMark(MemorySegment bytes, long from, long length) {
        long i = from;
        long end = from + length;
        for (; i + Long.BYTES <= end; i += Long.BYTES) {
            long others = bytes.get(JAVA_LONG_UNALIGNED, i) ^ QUESTION_MARKS;
            // A byte that is 0 borrows from its highest bit, which it does not have itself.
            if ((others - LOW_BITS & ~others & HIGH_BITS) != 0) {
                return true;
            }
        }
        for (; i < end; i++) {
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

        private byte[] data;
        private MemorySegment segment;
        private final long[] ends;
        private int count;

        /**
         * Room for a number of strings.
         *
         * @param capacity how many at most
         * @param length of one of them: the others are taken to be alike
         */
        public Keys(int capacity, int length) {
            ends = new long[capacity + 1];
            long expected = (capacity + 2L) * (length + length / 4 + 2L);
            data = new byte[(int) Math.min(expected, ENOUGH_BYTES)];
            segment = MemorySegment.ofArray(data);
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
                String string = strings[i];
                boolean plain =
                        longest(string) <= data.length - size && copyAscii(string, segment, size);
                if (plain) {
                    size += string.length();
                } else {
                    byte[] key = encode(string);
                    if (i > from && key.length > ENOUGH_BYTES) {
                        break; // alone in the next batch, where it fits whatever its length
                    }
                    makeRoom(size, key.length);
                    System.arraycopy(key, 0, data, size, key.length);
                    size += key.length;
                }
                ends[++count] = size;
            }
            return count;
        }

        private void makeRoom(int size, int more) {
            if (more > data.length - size) {
                data = Arrays.copyOf(data, Math.max(2 * size, size + more));
                segment = MemorySegment.ofArray(data);
            }
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
