package dev.tophash.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.tophash.Codec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Keeps the bytes of a text as they are: in the {@code String} there is a character for each of
 * them. So what the library's own codec wrote comes out in UTF-8, and anything else, which a map of
 * bytes may have as well, comes out too.
 */
final class TextCodec implements Codec<String> {
    /** That of {@link dev.tophash.Codecs#STRING}, as the bytes are the same. */
    @Override
    public String name() {
        return "string";
    }

    @Override
    public long width() {
        return VARIABLE;
    }

    @Override
    public boolean accepts(Object o) {
        return o instanceof String;
    }

    @Override
    public long encode(String value, MemorySegment target, long offset) {
        int length = value.length();
        if (length <= target.byteSize() - offset) {
            byte[] bytes = value.getBytes(ISO_8859_1);
            MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, offset, length);
        }
        return length;
    }

    @Override
    public String decode(MemorySegment source, long offset, long size) {
        byte[] bytes = new byte[(int) size];
        MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, bytes, 0, bytes.length);
        return new String(bytes, ISO_8859_1);
    }
}
