package dev.tophash.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a C header of this project declares: constants, structs with the offsets of their fields,
 * functions.
 *
 * <p>It reads the small part of C that the public header is written in and refuses everything else,
 * so that a declaration it does not understand fails a test instead of being passed over. Offsets
 * follow the rule that both supported targets share: every scalar at the next multiple of its own
 * size, every struct at the next multiple of its largest scalar's, LP64.
 */
final class CHeader {
    /** A scalar or struct: its size and alignment in bytes and whether it is a pointer. */
    record Type(long size, long alignment, boolean pointer) {}

    /**
     * A field, {@code size} bytes in all at {@code offset}; {@code count} is 1 unless it is an
     * array.
     */
    record Field(String name, Type type, long count, long offset) {
        long size() {
            return type.size * count;
        }
    }

    /** A struct with a body. */
    record Struct(String name, List<Field> fields, long size, long alignment) {}

    /** A function; {@code result} is null for void. */
    record Function(String name, Type result, List<Type> parameters) {}

    private static final Map<String, Integer> SIZES =
            Map.ofEntries(
                    Map.entry("char", 1),
                    Map.entry("uint8_t", 1),
                    Map.entry("int8_t", 1),
                    Map.entry("uint16_t", 2),
                    Map.entry("int16_t", 2),
                    Map.entry("uint32_t", 4),
                    Map.entry("int32_t", 4),
                    Map.entry("int", 4),
                    Map.entry("uint64_t", 8),
                    Map.entry("int64_t", 8),
                    Map.entry("size_t", 8));

