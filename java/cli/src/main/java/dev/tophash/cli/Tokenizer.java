package dev.tophash.cli;

/**
 * Cuts a stream of bytes into tokens. The stream arrives piece by piece in a buffer that belongs to the
 * caller; a token that a piece cuts in two is remembered and finished with the next piece.
 *
 * <p>The caller appends bytes to its buffer and calls {@link #scan} until all are read, takes the tokens
 * found so far after each call, and may then drop everything before {@link #needed}. Every byte is looked at
 * once, however small the pieces and however long the tokens are. Not thread-safe.
 */
abstract class Tokenizer {
    /** The most tokens that wait to be taken. */
    static final int CAPACITY = 8192;

    /** Token i is {@code buffer[starts[i], ends[i])} for i from 0 to {@link #count}. */
    final long[] starts = new long[CAPACITY];

    final long[] ends = new long[CAPACITY];

    /** How many tokens wait. The caller sets it to 0 when it has taken them. */
    int count;

    /**
     * Looks for tokens in {@code buffer[from, to)}, which follows what earlier calls have read.
     *
     * @return where it stopped: {@code to}, or less when {@link #CAPACITY} tokens wait to be taken
     */
    abstract int scan(byte[] buffer, int from, int to);

    /** The first byte that an unfinished token needs, or {@code end}, the end of what was read. */
    abstract int needed(int end);

    /** Tells that the bytes of the buffer were moved to the front by this many places. */
    abstract void moved(int places);

    /**
     * Tells that the input ends at {@code end}: its last token, if it is unfinished, ends as well. At most one
     * token is added, for which the caller has left room. The next input starts at the front of the buffer.
     */
    abstract void finish(int end);

    /** Adds a token. Only called while there is room. */
    final void add(int start, int end) {
        starts[count] = start;
        ends[count++] = end;
    }

    /** Maximal runs of bytes other than ASCII white space: space, \t, \n, \v, \f, \r. */
    static final class Words extends Tokenizer {
        private static final boolean[] SPACE = new boolean[256];

        static {
            for (byte space : new byte[] {' ', '\t', '\n', 0x0b, '\f', '\r'}) {
                SPACE[space] = true;
            }
        }

        /** Start of the word that the last byte read belongs to, or -1. */
        private int start = -1;

        @Override
        int scan(byte[] buffer, int from, int to) {
            int i = from;
            int word = start;
            int n = count;
            while (n < CAPACITY) {
                if (word < 0) {
                    while (i < to && SPACE[buffer[i] & 0xff]) {
                        i++;
                    }
                    word = i;
                }
                while (i < to && !SPACE[buffer[i] & 0xff]) {
                    i++;
                }
                if (i == to) {
                    break;
                }
                starts[n] = word;
                ends[n++] = i++;
                word = -1;
            }
            start = word == to ? -1 : word;
            count = n;
            return i;
        }

        @Override
        int needed(int end) {
            return start < 0 ? end : start;
        }

        @Override
        void moved(int places) {
            start = start < 0 ? start : start - places;
        }

        @Override
        void finish(int end) {
            if (start >= 0) {
                add(start, end);
            }
            start = -1;
        }
    }

    /** Lines without their \n. What follows the last \n is a line if it is not empty. */
    static final class Lines extends Tokenizer {
        private int start;

        @Override
        int scan(byte[] buffer, int from, int to) {
            for (int i = from; i < to; i++) {
                if (buffer[i] == '\n') {
                    add(start, i);
                    start = i + 1;
                    if (count == CAPACITY) {
                        return i + 1;
                    }
                }
            }
            return to;
        }

        @Override
        int needed(int end) {
            return start;
        }

        @Override
        void moved(int places) {
            start -= places;
        }

        @Override
        void finish(int end) {
            if (start < end) {
                add(start, end);
            }
            start = 0;
        }
    }

    /**
     * One field of each line. A line with k delimiters has k + 1 fields, which may be empty; a line with too
     * few is passed over.
     */
    static final class Fields extends Tokenizer {
        private final int wanted;
        private final byte delimiter;

        /** Number of the field that the next byte belongs to; stops counting after the wanted one. */
        private int field = 1;

        /** Start of the wanted field, once {@code field == wanted}. */
        private int start;

        /** Field {@code wanted}, counted from 1. */
        Fields(int wanted, byte delimiter) {
            this.wanted = wanted;
            this.delimiter = delimiter;
        }

        @Override
        int scan(byte[] buffer, int from, int to) {
            for (int i = from; i < to; i++) {
                byte b = buffer[i];
                if (b != '\n' && (b != delimiter || field > wanted)) {
                    continue;
                }
                boolean found = field == wanted;
                if (found) {
                    add(start, i);
                }
                field = b == '\n' ? 1 : field + 1;
                start = i + 1;
                if (found && count == CAPACITY) {
                    return i + 1;
                }
            }
            return to;
        }

        @Override
        int needed(int end) {
            return field == wanted ? start : end;
        }

        @Override
        void moved(int places) {
            start -= places;
        }

        @Override
        void finish(int end) {
            // After the last \n there is no line, unless something follows.
            if (field == wanted && (wanted > 1 || start < end)) {
                add(start, end);
            }
            field = 1;
            start = 0;
        }
    }
}
