package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/** What files record of codecs: these names must not change, or files are refused. */
class CodecNamesTest {
    enum Color {
        RED,
        GREEN
    }

    record Point(int x, double y) {}

    record Line(Point from, Point to, String label) {}

    @Test
    void readyMadeCodecs() {
        Map<Class<?>, String> names =
                Map.ofEntries(
                        Map.entry(Long.class, "long"),
                        Map.entry(int.class, "int"),
                        Map.entry(Short.class, "short"),
                        Map.entry(Byte.class, "byte"),
                        Map.entry(Character.class, "char"),
                        Map.entry(Boolean.class, "boolean"),
                        Map.entry(Double.class, "double"),
                        Map.entry(Float.class, "float"),
                        Map.entry(String.class, "string"),
                        Map.entry(byte[].class, "bytes"),
                        Map.entry(UUID.class, "uuid"),
                        Map.entry(Instant.class, "instant"),
                        Map.entry(Color.class, "enum:dev.tophash.CodecNamesTest$Color{RED,GREEN}"),
                        Map.entry(
                                Point.class,
                                "record:dev.tophash.CodecNamesTest$Point(x int,y double)"),
                        Map.entry(
                                Line.class,
                                "record:dev.tophash.CodecNamesTest$Line("
                                        + "from record:dev.tophash.CodecNamesTest$Point(x int,y"
                                        + " double),"
                                        + "to record:dev.tophash.CodecNamesTest$Point(x int,y"
                                        + " double),"
                                        + "label string)"));
        names.forEach((type, name) -> assertEquals(name, Codecs.of(type).name()));
        assertEquals("string?", Codecs.nullable(Codecs.STRING).name());
    }

    @Test
    void ownCodecs() {
        Codec<Point> fixed =
                Codec.fixed(
                        Point.class,
                        MemoryLayout.structLayout(
                                ValueLayout.JAVA_DOUBLE.withName("y"),
                                ValueLayout.JAVA_INT.withName("x")),
                        (p, target, offset) -> {},
                        (source, offset) -> null);
        assertTrue(
                fixed.name()
                        .matches("dev\\.tophash\\.CodecNamesTest\\$Point\\[.*\\(y\\).*\\(x\\)]"),
                fixed.name());
        Codec<Object> own =
                new Codec<>() {
                    @Override
                    public long width() {
                        return 1;
                    }

                    @Override
                    public boolean accepts(Object o) {
                        return false;
                    }

                    @Override
                    public long encode(Object value, MemorySegment target, long offset) {
                        return 1;
                    }

                    @Override
                    public Object decode(MemorySegment source, long offset, long size) {
                        return null;
                    }
                };
        assertEquals(own.getClass().getName(), own.name());
    }

    @Test
    void longNamesEndInADigest() {
        assertEquals("x".repeat(63), CodecNames.fit("x".repeat(63)));
        assertEquals("", CodecNames.fit(""));
        assertEquals("x".repeat(46) + "#" + "7ce100971f64e700", CodecNames.fit("x".repeat(64)));
        assertNotEquals(CodecNames.fit("x".repeat(64)), CodecNames.fit("x".repeat(65)));
        for (int before = 0; before < 4; before++) { // cut between characters, not within
            String fit = CodecNames.fit("x".repeat(before) + "\ud83d\ude00".repeat(30));
            assertTrue(fit.getBytes(UTF_8).length <= 63, fit);
            assertTrue(fit.getBytes(UTF_8).length >= 60, fit);
            assertEquals(-1, fit.indexOf('\ufffd'));
        }
    }

    @Test
    void charactersThatNoFileCanHave() {
        assertThrows(IllegalArgumentException.class, () -> CodecNames.fit("a\0b"));
        assertThrows(IllegalArgumentException.class, () -> CodecNames.fit("a\ud83d"));
    }
}
