package dev.tophash;

/** How much the tests do: less when they run in an emulated machine. */
final class Effort {
    /**
     * Whether the property {@code tophash.emulated} says that everything takes ten times as long.
     */
    static final boolean EMULATED = Boolean.getBoolean("tophash.emulated");

    private Effort() {}

    /** This many rounds, or a tenth of them under emulation. */
    static int rounds(int natively) {
        return EMULATED ? Math.max(1, natively / 10) : natively;
    }

    /**
     * A deadline that is not reached unless something is wrong, however busy the machine is, as a
     * {@link System#nanoTime}.
     */
    static long deadline() {
        return System.nanoTime() + (EMULATED ? 240_000_000_000L : 120_000_000_000L);
    }
}
