package dev.tophash;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** {@link Codecs#nullable}: 1 and the encoding, or 0 and, if the width is fixed, zeros. */
final class NullableCodec<T> implements Codec<T> {
    private final Codec<T> codec;
    private final long width;
    private final long before;

    NullableCodec(Codec<T> codec) {
        this.codec = Objects.requireNonNull(codec);
        this.before = codec.alignment();
        this.width = codec.width() == VARIABLE ? VARIABLE : codec.width() + before;
        if (width > tophash_h.TH_MAX_FIXED_VALUE()) {
            throw new IllegalArgumentException(
                    "a nullable codec of "
                            + width
                            + " bytes, must have at most "
                            + tophash_h.TH_MAX_FIXED_VALUE());
        }
    }

    @Override
    public long width() {
        return width;
    }

    @Override
    public long alignment() {
        return before;
    }

    @Override
    public String name() {
        return codec.name() + "?";
    }

    @Override
    public boolean accepts(Object o) {
        return o == null || codec.accepts(o);
    }

    @Override
    public long encode(T value, MemorySegment target, long offset) {
        long room = target.byteSize() - offset;
        long size = value == null && width == VARIABLE ? before : width;
        if (value != null) {
            if (width == VARIABLE && room < before) {
                return before + codec.encode(value, MemorySegment.NULL, 0);
            }
            size = before + codec.encode(value, target, offset + before);
        }
        if (size <= room) {
            long zeros = value == null ? size : before;
            target.asSlice(offset, zeros).fill((byte) 0);
            target.set(JAVA_BYTE, offset, (byte) (value == null ? 0 : 1));
        }
        return size;
    }

    @Override
    public T decode(MemorySegment source, long offset, long size) {
        // Only a reader whom a writer races finds nothing at all: any value will do.
        boolean isNull = size < before || source.get(JAVA_BYTE, offset) == 0;
        return isNull ? null : codec.decode(source, offset + before, size - before);
    }
}
