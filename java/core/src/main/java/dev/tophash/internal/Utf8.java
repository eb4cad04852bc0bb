package dev.tophash.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** Strings as keys: their UTF-8 bytes. */
public final class Utf8 {
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
        for (byte b : bytes) {
            if (b == '?') {
                return loneSurrogate(s) < 0 ? bytes : null;
            }
        }
        return bytes;
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
