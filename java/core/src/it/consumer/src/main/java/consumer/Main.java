package consumer;

import dev.tophash.LongLongMap;
import dev.tophash.NativeMap;
import dev.tophash.StringLongMap;

/**
 * What a first program would do with the jar. Run on the class path and on the module path: the
 * argument says which of them it shall find itself on.
 */
final class Main {
    private static final int ENTRIES = 100_000;

    private Main() {}

    record Point(int x, int y) {}

    public static void main(String[] arguments) {
        String path = arguments[0];
        expect("named module", path.equals("module-path"), LongLongMap.class.getModule().isNamed());
        longs();
        strings();
        records();
        System.out.println(path + ": the library in the jar works");
    }

    private static void longs() {
        try (LongLongMap map = LongLongMap.withExpectedSize(ENTRIES)) {
            long[] keys = new long[ENTRIES];
            long[] values = new long[ENTRIES];
            for (int i = 0; i < ENTRIES; i++) {
                keys[i] = 31L * i;
                map.put(keys[i], i);
            }
            expect("found with one call", (long) ENTRIES, map.getAll(keys, values));
            for (int i = 0; i < ENTRIES; i++) {
                expect("value of " + keys[i], (long) i, values[i]);
            }
            expect("entries in stats", (long) ENTRIES, map.stats().size());
        }
    }

    private static void strings() {
        try (StringLongMap counts = StringLongMap.create()) {
            for (String word : "to be or not to be".split(" ")) {
                counts.addTo(word, 1);
            }
            expect("be", 2L, counts.get("be"));
            expect("words in stats", 4L, counts.stats().size());
        }
    }

    private static void records() {
        try (NativeMap<String, Point> points = NativeMap.of(String.class, Point.class)) {
            points.put("a", new Point(1, 2));
            expect("a", new Point(1, 2), points.get("a"));
        }
    }

    private static void expect(String what, Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw new AssertionError(what + ": " + actual + " instead of " + expected);
        }
    }
}