    private static final Pattern CPLUSPLUS =
            Pattern.compile(
                    "^#\\s*ifdef __cplusplus$.*?^#\\s*endif$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern NUMBER =
            Pattern.compile("\\(?(-?(?:0x[0-9a-fA-F]+|\\d+))[uUlL]*\\)?");
    private static final Pattern DEFINE = Pattern.compile("#\\s*define\\s+(\\w+)\\s*(.*)");
    private static final Pattern ALIAS = Pattern.compile("typedef (\\w+) (\\w+)");
    private static final Pattern OPAQUE = Pattern.compile("typedef struct (\\w+) \\1");
    private static final Pattern STRUCT = Pattern.compile("typedef struct (\\w+) ?\\{(.*)\\} ?\\1");
    private static final Pattern ENUM = Pattern.compile("enum ?\\w* ?\\{(.*)\\}");
    private static final Pattern FUNCTION = Pattern.compile("TH_API (.*?)(\\w+) ?\\((.*)\\)");
    private static final Pattern DECLARATOR =
            Pattern.compile(
                    "(?:const |struct )*(\\w+) ?([* ]|const )*?(\\w+) ?((?:\\[[^\\]]+\\] ?)*)");
    private static final Pattern DIMENSION = Pattern.compile("\\[([^/\\]]+)(?:/([^\\]]+))?\\]");

    final Map<String, Long> constants = new LinkedHashMap<>();
    final Map<String, Struct> structs = new LinkedHashMap<>();
    final Map<String, Function> functions = new LinkedHashMap<>();
    private final Map<String, Integer> aliases = new LinkedHashMap<>(SIZES);

    private CHeader() {}

    /** Reads the text of a header. Throws IllegalArgumentException naming what it cannot read. */
    static CHeader parse(String text) {
        CHeader header = new CHeader();
        String code = text.replaceAll("(?s)/\\*.*?\\*/", " ").replaceAll("//[^\n]*", " ");
        code = CPLUSPLUS.matcher(code).replaceAll("");
        StringBuilder declarations = new StringBuilder();
        for (String line : code.split("\n")) {
            if (line.strip().startsWith("#")) {
                header.directive(line.strip());
            } else {
                declarations.append(line).append(' ');
            }
        }
        for (String declaration : splitOutsideBraces(declarations.toString())) {
            header.declaration(declaration);
        }
        return header;
    }

    private static List<String> splitOutsideBraces(String code) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < code.length(); i++) {
            char c = code.charAt(i);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (c == ';' && depth == 0) {
                parts.add(code.substring(start, i).strip().replaceAll("\\s+", " "));
                start = i + 1;
            }
        }
        if (!code.substring(start).isBlank()) {
            throw new IllegalArgumentException(
                    "unfinished declaration: " + code.substring(start).strip());
        }
        return parts;
    }

    private void directive(String line) {
        Matcher define = DEFINE.matcher(line);
        if (!define.matches()) {
            if (line.matches("#\\s*(include|ifndef|ifdef|if|else|endif)\\b.*")) {
                return;
            }
            throw new IllegalArgumentException("cannot read: " + line);
        }
        String name = define.group(1);
        Matcher number = NUMBER.matcher(define.group(2).strip());
        if (number.matches()) {
            constants.put(name, Long.decode(number.group(1)));
        } else if (!name.equals("TH_API") && !define.group(2).isBlank()) {
            throw new IllegalArgumentException(
                    "cannot read the value of " + name + ": " + define.group(2));
        }
    }

    private void declaration(String text) {
        Matcher m;
        if ((m = OPAQUE.matcher(text)).matches()) {
            return; // only ever used through a pointer
        } else if ((m = ALIAS.matcher(text)).matches()) {
            aliases.put(m.group(2), size(m.group(1)));
        } else if ((m = STRUCT.matcher(text)).matches()) {
            structs.put(m.group(1), struct(m.group(1), m.group(2)));
        } else if ((m = ENUM.matcher(text)).matches()) {
            enumeration(m.group(1));
        } else if ((m = FUNCTION.matcher(text)).matches()) {
            functions.put(m.group(2), function(m.group(2), m.group(1).strip(), m.group(3).strip()));
        } else {
            throw new IllegalArgumentException("cannot read: " + text);
        }
    }

    private void enumeration(String body) {
        long next = 0;
        for (String item : body.split(",")) {
            if (item.isBlank()) {
                continue;
            }
            String[] sides = item.split("=");
            next = sides.length > 1 ? number(sides[1].strip()) : next;
            constants.put(sides[0].strip(), next++);
        }
    }

    private Function function(String name, String result, String parameters) {
        List<Type> types = new ArrayList<>();
        if (!parameters.equals("void")) {
            for (String parameter : parameters.split(",")) {
                Matcher m = declarator(parameter);
                types.add(type(m.group(1), parameter.contains("*") || !m.group(4).isEmpty()));
            }
        }
        String base = result.replaceAll("const |struct |\\*", "").strip();
        boolean pointer = result.contains("*");
        return new Function(
                name, base.equals("void") && !pointer ? null : type(base, pointer), types);
    }

    private Struct struct(String name, String body) {
        List<Field> fields = new ArrayList<>();
        long offset = 0;
        long alignment = 1;
        for (String line : body.split(";")) {
            if (line.isBlank()) {
                continue;
            }
            Matcher m = declarator(line);
            Type type = type(m.group(1), line.contains("*"));
            long count = elements(m.group(4));
            offset = roundUp(offset, type.alignment);
            fields.add(new Field(m.group(3), type, count, offset));
            offset += type.size * count;
            alignment = Math.max(alignment, type.alignment);
        }
        return new Struct(name, fields, roundUp(offset, alignment), alignment);
    }

    private static Matcher declarator(String text) {
        Matcher m = DECLARATOR.matcher(text.strip());
        if (!m.matches()) {
            throw new IllegalArgumentException("cannot read: " + text.strip());
        }
        return m;
    }

    /** Of an array, from its dimensions, each a number or a quotient of two; 1 without any. */
    private long elements(String dimensions) {
        long count = 1;
        Matcher m = DIMENSION.matcher(dimensions);
        while (m.find()) {
            long divisor = m.group(2) == null ? 1 : number(m.group(2).strip());
            count *= number(m.group(1).strip()) / divisor;
        }
        return count;
    }

    private Type type(String name, boolean pointer) {
        if (!pointer && structs.containsKey(name)) {
            return new Type(structs.get(name).size, structs.get(name).alignment, false);
        }
        int size = pointer ? 8 : size(name);
        return new Type(size, size, pointer);
    }

    private int size(String name) {
        Integer size = aliases.get(name);
        if (size == null) {
            throw new IllegalArgumentException("unknown type: " + name);
        }
        return size;
    }

    private long number(String text) {
        int shift = text.indexOf("<<");
        if (shift >= 0) {
            return number(text.substring(0, shift).strip())
                    << number(text.substring(shift + 2).strip());
        }
        Matcher m = NUMBER.matcher(text);
        if (m.matches()) {
            return Long.decode(m.group(1));
        }
        Long constant = constants.get(text);
        if (constant == null) {
            throw new IllegalArgumentException("not a number: " + text);
        }
        return constant;
    }

    private static long roundUp(long value, long multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }
}
