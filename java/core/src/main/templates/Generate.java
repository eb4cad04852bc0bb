import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes the sources that are the same but for a type or a name: maps and sets of primitive types
 * from the templates next to this file, and a Java method for each quick function from the C
 * header. Run by the build: {@code java Generate.java HEADER TEMPLATES OUTPUT}.
 *
 * <p>A template is a Java class in which the words of {@link #words} stand for others. Files are
 * only written when their content changes, so that the compiler need not run for nothing.
 */
final class Generate {
    private static final Pattern WORDS =
            Pattern.compile(
                    "KeyValue|Key(?=Set|Consumer|Table)|KEY_TABLES|KEY_BOX|VALUE_BOX|KEY|VALUE|MAPS"
                            + "|ADD_ALL_CALL|ADD_CALL");

    /** Types of keys and values of maps. */
    private static final List<List<String>> MAPS =
            List.of(
                    List.of("long", "long"),
                    List.of("int", "int"),
                    List.of("int", "long"),
                    List.of("long", "int"),
                    List.of("long", "double"));

    /** The maps from long to long; there are no concurrent ones of other types. */
    private static final String CONCURRENT_TOO = "LongLongMap, ConcurrentLongLongMap";

    private static final Pattern INCLUDED =
            Pattern.compile("^#include \"(.+)\"$", Pattern.MULTILINE);

    private final Path templates;
    private final Path output;

    private Generate(Path templates, Path output) {
        this.templates = templates;
        this.output = output;
    }

    public static void main(String[] args) throws IOException {
        Generate generate = new Generate(Path.of(args[1]), Path.of(args[2]));
        for (List<String> types : MAPS) {
            generate.map(words(types.get(0), types.get(1)));
        }
        for (String key : List.of("long", "int")) {
            generate.fill("KeyTable", words(key, key));
            generate.fill("KeySet", words(key, key));
        }
        generate.calls(header(Path.of(args[0])));
    }

    /** The text of the headers that one includes, which has no functions of its own. */
    private static String header(Path path) throws IOException {
        StringBuilder all = new StringBuilder();
        Matcher included = INCLUDED.matcher(Files.readString(path));
        while (included.find()) {
            all.append(Files.readString(path.resolveSibling(included.group(1))));
        }
        return all.toString();
    }

    private void map(Map<String, String> words) throws IOException {
        for (String part : List.of("Table", "Map", "Entries", "Consumer")) {
            fill("KeyValue" + part, words);
        }
    }

    /** What a template's words stand for. */
    private static Map<String, String> words(String key, String value) {
        boolean floating = value.equals("double");
        String names = capitalized(key) + capitalized(value);
        return Map.ofEntries(
                Map.entry("KEY", key),
                Map.entry("VALUE", value),
                Map.entry("Key", capitalized(key)),
                Map.entry("KeyValue", names),
                Map.entry("KEY_BOX", box(key)),
                Map.entry("VALUE_BOX", box(value)),
                Map.entry("KEY_TABLES", keyTables(key)),
                Map.entry("MAPS", names.equals("LongLong") ? CONCURRENT_TOO : names + "Map"),
                Map.entry("ADD_CALL", floating ? "addDouble" : "add"),
                Map.entry("ADD_ALL_CALL", floating ? "addAllDouble" : "addAll"));
    }

    /** The classes for keys of a type. */
    private static String keyTables(String key) {
        return MAPS.stream()
                .filter(types -> types.getFirst().equals(key))
                .map(types -> capitalized(key) + capitalized(types.getLast()) + "Table")
                .collect(Collectors.joining(", ", capitalized(key) + "Set, ", ""));
    }

    private static String capitalized(String name) {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    private static String box(String primitive) {
        return primitive.equals("int") ? "Integer" : capitalized(primitive);
    }

    private void fill(String template, Map<String, String> words) throws IOException {
        String text = Files.readString(templates.resolve("dev/tophash/" + template + ".java"));
        write("dev/tophash/" + replace(template, words) + ".java", replace(text, words));
    }

    private static String replace(String text, Map<String, String> words) {
        return WORDS.matcher(text).replaceAll(m -> words.get(m.group()));
    }

    private void write(String name, String text) throws IOException {
        Path file = output.resolve(name);
        if (Files.exists(file) && Files.readString(file).equals(text)) {
            return;
        }
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    // ---- calls ------------------------------------------------------------------------------

    private static final Pattern DECLARATION =
            Pattern.compile(
                    "TH_API (\\w+) (th_(word|bytes|entry|cursor|map|shard)_(\\w+))\\(([^;]*)\\);");

    /** Quick functions of the map family; its others are ordinary. */
    private static final List<String> QUICK_MAP_FUNCTIONS = List.of("size", "get_stats");

    /** Called with keys and values in memory of our own too: AddressCalls. */
    private static final List<String> BY_ADDRESS =
            List.of(
                    "th_bytes_contains",
                    "th_entry_get",
                    "th_entry_put",
                    "th_entry_remove",
                    "th_shard_of");

    /**
     * Called through classes for maps of one type too, such as LongLongCalls; sets only contain.
     */
    private static final List<String> BY_TYPE = List.of("th_word_get", "th_word_contains");

    /** Those types, and bytes of key and value. */
    private static final Map<String, String> TYPES =
            Map.of(
                    "LongLong", "8, 8",
                    "ConcurrentLongLong", "8, 8",
                    "IntInt", "4, 4",
                    "IntLong", "4, 8",
                    "LongInt", "8, 4",
                    "LongDouble", "8, 8",
                    "LongSet", "8, 0",
                    "IntSet", "4, 0");

    /** A C parameter as the Java method takes it. */
    private record Parameter(String type, String name) {}

    private void calls(String header) throws IOException {
        Map<String, List<String>> classes = new TreeMap<>();
        Matcher m = DECLARATION.matcher(header);
        while (m.find()) {
            String family = m.group(3);
            boolean quickMap = !family.equals("map") || QUICK_MAP_FUNCTIONS.contains(m.group(4));
            if (!quickMap) {
                continue;
            }
            boolean prefixed = List.of("cursor", "shard").contains(family);
            boolean ofMaps = prefixed || family.equals("map");
            String type = ofMaps ? "MapCalls" : capitalized(family) + "Calls";
            String name = camelCase(prefixed ? family + "_" + m.group(4) : m.group(4));
            List<Parameter> parameters = parameters(m.group(5));
            String address = "tophash_h.%s$address()".formatted(m.group(2));
            call(classes, type, name, m, parameters, link(parameters), address);
            if (BY_TYPE.contains(m.group(2))) {
                for (String typed : TYPES.keySet()) {
                    if (typed.endsWith("Set") && !name.equals("contains")) {
                        continue;
                    }
                    boolean sharded = typed.startsWith("Concurrent");
                    String version =
                            "Linkage.forType(\"%s\", TYPE, %s)".formatted(m.group(2), sharded);
                    call(classes, typed + "Calls", name, m, parameters, "quick", version);
                }
            }
            if (BY_ADDRESS.contains(m.group(2))) {
                List<Parameter> addresses =
                        parameters.stream()
                                .map(
                                        p ->
                                                new Parameter(
                                                        p.type().equals("MemorySegment")
                                                                ? "long"
                                                                : p.type(),
                                                        p.name()))
                                .toList();
                call(classes, "AddressCalls", name, m, addresses, "quickOnAddresses", address);
            }
        }
        for (Map.Entry<String, List<String>> e : classes.entrySet()) {
            write(
                    "dev/tophash/internal/" + e.getKey() + ".java",
                    callsClass(e.getKey(), e.getValue()));
        }
    }

    /** The method of Linkage that links a function. */
    private static String link(List<Parameter> parameters) {
        boolean takesMap = parameters.getFirst().type().equals("long");
        return !takesMap ? "quickOnNoMap" : onArrays(parameters) ? "quickOnArrays" : "quick";
    }

    private static boolean onArrays(List<Parameter> parameters) {
        return parameters.stream().anyMatch(p -> p.type().equals("MemorySegment"));
    }

    private static List<Parameter> parameters(String c) {
        List<Parameter> parameters = new ArrayList<>();
        for (String one : c.replaceAll("\\s+", " ").split(", ")) {
            String name = camelCase(one.replaceAll(".*[ *]", ""));
            boolean pointer = one.contains("*");
            String type =
                    one.startsWith("th_map *")
                            ? "long"
                            : pointer ? "MemorySegment" : javaType(one.replaceAll(" .*", ""));
            parameters.add(new Parameter(type, name));
        }
        return parameters;
    }

    private static String javaType(String c) {
        return switch (c) {
            case "uint64_t", "int64_t" -> "long";
            case "uint32_t", "th_status" -> "int";
            case "uint8_t" -> "byte";
            default -> throw new IllegalArgumentException("no Java type for " + c);
        };
    }

    private static String camelCase(String c) {
        return Pattern.compile("_(\\w)").matcher(c).replaceAll(m -> m.group(1).toUpperCase());
    }

    private static void call(
            Map<String, List<String>> classes,
            String type,
            String name,
            MatchResult m,
            List<Parameter> parameters,
            String link,
            String address) {
        String declared =
                parameters.stream()
                        .map(p -> p.type() + " " + p.name())
                        .collect(Collectors.joining(", "));
        String passed = parameters.stream().map(Parameter::name).collect(Collectors.joining(", "));
        String handle =
                """
                    private static final class %1$s {
                        static final MethodHandle HANDLE =
                                Linkage.%2$s(%4$s, tophash_h.%3$s$descriptor());
                    }
                """
                        .formatted(capitalized(name), link, m.group(2), address);
        String byHandle =
                """
                        try {
                            return (%s) %s.HANDLE.invokeExact(%s);
                        } catch (Throwable t) {
                            throw Linkage.unexpected(t);
                        }
                    }
                """
                        .formatted(javaType(m.group(1)), capitalized(name), passed);
        String methods = fitsStub(m, parameters) ? BY_STUB + byHandle : BY_HANDLE + byHandle;
        String text =
                handle
                        + methods.replace("FUNCTION", m.group(2))
                                .replace("TYPE", javaType(m.group(1)))
                                .replace("NAME", name)
                                .replace("DECLARED", declared)
                                .replace("PASSED", passed);
        classes.computeIfAbsent(type, t -> new ArrayList<>()).add(text);
    }

    /** The beginning of a call's methods, where it can only be made through a method handle. */
    private static final String BY_HANDLE =
            """

                /** {@code FUNCTION}. */
                public static TYPE NAME(DECLARED) {
            """;

    /** The beginning of a call's methods, where it may also be made through a stub. */
    private static final String BY_STUB =
            """

                /** {@code FUNCTION}. */
                public static TYPE NAME(DECLARED) {
                    return Stubs.INSTALLED ? FUNCTION(PASSED) : NAMEByHandle(PASSED);
                }

                /** Has a stub as its code: this runs only while the JVM does without. */
                private static TYPE FUNCTION(DECLARED) {
                    Stubs.missed();
                    return NAMEByHandle(PASSED);
                }

                private static TYPE NAMEByHandle(DECLARED) {
            """;

    /**
     * Whether a stub can make the call, which only shifts registers: all are ints and longs, whose
     * upper bits neither Java nor C looks at. A byte would have to be extended.
     */
    private static boolean fitsStub(MatchResult m, List<Parameter> parameters) {
        return Stream.concat(
                        Stream.of(javaType(m.group(1))), parameters.stream().map(Parameter::type))
                .allMatch(type -> type.equals("long") || type.equals("int"));
    }

    /** What the maps are whose functions a class has, if they are of one type. */
    private static String typeConstant(String calls) {
        String sizes = TYPES.get(calls.replace("Calls", ""));
        return sizes == null
                ? ""
                : "    static final long TYPE = TableType.of(%s);\n\n".formatted(sizes);
    }

    private static String callsClass(String type, List<String> calls) {
        boolean segments = calls.stream().anyMatch(c -> c.contains("MemorySegment"));
        return """
        package dev.tophash.internal;

        import dev.tophash.internal.ffi.tophash_h;

        %s
        import java.lang.invoke.MethodHandle;

        /**
         * Quick functions, one method each: see {@code tophash.h} for what they do and return. A map is
         * its address. Each is linked when it is first used, because linking one takes milliseconds.
         */
        public final class %s {
        %s    private %s() {}

        %s}
        """
                .formatted(
                        segments ? "import java.lang.foreign.MemorySegment;" : "",
                        type,
                        typeConstant(type),
                        type,
                        String.join("\n", calls));
    }
}
