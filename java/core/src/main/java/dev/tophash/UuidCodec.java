package dev.tophash;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.UUID;

/** {@link Codecs#UUID}: the most significant half first. */
final class UuidCodec implements Codec<UUID> {
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    public long width() {
        return 2 * Long.BYTES;
    }

    @Override
    public long alignment() {
        return Long.BYTES;
    }

    @Override
    public String name() {
        return "uuid";
    }

    @Override
    public boolean accepts(Object o) {
        return o instanceof UUID;
    }

    @Override
    public long encode(UUID value, MemorySegment target, long offset) {
        target.set(LONG, offset, value.getMostSignificantBits());
        target.set(LONG, offset + Long.BYTES, value.getLeastSignificantBits());
        return 2 * Long.BYTES;
    }

    @Override
    public UUID decode(MemorySegment source, long offset, long size) {
        return new UUID(source.get(LONG, offset), source.get(LONG, offset + Long.BYTES));
    }
}
