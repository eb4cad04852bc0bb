package dev.tophash;

/** What {@link KeyValueMap#forEach} calls for each entry. */
@FunctionalInterface
public interface KeyValueConsumer {
    /**
     * Takes an entry.
     *
     * @param key its key
     * @param value its value
     */
    void accept(KEY key, VALUE value);
}
