package dev.tophash;

/**
 * That a thread is inside a function which was given to a concurrent map's {@code compute}, {@code
 * merge} or the like. A lock of the map is held meanwhile, so the function may look keys up in that
 * map, and do what it wants to others, but neither write to it nor walk it: two such functions
 * could wait for each other for ever. That is reported always, not only when it happens.
 *
 * @param table the map
 * @param outer the one that the thread was inside before, or null
 */
record Computation(OffHeapTable table, Computation outer) {
    private static final ThreadLocal<Computation> OF_THREAD = new ThreadLocal<>();

    /** Begins one; to be ended. */
    static Computation begin(OffHeapTable table) {
        Computation computation = new Computation(table, OF_THREAD.get());
        OF_THREAD.set(computation);
        return computation;
    }

    void end() {
        OF_THREAD.set(outer);
    }

    /**
     * Looks whether the thread may wait for a lock of a map.
     *
     * @throws IllegalStateException if it is computing a value for it
     */
    static void refuseLocksOf(OffHeapTable table) {
        for (Computation c = OF_THREAD.get(); c != null; c = c.outer) {
            if (c.table == table) {
                throw new IllegalStateException(
                        "recursive update: a function given to this "
                                + table.typeName()
                                + " writes to it or walks it");
            }
        }
    }
}
