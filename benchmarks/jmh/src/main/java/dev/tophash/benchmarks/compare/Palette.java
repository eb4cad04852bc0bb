package dev.tophash.benchmarks.compare;

import java.awt.BasicStroke;
import java.awt.Color;
import java.util.Map;

/** A contender looks the same in every plot: ours strong, what is no map dashed. */
final class Palette {
    /** Ours with many keys a call, in a plot that has it with one, too. */
    static final String BATCHED = "TOPHASH_BATCHED";

    private static final Map<String, Color> COLORS =
            Map.of(
                    "TOPHASH",
                    new Color(0xc2185b),
                    BATCHED,
                    new Color(0xc2185b),
                    "TOPHASH_JVMCI",
                    new Color(0xf06292),
                    "TOPHASH_CONCURRENT",
                    new Color(0x880e4f),
                    "FASTUTIL",
                    new Color(0x1565c0),
                    "AGRONA",
                    new Color(0x00897b),
                    "HPPC",
                    new Color(0xef6c00),
                    "ECLIPSE",
                    new Color(0x6a1b9a),
                    "HASHMAP",
                    new Color(0x5d4037),
                    "CONCURRENT_HASHMAP",
                    new Color(0x9e9d24));

    private static final Color OTHERS = new Color(0x757575);
    private static final float[] DASHES = {6, 4};

    private Palette() {}

    static Color color(String contender) {
        return COLORS.getOrDefault(contender, OTHERS);
    }

    static BasicStroke line(String contender) {
        float width = contender.equals(BATCHED) ? 4 : contender.startsWith("TOPHASH") ? 2.5f : 1.5f;
        if (COLORS.containsKey(contender)) {
            return new BasicStroke(width);
        }
        return new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, DASHES, 0);
    }
}
