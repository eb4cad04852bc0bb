package dev.tophash.benchmarks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** Strings of a length, each number another one. */
public final class StringKeys {
    private static final byte[] DIGITS =
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_".getBytes(ISO_8859_1);

    /** Characters that make a key unique, six bits each. */
    private static final int UNIQUE = 8;

    private static final long MASK = (1L << 6 * UNIQUE) - 1;

    private StringKeys() {}

    /** A new object each time, with the hash code not yet computed. */
    public static String key(long number, int length) {
        byte[] characters = new byte[length];
        write(scatter(number), characters, length - UNIQUE);
        for (int at = length - 2 * UNIQUE; at >= 0; at -= UNIQUE) {
            write(Keys.key(number + at), characters, at);
        }
        return new String(characters, ISO_8859_1);
    }

    private static void write(long bits, byte[] characters, int from) {
        for (int i = 0; i < UNIQUE; i++) {
            characters[from + i] = DIGITS[(int) (bits >>> 6 * i) & DIGITS.length - 1];
        }
    }

    /** A bijection of numbers of 48 bits: two rounds of multiplying and folding. */
    private static long scatter(long number) {
        long x = number * 0xd6e8feb86659fd93L & MASK;
        x = (x ^ x >>> 24) * 0xff51afd7ed558ccdL & MASK;
        return x ^ x >>> 24;
    }
}
