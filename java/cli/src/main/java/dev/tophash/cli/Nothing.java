package dev.tophash.cli;

import dev.tophash.Codec;

import java.lang.foreign.MemorySegment;

/** The value of a set's elements: map files know a set as a map to no bytes of no name. */
enum Nothing {
    /** The only one. */
    NOTHING;

    /** Reads and writes no bytes. */
    static final Codec<Nothing> CODEC =
            new Codec<>() {
                @Override
                public String name() {
                    return "";
                }

                @Override
                public long width() {
                    return 0;
                }

                @Override
                public boolean accepts(Object o) {
                    return o == NOTHING;
                }

                @Override
                public long encode(Nothing value, MemorySegment target, long offset) {
                    return 0;
                }

                @Override
                public Nothing decode(MemorySegment source, long offset, long size) {
                    return NOTHING;
                }
            };
}
