package dev.tophash.cli;

/**
 * A column as an option names it: by its number, the first one being 1, or by what is in the first
 * row.
 *
 * @param option its name, for messages
 */
record Column(String option, String name) {
    private static final String NUMBER = "[0-9]{1,9}";

    /** Refuses what cannot be found. */
    Column checked(boolean header) throws CommandFailure {
        if (name.matches(NUMBER)) {
            if (Integer.parseInt(name) == 0) {
                throw CommandFailure.usage(option + " 0: the first column is 1");
            }
        } else if (!header) {
            throw CommandFailure.usage(
                    option + " " + name + ": must be a column's number; names need --header");
        }
        return this;
    }

    /**
     * Its place in a row, the first one being 0.
     *
     * @param header the first row, or null if there are no names
     */
    int place(Row header) throws CommandFailure {
        if (name.matches(NUMBER)) {
            return Integer.parseInt(name) - 1;
        }
        StringBuilder names = new StringBuilder();
        int place = -1;
        for (int i = 0; i < header.count(); i++) {
            String here = text(header, i);
            names.append(i == 0 ? "" : ", ").append(here);
            if (here.equals(name)) {
                if (place >= 0) {
                    throw CommandFailure.usage(
                            "%s %s: columns %d and %d have this name"
                                    .formatted(option, name, place + 1, i + 1));
                }
                place = i;
            }
        }
        if (place < 0) {
            throw CommandFailure.usage(option + " " + name + ": the columns are " + names);
        }
        return place;
    }

    private String text(Row header, int column) throws CommandFailure {
        try {
            return header.text(column);
        } catch (BadRow e) {
            throw CommandFailure.usage(option + " " + name + ": the header is " + e.getMessage());
        }
    }
}
