package dev.tophash.cli;

/**
 * Cuts a stream of bytes into tokens. The stream arrives piece by piece; a token that the end of a
 * piece cuts in two is remembered and finished with the next one. Every byte is looked at once,
 * however small the pieces and however long the tokens. Not thread-safe.
 */
abstract class Tokenizer {
    /**
     * Adds the tokens that end in {@code chunk.buffer[from, chunk.limit)} to the chunk. The bytes
     * follow those of the call before.
     */
    abstract void scan(Chunk chunk, int from);

    /**
     * The first byte that an unfinished token needs, or {@code limit}, the end of what was scanned.
     */
    abstract int needed(int limit);

    /**
     * Tells that the bytes were moved to the front by this many places, to another buffer or in the
     * same.
     */
    abstract void moved(int places);

    /**
     * Tells that the input ends here. Adds its last token if it is unfinished; another input may
     * follow.
     */
    abstract void finish(Chunk chunk);

    /** Maximal runs of bytes other than ASCII white space: space, \t, \n, \v, \f, \r. */
    static final class Words extends Tokenizer {
        private static final boolean[] SPACE = new boolean[256];

        static {
            for (byte space : new byte[] {' ', '\t', '\n', 0x0b, '\f', '\r'}) {
                SPACE[space] = true;
            }
        }

        /** Start of the word that the last byte scanned belongs to, or -1. */
        private int start = -1;

        @Override
        void scan(Chunk chunk, int from) {
            byte[] buffer = chunk.buffer;
            long[] starts = chunk.starts;
            long[] ends = chunk.ends;
            int to = chunk.limit;
            int n = chunk.count;
            int i = from;
            int word = start;
            while (true) {
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
            chunk.count = n;
        }

        @Override
        int needed(int limit) {
            return start < 0 ? limit : start;
        }

        @Override
        void moved(int places) {
            start = start < 0 ? start : start - places;
        }

        @Override
        void finish(Chunk chunk) {
            if (start >= 0) {
                chunk.add(start, chunk.limit);
            }
            start = -1;
        }
    }

    /** Lines without their \n. What follows the last \n is a line if it is not empty. */
    static final class Lines extends Tokenizer {
        private int start;

        @Override
        void scan(Chunk chunk, int from) {
            byte[] buffer = chunk.buffer;
            int to = chunk.limit;
            for (int i = from; i < to; i++) {
                if (buffer[i] == '\n') {
                    chunk.add(start, i);
                    start = i + 1;
                }
            }
        }

        @Override
        int needed(int limit) {
            return start;
        }

        @Override
        void moved(int places) {
            start -= places;
        }

        @Override
        void finish(Chunk chunk) {
            if (start < chunk.limit) {
                chunk.add(start, chunk.limit);
            }
            start = chunk.limit;
        }
    }

    /**
     * One field of each line. A line with k delimiters has k + 1 fields, which may be empty; a line
     * with too few is passed over.
     */
    static final class Fields extends Tokenizer {
        private final int wanted;
        private final byte delimiter;

        /**
         * Number of the field that the next byte belongs to; stops counting after the wanted one.
         */
        private int field = 1;

        /** Start of the wanted field, once {@code field == wanted}. */
        private int start;

        /** Field {@code wanted}, counted from 1. */
        Fields(int wanted, byte delimiter) {
            this.wanted = wanted;
            this.delimiter = delimiter;
        }

        @Override
        void scan(Chunk chunk, int from) {
            byte[] buffer = chunk.buffer;
            int to = chunk.limit;
            for (int i = from; i < to; i++) {
                byte b = buffer[i];
                if (b == '\n' || b == delimiter && field <= wanted) {
                    if (field == wanted) {
                        chunk.add(start, i);
                    }
                    field = b == '\n' ? 1 : field + 1;
                    start = i + 1;
                }
            }
        }

        @Override
        int needed(int limit) {
            return field == wanted ? start : limit;
        }

        @Override
        void moved(int places) {
            start -= places;
        }

        @Override
        void finish(Chunk chunk) {
            // After the last \n there is no line, unless something follows.
            if (field == wanted && (wanted > 1 || start < chunk.limit)) {
                chunk.add(start, chunk.limit);
            }
            field = 1;
            start = chunk.limit;
        }
    }
}
