package dev.tophash.benchmarks.compare;

/**
 * A target and what came of it.
 *
 * @param target in words
 * @param limit the bound, such as {@code ≥ 1.5}
 * @param worst the figure that is nearest to the bound or farthest beyond it, and where
 * @param state {@code reached}, {@code not reached} or {@code not measured}
 */
record Verdict(String target, String limit, String worst, String state) {
    /** The class of style sheets that goes with the state. */
    String style() {
        return switch (state) {
            case "reached" -> "good";
            case "not reached" -> "bad";
            default -> "quiet";
        };
    }
}
