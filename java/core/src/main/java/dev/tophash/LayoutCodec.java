package dev.tophash;

import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** {@link Codec#fixed}. */
final class LayoutCodec<T> implements Codec<T> {
    private final Class<T> type;
    private final String name;
    private final long width;
    private final long alignment;
    private final Writer<? super T> writer;
    private final Reader<? extends T> reader;

    LayoutCodec(
            Class<T> type,
            MemoryLayout layout,
            Writer<? super T> writer,
            Reader<? extends T> reader) {
        this.type = Objects.requireNonNull(type);
        this.writer = Objects.requireNonNull(writer);
        this.reader = Objects.requireNonNull(reader);
        this.name = type.getName() + layout;
        this.alignment = layout.byteAlignment();
        if (alignment > Long.BYTES) {
            throw new IllegalArgumentException(
                    "the layout is aligned to " + alignment + " bytes, must be to 8 at most");
        }
        this.width = (layout.byteSize() + alignment - 1) / alignment * alignment;
        if (width > tophash_h.TH_MAX_FIXED_VALUE()) {
            throw new IllegalArgumentException(
                    "the layout has "
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
        return alignment;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean accepts(Object o) {
        return type.isInstance(o);
    }

    @Override
    public long encode(T value, MemorySegment target, long offset) {
        // What was there before must not get into the padding: it is hashed and compared.
        for (long i = 0; i < width; i++) {
            target.set(java.lang.foreign.ValueLayout.JAVA_BYTE, offset + i, (byte) 0);
        }
        writer.write(value, target, offset);
        return width;
    }

    @Override
    public T decode(MemorySegment source, long offset, long size) {
        return reader.read(source, offset);
    }
}
