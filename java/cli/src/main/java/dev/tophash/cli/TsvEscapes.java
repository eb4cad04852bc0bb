package dev.tophash.cli;

/** What may stand behind a backslash in tab-separated values, where they have escapes. */
final class TsvEscapes {
    /** The characters behind it, */
    static final String CODES = "tnr\\";

    /** and what each of them means. */
    static final String MEANT = "\t\n\r\\";

    private TsvEscapes() {}
}
