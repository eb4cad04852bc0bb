package dev.tophash.elsewhere;

import java.lang.invoke.MethodHandles;

/** A record that only its own package can access. */
public final class Hidden {
    private record Secret(int number, Inner inner) {}

    private record Inner(String text) {}

    private Hidden() {}

    /** The class that others cannot name. */
    public static Class<? extends Record> type() {
        return Secret.class;
    }

    /** One of its instances. */
    public static Record of(int number, String text) {
        return new Secret(number, new Inner(text));
    }

    /** What gives access to it. */
    public static MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }
}
