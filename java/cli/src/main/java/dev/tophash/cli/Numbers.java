package dev.tophash.cli;

import dev.tophash.CapacityPlan;

import java.math.BigInteger;
import java.util.Locale;

/** Counts as arguments have them, and as tables show them. */
final class Numbers {
    private Numbers() {}

    /**
     * A count, in which underscores may part the digits.
     *
     * @param option its name, for messages
     * @param least the smallest that makes sense
     * @throws CommandFailure if it is no number or not in the range
     */
    static long parse(String option, String text, long least) throws CommandFailure {
        String digits = text.strip().replace("_", "");
        boolean number = digits.matches("-?\\d{1,100}");
        BigInteger value = number ? new BigInteger(digits) : null;
        if (!number
                || value.compareTo(BigInteger.valueOf(least)) < 0
                || value.compareTo(BigInteger.valueOf(CapacityPlan.MOST_ENTRIES)) > 0) {
            throw CommandFailure.usage(
                    option
                            + " "
                            + text
                            + ": must be a number from "
                            + least
                            + " to "
                            + CapacityPlan.MOST_ENTRIES);
        }
        return value.longValue();
    }

    /** With commas between thousands. */
    static String grouped(Number n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    /** A relative error, such as {@code +- 1.63 %}; nothing for what is exact. */
    static String error(double relative) {
        return relative == 0 ? "" : String.format(Locale.ROOT, "  +- %.2f %%", 100 * relative);
    }
}
