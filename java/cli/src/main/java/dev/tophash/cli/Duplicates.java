package dev.tophash.cli;

/** What becomes of a row whose key an earlier row has, as {@code --on-duplicate} says. */
enum Duplicates {
    /** Its value replaces the earlier one. */
    LAST,
    /** It is left out. */
    FIRST,
    /** It is a bad row. */
    ERROR,
    /** Its value is added. */
    SUM;

    /**
     * Refuses what a type cannot do.
     *
     * @param values type of the values
     */
    void check(ColumnType<?> values) throws CommandFailure {
        if (this == SUM && values.sum() == null) {
            throw CommandFailure.usage("--on-duplicate sum: there are no sums of " + values.name());
        }
    }

    /**
     * The value that a key then has.
     *
     * @throws BadRow if the row is none that can be used
     */
    <K, V> V merge(EntryTypes<K, V> types, K key, V before, V added) throws BadRow {
        return switch (this) {
            case LAST -> added;
            case FIRST -> before;
            case ERROR -> throw new BadRow("a key for the second time: " + types.keys().shown(key));
            case SUM -> {
                try {
                    yield types.values().sum().apply(before, added);
                } catch (ArithmeticException e) {
                    String sum = before + " + " + added;
                    throw new BadRow(
                            "beyond "
                                    + types.values().name()
                                    + ": "
                                    + sum
                                    + ", key "
                                    + types.keys().shown(key));
                }
            }
        };
    }
}
