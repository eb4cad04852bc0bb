package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Codecs that users write: over a layout, and of varying length by hand. */
class OwnCodecsTest {
    private record Sample(byte kind, long amount) {}

    private static final MemoryLayout SAMPLE =
            MemoryLayout.structLayout(
                    ValueLayout.JAVA_BYTE.withName("kind"),
                    MemoryLayout.paddingLayout(7),
                    ValueLayout.JAVA_LONG.withName("amount"));
    private static final VarHandle KIND =
            SAMPLE.varHandle(MemoryLayout.PathElement.groupElement("kind"));
    private static final VarHandle AMOUNT =
            SAMPLE.varHandle(MemoryLayout.PathElement.groupElement("amount"));
    private static final Codec<Sample> SAMPLES =
            Codec.fixed(
                    Sample.class,
                    SAMPLE,
                    (s, segment, offset) -> {
                        KIND.set(segment, offset, s.kind);
                        AMOUNT.set(segment, offset, s.amount);
                    },
                    (segment, offset) ->
                            new Sample(
                                    (byte) KIND.get(segment, offset),
                                    (long) AMOUNT.get(segment, offset)));

    @Test
    void structsAreFoundWhateverWasInThePadding() {
        byte[] garbage = new byte[500];
        try (NativeMap<Sample, Sample> map = NativeMap.create(SAMPLES, SAMPLES);
                NativeMap<byte[], byte[]> other = NativeMap.of(byte[].class, byte[].class)) {
            for (int i = 0; i < 256; i++) {
                Arrays.fill(garbage, (byte) i);
                other.put(garbage, garbage); // through the same scratch memory
                Sample sample = new Sample((byte) (i % 10), i / 10);
                assertNull(map.put(sample, sample));
            }
            for (int i = 255; i >= 0; i--) {
                Arrays.fill(garbage, (byte) ~i);
                other.put(garbage, garbage);
                Sample sample = new Sample((byte) (i % 10), i / 10);
                assertEquals(sample, map.get(sample));
            }
            Sample[] samples = map.keySet().toArray(Sample[]::new);
            assertEquals(256, map.containsAll(samples, new boolean[256]));
            assertEquals(256, map.putAll(samples, samples));
        }
    }

    @Test
    void layoutsThatDoNotFitAreRefused() {
        Codec.Writer<Sample> writer = (s, segment, offset) -> {};
        Codec.Reader<Sample> reader = (segment, offset) -> null;
        for (MemoryLayout layout :
                List.of(
                        ValueLayout.JAVA_LONG.withByteAlignment(16),
                        MemoryLayout.sequenceLayout(1_025, JAVA_BYTE),
                        MemoryLayout.sequenceLayout(1L << 40, JAVA_BYTE))) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Codec.fixed(Sample.class, layout, writer, reader));
        }
        MemoryLayout widest = MemoryLayout.sequenceLayout(1_024, JAVA_BYTE);
        Codec<Sample> widestValue = Codec.fixed(Sample.class, widest, writer, reader);
        NativeMap.create(Codecs.LONG, widestValue).close();
        assertThrows(
                IllegalArgumentException.class,
                () -> NativeMap.create(widestValue, Codecs.LONG)); // too wide for a key
        assertThrows(IllegalArgumentException.class, () -> Codecs.nullable(widestValue));
        MemoryLayout uneven = MemoryLayout.structLayout(ValueLayout.JAVA_INT, JAVA_BYTE);
        assertEquals(8, Codec.fixed(Sample.class, uneven, writer, reader).width());
    }

    /** A hand-written codec of varying length: ISO 8859-1 with its length in front. */
    private static final class Latin implements Codec<String> {
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
            byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
            if (target.byteSize() - offset >= bytes.length + 4) {
                target.set(JAVA_INT_UNALIGNED, offset, bytes.length);
                MemorySegment.copy(bytes, 0, target, JAVA_BYTE, offset + 4, bytes.length);
            }
            return bytes.length + 4L;
        }

        @Override
        public String decode(MemorySegment source, long offset, long size) {
            byte[] bytes = source.asSlice(offset + 4, size - 4).toArray(JAVA_BYTE);
            assertEquals(source.get(JAVA_INT_UNALIGNED, offset), bytes.length);
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void aCodecOfVaryingLengthByHand() {
        try (NativeMap<String, String> map = NativeMap.create(new Latin(), new Latin())) {
            String[] texts = new String[3_000];
            for (int i = 0; i < texts.length; i++) {
                texts[i] = "\u00e4".repeat(i) + i;
                assertNull(map.put(texts[i], "before"));
            }
            assertEquals(texts.length, map.putAll(texts, texts));
            String[] values = new String[texts.length];
            assertEquals(texts.length, map.getAll(texts, values));
            assertEquals(List.of(texts), List.of(values));
            map.forEach((key, value) -> assertEquals(key, value));
            assertEquals(texts.length, map.removeAll(texts));
        }
    }
}
