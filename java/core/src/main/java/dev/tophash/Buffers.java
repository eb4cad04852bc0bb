package dev.tophash;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Byte sequences as buffers, which are equal when their content is. */
final class Buffers {
    private Buffers() {}

    /** What lies between position and limit of a buffer; null for any other object. */
    static MemorySegment segmentOrNull(Object o) {
        return o instanceof ByteBuffer buffer ? MemorySegment.ofBuffer(buffer) : null;
    }

    /** A read-only buffer over an array that nobody else knows. */
    static ByteBuffer of(byte[] bytes) {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }
}
