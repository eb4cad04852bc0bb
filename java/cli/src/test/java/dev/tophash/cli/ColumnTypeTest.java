package dev.tophash.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Random;

/** What texts are values of a type, and what is printed for them. */
class ColumnTypeTest {
    private static <T> void assertReads(ColumnType<T> type, T value, String text) throws BadRow {
        assertEquals(value, type.parse(text), text);
    }

    private static void assertBad(ColumnType<?> type, String text, String message) {
        BadRow bad = assertThrows(BadRow.class, () -> type.parse(text), text);
        assertEquals(message, bad.getMessage());
    }

    @Test
    void longs() throws BadRow {
        assertReads(ColumnType.LONG, 0L, "0");
        assertReads(ColumnType.LONG, 0L, "-0");
        assertReads(ColumnType.LONG, -17L, "-0017");
        assertReads(ColumnType.LONG, 17L, "+17");
        assertReads(ColumnType.LONG, Long.MAX_VALUE, "9223372036854775807");
        assertReads(ColumnType.LONG, Long.MIN_VALUE, "-9223372036854775808");
        assertReads(ColumnType.LONG, 1L, "0000000000000000000000000000001");
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            long value = random.nextLong() >> random.nextInt(64);
            assertReads(ColumnType.LONG, value, Long.toString(value));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "+",
                "--1",
                "x",
                "1x",
                " 1",
                "1 ",
                "1.0",
                "1e3",
                "1_000",
                "0x10",
                "\u0661",
                "9223372036854775808",
                "-9223372036854775809",
                "99999999999999999999"
            })
    void noLongs(String text) {
        assertBad(ColumnType.LONG, text, "not a long: \"" + text + "\"");
    }

    @Test
    void ints() throws BadRow {
        assertReads(ColumnType.INT, Integer.MAX_VALUE, "2147483647");
        assertReads(ColumnType.INT, Integer.MIN_VALUE, "-2147483648");
        assertBad(ColumnType.INT, "2147483648", "not an int: \"2147483648\"");
        assertBad(ColumnType.INT, "-2147483649", "not an int: \"-2147483649\"");
        assertBad(ColumnType.INT, "99999999999999999999", "not an int: \"99999999999999999999\"");
    }

    @ParameterizedTest
    @CsvSource({
        "1,1.0",
        "-0.5,-0.5",
        "1e3,1000.0",
        "1E-3,0.001",
        ".5,0.5",
        "5.,5.0",
        "NaN,NaN",
        "Infinity,Infinity",
        "-Infinity,-Infinity",
        "-0,-0.0",
        "+2,2.0",
        "0x1p3,8.0"
    })
    void doubles(String text, String printed) throws BadRow {
        double value = ColumnType.DOUBLE.parse(text);
        assertEquals(printed, ColumnType.DOUBLE.printer().apply(value));
        assertEquals((Double) value, ColumnType.DOUBLE.parse(printed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " 1", "1\t", "1d", "1f", "1F", "1,5", "inf", "nan", "1e400", "x"})
    void noDoubles(String text) {
        String shown = text.replace("\t", "\\t");
        assertBad(ColumnType.DOUBLE, text, "not a double: \"" + shown + "\"");
    }

    @Test
    void stringsAreBytes() throws BadRow {
        for (String text : List.of("", "a b", "\u00e9\u20ac\ud83d\ude00", "\ufffd", "\0\t\n")) {
            String kept = ColumnType.STRING.parse(text);
            assertEquals(text, ColumnType.STRING.text(kept));
        }
        assertEquals("\u00c3\u00a9", ColumnType.STRING.parse("\u00e9"));
    }

    @Test
    void stringsMustBeUtf8() {
        byte[] latin1 = {'x', (byte) 0xe9, 'y'};
        BadRow bad =
                assertThrows(BadRow.class, () -> ColumnType.STRING.parser().parse(latin1, 0, 3));
        assertEquals("not UTF-8: \"x\ufffdy\"", bad.getMessage());
    }

    @Test
    void onlyTheRange() throws BadRow {
        byte[] bytes = "12345".getBytes();
        assertEquals(234L, ColumnType.LONG.parser().parse(bytes, 1, 4));
        assertEquals(234, ColumnType.INT.parser().parse(bytes, 1, 4));
        assertEquals(234.0, ColumnType.DOUBLE.parser().parse(bytes, 1, 4));
        assertEquals("234", ColumnType.STRING.parser().parse(bytes, 1, 4));
    }

    @Test
    void messagesAreShortAndOnOneLine() {
        String shown = BadRow.quoted("a\"b\\c\n\r\t\u0001" + "x".repeat(100));
        assertEquals("\"a\\\"b\\\\c\\n\\r\\t?" + "x".repeat(51) + "...\"", shown);
    }

    @Test
    void sumsDoNotWrapAround() {
        assertEquals(3L, ColumnType.LONG.sum().apply(1L, 2L));
        assertThrows(
                ArithmeticException.class, () -> ColumnType.LONG.sum().apply(Long.MAX_VALUE, 1L));
        assertThrows(
                ArithmeticException.class, () -> ColumnType.INT.sum().apply(Integer.MIN_VALUE, -1));
        assertNull(ColumnType.STRING.sum());
    }

    @Test
    void names() {
        for (String name : ColumnType.NAMES.split(", ")) {
            assertEquals(name, ColumnType.named(name).name());
        }
        assertSame(ColumnType.INT, ColumnType.named("int"));
        assertNull(ColumnType.named("Long"));
        assertNull(ColumnType.named(""));
    }
}
