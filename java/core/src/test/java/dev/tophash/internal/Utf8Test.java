package dev.tophash.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {
    private static final int LONGEST = 35;

    @ParameterizedTest
    @ValueSource(
            strings = {"?", ">", "@", "\u0000", "\u00bf", "\u003f\u003f", "\u20ac", "\ud83d\ude00"})
    void encodesAnyCharacterAnywhere(String part) {
        for (int length = 0; length <= LONGEST; length++) {
            for (int at = 0; at <= length; at++) {
                String text = "a".repeat(at) + part + "a".repeat(length - at);
                assertArrayEquals(text.getBytes(UTF_8), Utf8.encodeOrNull(text), text);
                assertArrayEquals(
                        text.getBytes(UTF_8), Utf8.passing(text).toArray(JAVA_BYTE), text);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud83d", "\ude00", "\ude00\ud83d", "?\ud83d"})
    void findsALoneSurrogateAnywhere(String part) {
        for (int length = 0; length <= LONGEST; length++) {
            for (int at = 0; at <= length; at++) {
                String text = "\u00e9".repeat(at) + part + "a".repeat(length - at);
                assertNull(Utf8.encodeOrNull(text), text);
                assertThrows(IllegalArgumentException.class, () -> Utf8.passing(text), text);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {338, 339, 340, 341, 342, 1021, 1022, 1023, 5000})
    void passesLongStrings(int length) {
        for (String unit : new String[] {"a", "a\u20ac", "\u0000"}) {
            String text = unit.repeat(length).substring(0, length);
            assertArrayEquals(text.getBytes(UTF_8), Utf8.passing(text).toArray(JAVA_BYTE));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 8, 9, 40})
    void saysWhereItIs(int at) {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Utf8.encode("?".repeat(at) + "\udbff?"));
        assertEquals(
                "the string has a surrogate without its partner at index " + at + ": \\udbff",
                e.getMessage());
    }
}
