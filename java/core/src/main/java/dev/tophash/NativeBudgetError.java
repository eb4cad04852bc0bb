package dev.tophash;

/**
 * Thrown when a map would have to hold more native memory than {@link Tophash#setNativeBudget}
 * allows. The map is as it was before the call (a batch has done a first part of its keys), and
 * goes on working; removing, reading and closing take no memory.
 */
public final class NativeBudgetError extends OutOfMemoryError {
    private static final long serialVersionUID = 1;

    /** Bytes asked for. */
    private final long requested;

    /** Bytes that the maps held. */
    private final long held;

    /** Bytes allowed. */
    private final long budget;

    NativeBudgetError(String what, long requested, long held, long budget) {
        super(
                what
                        + ": "
                        + requested
                        + " bytes more than the "
                        + held
                        + " bytes that Tophash maps hold would exceed the budget of "
                        + budget
                        + " bytes");
        this.requested = requested;
        this.held = held;
        this.budget = budget;
    }

    /**
     * What was asked for.
     *
     * @return bytes
     */
    public long requested() {
        return requested;
    }

    /**
     * What the maps of this process held when it was refused.
     *
     * @return bytes
     */
    public long held() {
        return held;
    }

    /**
     * The budget at that moment.
     *
     * @return bytes
     */
    public long budget() {
        return budget;
    }
}
