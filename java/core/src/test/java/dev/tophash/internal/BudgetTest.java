package dev.tophash.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the property for the budget may say; NativeBudgetTest sees that it is heeded. */
class BudgetTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1",
        "500000, 500000",
        "640k, 655360",
        "640K, 655360",
        "3m, 3145728",
        "3M, 3145728",
        "2g, 2147483648",
        "2G, 2147483648",
        "8589934591g, 9223372035781033984",
        "007, 7",
        "999999999999999999, 999999999999999999",
        "9223372036854775807, 9223372036854775807",
    })
    void aSizeIsReadWithItsUnit(String text, long bytes) {
        assertEquals(bytes, Budget.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "k",
                "lots",
                "-1",
                "+1",
                "1.5g",
                "10 m",
                "10mb",
                "10t",
                "0x10",
                "1_000",
                "8589934592g",
                "9223372036854775808",
                "99999999999999999999",
                "\u0661"
            })
    void anythingElseIsNamed(String text) {
        String message =
                assertThrows(IllegalArgumentException.class, () -> Budget.parse(text)).getMessage();
        assertTrue(message.contains("tophash.nativeBudget is \"" + text + "\""), message);
    }
}
