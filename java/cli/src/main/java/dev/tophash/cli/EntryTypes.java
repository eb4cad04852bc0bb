package dev.tophash.cli;

import dev.tophash.MapFileInfo;
import dev.tophash.NativeMap;

import java.io.IOException;

/**
 * Types of a map's keys and values. A set is a map to {@link ColumnType#NOTHING}.
 *
 * @param keys that of the keys
 * @param values that of the values
 */
record EntryTypes<K, V>(ColumnType<K> keys, ColumnType<V> values) {
    /** Reads {@code KEY:VALUE}, or {@code KEY} for a set. */
    static EntryTypes<?, ?> parse(String option, String text) throws CommandFailure {
        String[] names = text.split(":", -1);
        if (names.length > 2) {
            throw CommandFailure.usage(
                    option + " " + text + ": must be KEY:VALUE, or KEY alone for a set");
        }
        if (names.length == 1) {
            return new EntryTypes<>(type(option, names[0]), ColumnType.NOTHING);
        }
        return new EntryTypes<>(type(option, names[0]), type(option, names[1]));
    }

    /**
     * Those of a map file.
     *
     * @param name the file's, for messages
     * @throws CommandFailure if they are none that this command can show
     */
    static EntryTypes<?, ?> of(String name, MapFileInfo info) throws CommandFailure {
        ColumnType<?> keys = ColumnType.named(info.keyName());
        ColumnType<?> values =
                info.isSet() ? ColumnType.NOTHING : ColumnType.named(info.valueName());
        if (keys == null || values == null) {
            String valueNames =
                    info.isSet() ? "" : ", values are " + BadRow.quoted(info.valueName());
            throw CommandFailure.usage(
                    "%s: keys are %s%s; this command can show no types but %s"
                            .formatted(
                                    name,
                                    BadRow.quoted(info.keyName()),
                                    valueNames,
                                    ColumnType.NAMES));
        }
        return new EntryTypes<>(keys, values);
    }

    private static ColumnType<?> type(String option, String name) throws CommandFailure {
        ColumnType<?> type = ColumnType.named(name);
        if (type == null) {
            throw CommandFailure.usage(
                    option + " " + name + ": must be one of " + ColumnType.NAMES);
        }
        return type;
    }

    /** Whether there are no values. */
    boolean areOfSet() {
        return values.codec() == Nothing.CODEC;
    }

    /** A new map. */
    NativeMap<K, V> create() {
        return NativeMap.create(keys.codec(), values.codec());
    }

    /**
     * Writes an entry.
     *
     * @throws CommandFailure if the format cannot have it
     */
    void write(RowWriter writer, K key, V value) throws IOException, CommandFailure {
        try {
            if (areOfSet()) {
                writer.write(keys.printer().apply(key));
            } else {
                writer.write(keys.printer().apply(key), values.printer().apply(value));
            }
        } catch (BadRow e) {
            throw CommandFailure.failure("key " + keys.shown(key) + ": " + e.getMessage());
        }
    }
}
