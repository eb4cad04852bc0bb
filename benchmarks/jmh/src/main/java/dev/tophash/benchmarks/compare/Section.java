package dev.tophash.benchmarks.compare;

import java.util.Locale;

/** A part of the comparison that can be run alone. */
enum Section {
    LOOKUP("Lookup", "What does a lookup cost, one at a time or 1,024 with one call?"),
    WRITE("Writing", "What do insertion from empty, updates and removal cost?"),
    GROWTH("Growth", "How long does a single put take while a map grows from empty?"),
    MEMORY("Memory", "How many bytes does an entry take over a whole doubling?"),
    PATTERNS("Key patterns", "Are keys with a pattern slower than random ones?"),
    STRINGS("Strings", "What does a lookup by a string cost?"),
    COLLECTIONS("Garbage collection", "What does a large map cost the garbage collector?"),
    ITERATION("Iteration", "What does walking over a map cost, and do two cores help?"),
    CONCURRENT("Threads", "What do maps that threads share cost, and what do they keep safe?"),
    FILES("Files", "What do tables in files cost: to build, to open, to look up?"),
    NATIVE("The engine alone", "How does the engine compare with maps in C++?"),
    GO("Go", "How does Go's own map do on this machine?"),
    /** Benchmarks that no table of the report shows; there to be tried out. */
    OTHERS("Others", "Do the other benchmarks run?");

    final String title;
    final String question;

    Section(String title, String question) {
        this.title = title;
        this.question = question;
    }

    /** As the command line and the results spell it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
