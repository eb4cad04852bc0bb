package dev.tophash;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tophash.internal.MapFiles;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names of codecs as files have room for them. */
final class CodecNames {
    /** Bytes of a digest: two names that begin alike will not have the same one by accident. */
    private static final int DIGEST_BYTES = 8;

    private static final char BEFORE_DIGEST = '#';

    private CodecNames() {}

    /**
     * A name of 63 bytes of UTF-8 at most: a longer one's beginning and a digest of it all.
     *
     * @throws IllegalArgumentException if it has a NUL character or an unpaired surrogate
     */
    static String fit(String name) {
        byte[] bytes = name.getBytes(UTF_8);
        if (name.indexOf(0) >= 0 || !new String(bytes, UTF_8).equals(name)) {
            throw new IllegalArgumentException(
                    "the codec's name \"" + name + "\" has a character that a file cannot have");
        }
        if (bytes.length <= MapFiles.MOST_NAME_BYTES) {
            return name;
        }
        int room = MapFiles.MOST_NAME_BYTES - 1 - 2 * DIGEST_BYTES;
        while ((bytes[room] & 0xc0) == 0x80) { // not in the middle of a character
            room--;
        }
        return new String(bytes, 0, room, UTF_8) + BEFORE_DIGEST + digest(bytes);
    }

    private static String digest(byte[] bytes) {
        try {
            byte[] all = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(all, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) { // every Java has it
            throw new AssertionError(e);
        }
    }
}
