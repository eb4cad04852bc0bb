package dev.tophash.cli;

/**
 * A row that cannot be used, and why. There may be millions of them, so they have no stack trace.
 */
final class BadRow extends Exception {
    private static final long serialVersionUID = 1;
    private static final int LONGEST = 60;

    BadRow(String reason) {
        super(reason, null, false, false);
    }

    /**
     * A text from a file or the command line as messages show it: in quotes, on one line, short.
     */
    static String quoted(String text) {
        StringBuilder shown = new StringBuilder("\"");
        int end = Math.min(text.length(), LONGEST);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                shown.append('\\').append(c);
            } else if (Character.isISOControl(c)) {
                shown.append(c == '\t' ? "\\t" : c == '\n' ? "\\n" : c == '\r' ? "\\r" : "?");
            } else {
                shown.append(c);
            }
        }
        return shown.append(end < text.length() ? "...\"" : "\"").toString();
    }
}
