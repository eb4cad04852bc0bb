package dev.tophash.cli;

/** What becomes of rows that cannot be used. */
final class BadRows {
    /** As {@code --on-error} says. */
    enum Policy {
        /** The first one ends the command. */
        FAIL,
        /** They are counted. */
        SKIP,
        /** They are counted, and the first of them shown. */
        REPORT
    }

    private static final int MOST_SHOWN = 20;

    private final String name;
    private final Policy policy;
    private long count;

    /** Of an input that messages call by a name. */
    BadRows(String name, Policy policy) {
        this.name = name;
        this.policy = policy;
    }

    /**
     * Takes a row that begins in a line.
     *
     * @throws CommandFailure if it is the end
     */
    void add(long line, BadRow row) throws CommandFailure {
        count++;
        String message = name + ":" + line + ": " + row.getMessage();
        if (policy == Policy.FAIL) {
            throw CommandFailure.failure(message);
        }
        if (policy == Policy.REPORT && count <= MOST_SHOWN) {
            System.err.println(message);
        }
    }

    /** How many there were; says how many of them were not shown. */
    long end() {
        if (policy == Policy.REPORT && count > MOST_SHOWN) {
            System.err.println(name + ": " + (count - MOST_SHOWN) + " more bad rows");
        }
        return count;
    }
}
