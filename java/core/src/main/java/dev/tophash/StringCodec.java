package dev.tophash;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** {@link Codecs#STRING}: UTF-8, with lone surrogates as in "WTF-8" (Simon Sapin). */
final class StringCodec implements Codec<String> {
    private static final char REPLACEMENT = '\ufffd';

    /** The bits of four characters that no ASCII character has. */
    private static final long NOT_ASCII = 0xff80_ff80_ff80_ff80L;

    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    public long width() {
        return VARIABLE;
    }

    @Override
    public String name() {
        return "string";
    }

    @Override
    public boolean accepts(Object o) {
        return o instanceof String;
    }

    /**
     * Eight characters to a store: a store through a segment is dear where the compiler, deep in
     * inlined code, does not see through it.
     */
    @Override
    public long encode(String value, MemorySegment target, long offset) {
        int length = value.length();
        if (length > target.byteSize() - offset) {
            return size(value);
        }
        int i = 0;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            long low = four(value, i);
            long high = four(value, i + 4);
            if (((low | high) & NOT_ASCII) != 0) {
                return encodeRest(value, i, target, offset);
            }
            target.set(LONG, offset + i, narrow(low) | narrow(high) << Integer.SIZE);
        }
        if (i + 4 <= length) {
            long chars = four(value, i);
            if ((chars & NOT_ASCII) != 0) {
                return encodeRest(value, i, target, offset);
            }
            target.set(INT, offset + i, (int) narrow(chars));
            i += 4;
        }
        for (; i < length; i++) {
            char c = value.charAt(i);
            if (c >= 0x80) {
                return encodeRest(value, i, target, offset);
            }
            target.set(JAVA_BYTE, offset + i, (byte) c);
        }
        return length;
    }

    /** Four characters of 16 bits, the first one lowest. */
    private static long four(String value, int i) {
        return value.charAt(i)
                | (long) value.charAt(i + 1) << 16
                | (long) value.charAt(i + 2) << 32
                | (long) value.charAt(i + 3) << 48;
    }

    /** Four characters below 0x80 as four bytes. */
    private static long narrow(long four) {
        long pairs = (four | four >>> 8) & 0x0000_ffff_0000_ffffL;
        return (pairs | pairs >>> 16) & 0xffff_ffffL;
    }

    /** From the first character on that is not ASCII. */
    private static long encodeRest(String value, int from, MemorySegment target, long offset) {
        long size = size(value);
        if (size > target.byteSize() - offset) {
            return size;
        }
        long at = offset + from;
        for (int i = from; i < value.length(); ) {
            int c = value.codePointAt(i); // a lone surrogate is its own code point
            i += Character.charCount(c);
            if (c < 0x80) {
                target.set(JAVA_BYTE, at++, (byte) c);
                continue;
            }
            int continuations = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
            int lead = 0xf0 << 3 - continuations & 0xff;
            target.set(JAVA_BYTE, at++, (byte) (lead | c >> 6 * continuations));
            for (int left = continuations - 1; left >= 0; left--) {
                target.set(JAVA_BYTE, at++, (byte) (0x80 | c >> 6 * left & 0x3f));
            }
        }
        return size;
    }

    private static long size(String value) {
        long size = 0;
        for (int i = 0; i < value.length(); ) {
            int c = value.codePointAt(i);
            i += Character.charCount(c);
            size += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        }
        return size;
    }

    @Override
    public String decode(MemorySegment source, long offset, long size) {
        byte[] bytes = new byte[(int) size];
        MemorySegment.copy(source, JAVA_BYTE, offset, bytes, 0, bytes.length);
        String text = new String(bytes, UTF_8);
        // Java decodes a lone surrogate as replacement characters; nothing else makes such of what
        // encode wrote, but they may have been in the string themselves.
        return text.indexOf(REPLACEMENT) < 0 ? text : decodeByHand(bytes);
    }

    private static String decodeByHand(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        for (int i = 0; i < bytes.length; ) {
            int lead = bytes[i++];
            if (lead >= 0) {
                text.append((char) lead);
                continue;
            }
            int continuations = lead < (byte) 0xe0 ? 1 : lead < (byte) 0xf0 ? 2 : 3;
            int c = lead & 0x3f >> continuations;
            for (int left = continuations; left > 0 && i < bytes.length; left--) {
                c = c << 6 | bytes[i++] & 0x3f;
            }
            text.appendCodePoint(c & 0x1fffff);
        }
        return text.toString();
    }
}
