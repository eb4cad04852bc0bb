package dev.tophash;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.Instant;

/** {@link Codecs#INSTANT}. */
final class InstantCodec implements Codec<Instant> {
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long WIDTH = Long.BYTES + Integer.BYTES;

    @Override
    public long width() {
        return WIDTH;
    }

    @Override
    public long alignment() {
        return Integer.BYTES;
    }

    @Override
    public String name() {
        return "instant";
    }

    @Override
    public boolean accepts(Object o) {
        return o instanceof Instant;
    }

    @Override
    public long encode(Instant value, MemorySegment target, long offset) {
        target.set(LONG, offset, value.getEpochSecond());
        target.set(INT, offset + Long.BYTES, value.getNano());
        return WIDTH;
    }

    @Override
    public Instant decode(MemorySegment source, long offset, long size) {
        return Instant.ofEpochSecond(
                source.get(LONG, offset), source.get(INT, offset + Long.BYTES));
    }
}
