package dev.tophash.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.tophash.internal.ffi.tophash_h;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.PaddingLayout;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The generated bindings say what the C header says: the same functions with the same parameters,
 * the same structs with the same sizes and offsets, the same constants. No jextract is needed to
 * find out.
 *
 * <p>The header is read twice, by {@link CHeader} for the names, and by the C compiler, if there is
 * one, for the sizes. When this test fails, the bindings have to be generated again; see
 * CONTRIBUTING.
 */
class BindingsMatchHeaderTest {
    private static final Path HEADER =
            Path.of(System.getProperty("tophash.header", "../../native/include/tophash/tophash.h"));
    private static final Path SOURCES = Path.of("src/main/java/dev/tophash/internal/ffi");

    private static final Pattern INCLUDED =
            Pattern.compile("^#include \"(.+)\"$", Pattern.MULTILINE);

    /** The text of the headers that the public one includes, in their order. */
    private static String header() throws IOException {
        StringBuilder all = new StringBuilder();
        Matcher included = INCLUDED.matcher(Files.readString(HEADER));
        while (included.find()) {
            all.append(Files.readString(HEADER.resolveSibling(included.group(1))));
        }
        return all.toString();
    }

    @Test
    void bindingsSayWhatTheHeaderSays() throws Exception {
        assertEquals(List.of(), differences(header()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "th_map_clear(th_map *map, uint64_t stamp) | th_map_clear(th_map *map) | th_map_clear",
                "th_map_clear(th_map *map, uint64_t stamp) | th_map_clear(th_map *map, uint32_t stamp) | th_map_clear",
                "th_map_clear( | th_map_wipe( | th_map_wipe",
                "TH_API uint64_t th_empty_stamp(void); | TH_API uint64_t th_one(void); TH_API uint64_t th_empty_stamp(void); | th_one",
                "TH_API uint64_t th_empty_stamp(void); | `` | th_empty_stamp",
                "int64_t th_map_size( | int32_t th_map_size( | th_map_size",
                "TH_API const char *th_version | TH_API uint64_t th_version | th_version",
                "uint64_t hits; | uint32_t hits; | th_progress.hits",
                "uint64_t hits; | uint64_t hits; uint64_t more; | th_progress.more",
                "uint64_t hits; | uint64_t hit; | th_progress.hit",
                "uint16_t key_size; | uint32_t key_size; | th_type",
                "uint8_t key_kind; | `` | th_type.key_kind",
                "TH_CURSOR_STAGES 8u | TH_CURSOR_STAGES 9u | TH_CURSOR_STAGES",
                "TH_CURSOR_STAGES 8u | TH_CURSOR_STAGES 9u | th_cursor.seeds",
                "TH_MAX_NODES / 64 | TH_MAX_NODES / 32 | th_placement.nodes",
                "TH_TOPOLOGY_NODES = 64 | TH_TOPOLOGY_NODES = 65 | th_topology.distance",
                "uint64_t huge_2m_free; | uint32_t huge_2m_free; | th_topology_node.huge_2m_free",
                "th_topology_node node[ | th_type node[ | th_topology.node",
                "TH_PRESENT = 1, | TH_PRESENT = 3, | TH_PRESENT",
                "TH_PRESENT = 1, | TH_PRESENT = 1, TH_OTHER, | TH_OTHER",
                "#define TH_MAX_ALIGN 16u | `` | TH_MAX_ALIGN",
            })
    void changedHeaderIsNoticed(String text, String changed, String named) throws Exception {
        String header = header();
        String other = header.replaceFirst(Pattern.quote(text), changed == null ? "" : changed);
        assertFalse(other.equals(header), "the header no longer has: " + text);
        List<String> found = differences(other);
        assertTrue(found.stream().anyMatch(d -> d.startsWith(named)), () -> found.toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "uint64_t hits; | uint64_t hits : 3;",
                "TH_API uint64_t th_empty_stamp(void); | int x;"
            })
    void unreadableDeclarationIsAnError(String text, String changed) throws Exception {
        String other = header().replace(text, changed);
        assertThrows(IllegalArgumentException.class, () -> CHeader.parse(other));
    }

    /**
     * Every generated function descriptor resolves its symbol in the library that was built with
     * this.
     */
    @Test
    void libraryHasEverySymbol() throws Exception {
        NativeLoader.load();
        for (Method method : tophash_h.class.getMethods()) {
            if (method.getName().endsWith("$descriptor")) {
                FunctionDescriptor descriptor = (FunctionDescriptor) method.invoke(null);
                String name = method.getName().replace("$descriptor", "");
                assertEquals(
                        methodType(boundFunctions().get(name)), descriptor.toMethodType(), name);
            }
        }
    }

    /** The C compiler checks sizes, offsets and constants as Java has them. */
    @Test
    void compilerAgrees() throws Exception {
        String compiler = System.getenv().getOrDefault("CC", "cc");
        Process process;
        try {
            process =
                    new ProcessBuilder(compiler, "-std=c11", "-fsyntax-only", "-x", "c", "-")
                            .redirectErrorStream(true)
                            .start();
        } catch (IOException e) {
            abort("no C compiler to ask: " + e.getMessage());
            return;
        }
        try (var out = process.getOutputStream()) {
            out.write(assertions().getBytes(StandardCharsets.UTF_8));
        }
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), answer);
    }

    private static String assertions() throws Exception {
        StringBuilder c = new StringBuilder();
        c.append("#include \"").append(HEADER.toAbsolutePath().normalize()).append("\"\n");
        for (Map.Entry<String, Long> constant : boundConstants().entrySet()) {
            // The bindings have unsigned constants as Java's signed type of the same width.
            String cast =
                    constant.getValue() == constant.getValue().intValue()
                            ? "(int32_t)"
                            : "(int64_t)";
            check(c, cast + constant.getKey() + " == " + constant.getValue());
        }
        for (GroupLayout layout : boundStructs()) {
            String name = layout.name().orElseThrow();
            check(c, "sizeof(" + name + ") == " + layout.byteSize());
            check(c, "_Alignof(" + name + ") == " + layout.byteAlignment());
            for (MemoryLayout member : members(layout)) {
                String field = member.name().orElseThrow();
                long offset = layout.byteOffset(PathElement.groupElement(field));
                check(c, "offsetof(" + name + ", " + field + ") == " + offset);
                check(c, "sizeof(((" + name + " *)0)->" + field + ") == " + member.byteSize());
            }
        }
        return c.toString();
    }

    private static void check(StringBuilder c, String condition) {
        c.append("_Static_assert(")
                .append(condition)
                .append(", \"")
                .append(condition)
                .append("\");\n");
    }

    // ---- what differs, each as "name: how" ----

    private static List<String> differences(String headerText) throws Exception {
        CHeader header = CHeader.parse(headerText);
        List<String> found = new ArrayList<>();
        compareConstants(header, found);
        compareFunctions(header, found);
        Map<String, GroupLayout> bound = new TreeMap<>();
        for (GroupLayout layout : boundStructs()) {
            bound.put(layout.name().orElseThrow(), layout);
        }
        compareNames(header.structs.keySet(), bound.keySet(), found);
        for (CHeader.Struct struct : header.structs.values()) {
            if (bound.containsKey(struct.name())) {
                compareStruct(struct, bound.get(struct.name()), found);
            }
        }
        return found;
    }

    private static void compareConstants(CHeader header, List<String> found) throws Exception {
        Map<String, Long> bound = boundConstants();
        compareNames(header.constants.keySet(), bound.keySet(), found);
        header.constants.forEach(
                (name, value) -> {
                    Long other = bound.get(name);
                    if (other != null && other != value.longValue() && other != value.intValue()) {
                        found.add(
                                name
                                        + ": "
                                        + value
                                        + " in the header, "
                                        + other
                                        + " in the bindings");
                    }
                });
    }

    private static void compareFunctions(CHeader header, List<String> found) {
        Map<String, Method> bound = boundFunctions();
        compareNames(header.functions.keySet(), bound.keySet(), found);
        for (CHeader.Function function : header.functions.values()) {
            Method method = bound.get(function.name());
            MethodType wanted =
                    MethodType.methodType(
                            carrier(function.result()),
                            function.parameters().stream()
                                    .map(BindingsMatchHeaderTest::carrier)
                                    .toList());
            if (method != null && !methodType(method).equals(wanted)) {
                found.add(
                        function.name() + ": " + wanted + " in the header, " + methodType(method));
            }
        }
    }

    private static void compareStruct(
            CHeader.Struct struct, GroupLayout bound, List<String> found) {
        String name = struct.name();
        if (struct.size() != bound.byteSize() || struct.alignment() != bound.byteAlignment()) {
            found.add(
                    name
                            + ": "
                            + struct.size()
                            + " bytes in the header, "
                            + bound.byteSize()
                            + " in bindings");
        }
        Map<String, String> wanted = new TreeMap<>();
        for (CHeader.Field field : struct.fields()) {
            wanted.put(
                    name + "." + field.name(),
                    "offset " + field.offset() + ", bytes " + field.size());
        }
        Map<String, String> have = new TreeMap<>();
        for (MemoryLayout member : members(bound)) {
            String field = member.name().orElseThrow();
            long offset = bound.byteOffset(PathElement.groupElement(field));
            have.put(name + "." + field, "offset " + offset + ", bytes " + member.byteSize());
        }
        compareNames(wanted.keySet(), have.keySet(), found);
        wanted.forEach(
                (field, where) -> {
                    if (have.containsKey(field) && !have.get(field).equals(where)) {
                        found.add(field + ": " + where + " in the header, " + have.get(field));
                    }
                });
    }

    private static void compareNames(
            Iterable<String> header, Iterable<String> bindings, List<String> found) {
        Map<String, String> names = new TreeMap<>();
        header.forEach(name -> names.put(name, "only in the header"));
        bindings.forEach(name -> names.merge(name, "only in the bindings", (a, b) -> "both"));
        names.values().removeIf("both"::equals);
        names.forEach((name, where) -> found.add(name + ": " + where));
    }

    // ---- what the bindings have ----

    private static Map<String, Long> boundConstants() throws Exception {
        Map<String, Long> constants = new TreeMap<>();
        for (Method method : tophash_h.class.getDeclaredMethods()) {
            if (Modifier.isPublic(method.getModifiers()) && method.getName().startsWith("TH_")) {
                constants.put(method.getName(), ((Number) method.invoke(null)).longValue());
            }
        }
        return constants;
    }

    private static Map<String, Method> boundFunctions() {
        Map<String, Method> functions = new TreeMap<>();
        for (Method method : tophash_h.class.getDeclaredMethods()) {
            if (Modifier.isPublic(method.getModifiers()) && method.getName().matches("th_\\w+")) {
                functions.put(method.getName(), method);
            }
        }
        return functions;
    }

    private static List<GroupLayout> boundStructs() throws Exception {
        List<GroupLayout> layouts = new ArrayList<>();
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString().replace(".java", "");
                if (!name.startsWith("tophash_h")) {
                    Class<?> type = Class.forName(tophash_h.class.getPackageName() + "." + name);
                    layouts.add((GroupLayout) type.getMethod("layout").invoke(null));
                }
            }
        }
        return layouts;
    }

    private static List<MemoryLayout> members(GroupLayout layout) {
        return layout.memberLayouts().stream().filter(m -> !(m instanceof PaddingLayout)).toList();
    }

    private static MethodType methodType(Method method) {
        return MethodType.methodType(method.getReturnType(), method.getParameterTypes());
    }

    private static Class<?> carrier(CHeader.Type type) {
        if (type == null) {
            return void.class;
        }
        if (type.pointer()) {
            return MemorySegment.class;
        }
        return switch ((int) type.size()) {
            case 1 -> byte.class;
            case 2 -> short.class;
            case 4 -> int.class;
            default -> long.class;
        };
    }
}
