package dev.tophash;

import java.time.Duration;
import java.util.Objects;

/**
 * When what was written to a {@link DurableMap} is safe from a crash of the machine. From a crash
 * of the process alone it is safe as soon as it has left the process's memory: with each write,
 * within the interval, or after a megabyte of changes and on closing.
 */
public final class Durability {
    /**
     * Each write returns once it is safe. Writes of several threads share a sync (group commit), so
     * that many threads get more done than one.
     */
    public static final Durability EACH_WRITE = new Durability(Duration.ZERO);

    /** Writes are safe once the map is closed, or {@link DurableMap#sync} was called. */
    public static final Durability ON_CLOSE = new Durability(null);

    /** Zero: each write. Null: never by itself. */
    private final Duration interval;

    private Durability(Duration interval) {
        this.interval = interval;
    }

    /**
     * Writes are safe after an interval at the latest.
     *
     * @param interval 1 millisecond to 1 hour
     * @return that choice
     * @throws IllegalArgumentException if it is less or more
     */
    public static Durability every(Duration interval) {
        Objects.requireNonNull(interval);
        if (interval.compareTo(Duration.ofMillis(1)) < 0
                || interval.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException(
                    "the interval is " + interval + ", must be from PT0.001S to PT1H");
        }
        return new Durability(interval);
    }

    boolean isEachWrite() {
        return Duration.ZERO.equals(interval);
    }

    /** The longest that a change waits for its sync; null: until one is asked for. */
    Duration interval() {
        return interval;
    }

    @Override
    public String toString() {
        return interval == null ? "on close" : isEachWrite() ? "each write" : "every " + interval;
    }
}
