package dev.tophash;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/** {@link Codecs#BYTES}. */
final class ArrayCodec implements Codec<byte[]> {
    @Override
    public long width() {
        return VARIABLE;
    }

    @Override
    public String name() {
        return "bytes";
    }

    @Override
    public boolean accepts(Object o) {
        return o instanceof byte[];
    }

    @Override
    public long encode(byte[] value, MemorySegment target, long offset) {
        if (value.length <= target.byteSize() - offset) {
            MemorySegment.copy(value, 0, target, JAVA_BYTE, offset, value.length);
        }
        return value.length;
    }

    @Override
    public byte[] decode(MemorySegment source, long offset, long size) {
        byte[] bytes = new byte[(int) size];
        MemorySegment.copy(source, JAVA_BYTE, offset, bytes, 0, bytes.length);
        return bytes;
    }
}
