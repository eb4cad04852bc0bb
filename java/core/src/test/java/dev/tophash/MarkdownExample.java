package dev.tophash;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * An example in a Markdown file: a fenced block of Java statements that can be compiled and run.
 * Two comments in it are checked: {@code // -> text} after an expression or a declaration says what
 * its value reads as, and {@code // throws Type: text} which exception a call throws and what is in
 * its message.
 */
public final class MarkdownExample {
    /** Most of what a reader's own file would begin with. */
    private static final String IMPORTS =
            "import module java.base; import module jdk.jfr; import dev.tophash.*;"
                    + " import static java.lang.foreign.ValueLayout.*;"
                    + " import static java.nio.charset.StandardCharsets.UTF_8;"
                    + " import static dev.tophash.MarkdownExample.*;";

    private static final Pattern VALUE = Pattern.compile("(\\s*)(.*?);\\s*// -> (.*)");
    private static final Pattern THROWN =
            Pattern.compile("(\\s*)(.*?);\\s*// throws (\\w+)(?:: (.*))?");
    private static final Pattern CHECK = Pattern.compile("// (?:->|throws)");
    private static final Pattern DECLARATION = Pattern.compile("[\\w.<>\\[\\], ]+\\s(\\w+) = .*");

    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

    /** One for all examples: it remembers what it has read of the class path. */
    private static final StandardJavaFileManager FILES =
            COMPILER.getStandardFileManager(null, null, UTF_8);

    private final String heading;
    private final int firstLine;
    private final List<String> lines;

    MarkdownExample(String heading, int firstLine, List<String> lines) {
        this.heading = heading;
        this.firstLine = firstLine;
        this.lines = lines;
    }

    /** The examples of a file, in order. */
    static List<MarkdownExample> of(Path file) throws IOException {
        List<MarkdownExample> examples = new ArrayList<>();
        List<String> block = null;
        String heading = "";
        int line = 0;
        for (String text : Files.readAllLines(file)) {
            line++;
            if (block != null && text.equals("```")) {
                examples.add(new MarkdownExample(heading, line - block.size(), block));
                block = null;
            } else if (block != null) {
                block.add(text);
            } else if (text.equals("```java")) {
                block = new ArrayList<>();
            } else if (text.startsWith("#")) {
                heading = text.replaceFirst("#+ ", "");
            }
        }
        return examples;
    }

    String heading() {
        return heading;
    }

    /** Its first line in the file, from 1. */
    int firstLine() {
        return firstLine;
    }

    /** Whether it can fail other than by an exception. */
    boolean checksSomething() {
        return lines.stream().anyMatch(l -> CHECK.matcher(l).find() || l.contains("assert "));
    }

    /** A class whose lines have the numbers that they have in the file. */
    private String source() {
        StringBuilder source = new StringBuilder(IMPORTS);
        int at = 0;
        while (lines.get(at).startsWith("import ") || lines.get(at).isBlank()) {
            source.append(lines.get(at++));
        }
        source.append("public class Example { public static void run() throws Throwable {");
        source.append("\n".repeat(firstLine + at - 1));
        for (String line : lines.subList(at, lines.size())) {
            source.append(checked(line)).append('\n');
        }
        return source.append("}}").toString();
    }

    private static String checked(String line) {
        Matcher thrown = THROWN.matcher(line);
        if (thrown.matches()) {
            String message = thrown.group(4) == null ? "" : thrown.group(4);
            return "throwsThis(() -> %s, \"%s\", %s);"
                    .formatted(thrown.group(2), thrown.group(3), literal(message));
        }
        Matcher value = VALUE.matcher(line);
        if (value.matches()) {
            String statement = value.group(2);
            String expected = literal(value.group(3));
            Matcher declaration = DECLARATION.matcher(statement);
            return declaration.matches()
                    ? "%s; isThis(%s, %s);".formatted(statement, declaration.group(1), expected)
                    : "isThis(%s, %s);".formatted(statement, expected);
        }
        if (CHECK.matcher(line).find()) {
            throw new AssertionError("a check that is not behind a statement: " + line);
        }
        return line;
    }

    private static String literal(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** Compiles and runs it. */
    void run(Path directory) throws Exception {
        compile(directory);
        URL[] path = {directory.toUri().toURL()};
        try (URLClassLoader loader =
                new URLClassLoader(path, MarkdownExample.class.getClassLoader())) {
            loader.setDefaultAssertionStatus(true);
            Method run = loader.loadClass("Example").getMethod("run");
            run.invoke(null);
        } catch (InvocationTargetException e) {
            throw new AssertionError("the example at line " + firstLine + ": " + e.getCause(), e);
        }
    }

    private void compile(Path directory) throws IOException {
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        String classPath =
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> options =
                List.of("-classpath", classPath, "-d", directory.toString(), "-proc:none");
        String source = source();
        JavaFileObject file =
                new SimpleJavaFileObject(
                        URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        boolean compiled =
                COMPILER.getTask(null, FILES, diagnostics, options, null, List.of(file)).call();
        if (!compiled) {
            throw new AssertionError(
                    "does not compile; lines are those of the document: "
                            + diagnostics.getDiagnostics());
        }
    }

    // ---- called by the examples -------------------------------------------------------------

    /** A call that is to fail. */
    @FunctionalInterface
    public interface Call {
        void run() throws Throwable;
    }

    /** Fails unless a value reads as it should. */
    public static void isThis(Object value, String expected) {
        String text =
                switch (value) {
                    case long[] a -> Arrays.toString(a);
                    case int[] a -> Arrays.toString(a);
                    case double[] a -> Arrays.toString(a);
                    case byte[] a -> Arrays.toString(a);
                    case boolean[] a -> Arrays.toString(a);
                    case Object[] a -> Arrays.toString(a);
                    case null, default -> String.valueOf(value);
                };
        if (!text.equals(expected)) {
            throw new AssertionError("the document says " + expected + ", it is " + text);
        }
    }

    /** Fails unless a call throws what it should. */
    public static void throwsThis(Call call, String type, String message) {
        try {
            call.run();
        } catch (Throwable t) {
            if (t.getClass().getSimpleName().equals(type)
                    && String.valueOf(t.getMessage()).contains(message)) {
                return;
            }
            throw new AssertionError("the document says " + type + ": " + message, t);
        }
        throw new AssertionError("the document says " + type + ", nothing was thrown");
    }
}
