package dev.tophash.internal;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The system property that limits native memory from the start. */
final class Budget {
    private static final String PROPERTY = "tophash.nativeBudget";
    private static final Pattern SIZE = Pattern.compile("(\\d{1,19})([kKmMgG]?)");

    private Budget() {}

    static long ofProperty() {
        String text = System.getProperty(PROPERTY);
        return text == null ? 0 : parse(text);
    }

    /** Such as 500000, 640k, 512m or 2g. */
    static long parse(String text) {
        Matcher m = SIZE.matcher(text);
        try {
            if (m.matches()) {
                long unit =
                        switch (m.group(2)) {
                            case "k", "K" -> 1L << 10;
                            case "m", "M" -> 1L << 20;
                            case "g", "G" -> 1L << 30;
                            default -> 1;
                        };
                return Math.multiplyExact(Long.parseLong(m.group(1)), unit);
            }
        } catch (ArithmeticException | NumberFormatException e) {
            // too large: as bad as any other text
        }
        throw new IllegalArgumentException(
                PROPERTY
                        + " is \""
                        + text
                        + "\", must be a number of bytes, with k, m or g for larger units, below"
                        + " 2^63");
    }
}
