package dev.tophash.benchmarks.compare;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How figures and names are shown. */
final class Texts {
    private static final Map<String, String> CONTENDERS =
            Map.ofEntries(
                    Map.entry("TOPHASH", "Tophash"),
                    Map.entry("TOPHASH_JVMCI", "Tophash, JVMCI"),
                    Map.entry("NATIVE_MAP", "NativeMap"),
                    Map.entry("FASTUTIL", "fastutil"),
                    Map.entry("AGRONA", "Agrona"),
                    Map.entry("HPPC", "HPPC"),
                    Map.entry("ECLIPSE", "Eclipse Collections"),
                    Map.entry("HASHMAP", "HashMap"),
                    Map.entry("TOPHASH_CONCURRENT", "Tophash, concurrent"),
                    Map.entry("CONCURRENT_HASHMAP", "ConcurrentHashMap"),
                    Map.entry("HASHMAP_RWLOCK", "HashMap, ReadWriteLock"),
                    Map.entry("HASHMAP_SYNCHRONIZED", "HashMap, synchronized"),
                    Map.entry("CHRONICLE_MAP", "Chronicle Map"),
                    Map.entry("LMDB", "LMDB"),
                    Map.entry("MAPDB", "MapDB"),
                    Map.entry("MAPDB_SORTED", "MapDB, SortedTableMap"),
                    Map.entry("SQLITE", "SQLite"),
                    Map.entry("HASHMAP_SERIALIZED", "HashMap, serialised"),
                    Map.entry("NONE", "clock alone"),
                    Map.entry("PAGES", "fresh memory alone"),
                    Map.entry("CHANCE", "chance alone"),
                    Map.entry("LINE", "cache line"),
                    Map.entry("ABSL", "absl::flat_hash_map"),
                    Map.entry("BOOST", "boost::unordered_flat_map"));

    private static final Pattern GO = Pattern.compile("GO_(\\d+)_(\\d+)(?:_(\\w+))?");
    private static final Map<String, String> GO_MAPS =
            Map.of("RWMUTEX", "map with RWMutex", "SYNC_MAP", "sync.Map");

    private Texts() {}

    static String contender(String name) {
        String known = CONTENDERS.get(name);
        if (known != null) {
            return known;
        }
        Matcher go = GO.matcher(name);
        if (go.matches()) {
            String kind = go.group(3) == null ? "" : ", " + GO_MAPS.get(go.group(3));
            return "Go " + go.group(1) + "." + go.group(2) + kind;
        }
        return name.toLowerCase(Locale.ROOT);
    }

    /** A benchmark's name without the word that all of them have. */
    static String benchmark(String name) {
        return name.replace("Benchmark.", ".").replaceFirst("^native\\.", "");
    }

    /** All parameters, such as {@code entries 10^6, pattern ZIPF}. */
    static String params(Measurement m) {
        return m.params().entrySet().stream()
                .map(param -> param.getKey() + " " + size(param.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** Powers of ten as such, and a digit times one; other texts as they are. */
    static String size(String text) {
        if (!text.matches("[1-9]0{3,}")) {
            return text;
        }
        String power = "10^" + (text.length() - 1);
        return text.startsWith("1") ? power : text.charAt(0) + "·" + power;
    }

    /** Three digits that count. */
    static String number(double value) {
        double size = Math.abs(value);
        if (size >= 1e6) {
            return String.format(Locale.ROOT, "%.3g", value);
        }
        int decimals = size >= 100 ? 0 : size >= 10 ? 1 : 2;
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
    }
}
