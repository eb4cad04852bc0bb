package dev.tophash.cli;

import dev.tophash.Layout;
import dev.tophash.Layout.Field;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** Layouts as text, those of several architectures beside each other. */
final class LayoutTable {
    private static final String NAME = "  %-10s";
    private static final String FIGURES = "    %6s %6s %9s";

    private final List<Layout> layouts;
    private final StringBuilder text = new StringBuilder();

    private LayoutTable(List<Layout> layouts) {
        this.layouts = layouts;
    }

    /** Lines that end with a newline. */
    static String of(String types, List<Layout> layouts) {
        LayoutTable table = new LayoutTable(layouts);
        table.line(types);
        for (Layout layout : layouts) {
            table.line(layout.architecture() + ": " + source(layout));
        }
        Layout first = layouts.getFirst();
        table.line("");
        table.line("header, and what follows it in its cache line; all in bytes");
        table.heads();
        table.rows(Layout::header);
        table.all("header", l -> new Field("", 0, l.headerSize(), l.headerAlign()));
        table.all("in all", l -> new Field("", 0, end(l.header()), 0));
        table.line("");
        table.line("bucket, " + order(first));
        table.heads();
        table.rows(Layout::bucket);
        table.all("in all", l -> new Field("", 0, l.bucketSize(), l.bucketAlign()));
        table.all("padding", l -> new Field("", -1, l.padding(), 0));
        table.line("");
        return table.text.toString();
    }

    /** Where a layout comes from, in a few words. */
    static String source(Layout layout) {
        return switch (layout.source()) {
            case ASKED -> "the running library, asked for this type";
            case RECORDED -> "the file of its library, which has code for this very type";
            case SAME_RULE ->
                    "the file of its library, whose rule for buckets has the same constants";
        };
    }

    /** How keys and values follow each other, in a few words. */
    static String order(Layout layout) {
        return layout.interleaved() ? "each value behind its key" : "the keys, then the values";
    }

    private static int end(List<Field> fields) {
        return fields.getLast().offset() + fields.getLast().size();
    }

    private void heads() {
        StringBuilder names = new StringBuilder(NAME.formatted(""));
        StringBuilder columns = new StringBuilder(NAME.formatted("field"));
        for (Layout layout : layouts) {
            names.append(FIGURES.formatted(layout.architecture(), "", ""));
            columns.append(FIGURES.formatted("offset", "size", "alignment"));
        }
        line(names.toString());
        line(columns.toString());
    }

    /**
     * A line for each field that any of the layouts has, in the order of the first one that does.
     */
    private void rows(Function<Layout, List<Field>> part) {
        Map<String, Field[]> rows = new LinkedHashMap<>();
        for (int i = 0; i < layouts.size(); i++) {
            String before = "";
            for (Field field : part.apply(layouts.get(i))) {
                // Padding has no name of its own: it is the one behind a certain field.
                String row = field.isPadding() ? before + " padding" : field.name();
                rows.computeIfAbsent(row, r -> new Field[layouts.size()])[i] = field;
                before = row;
            }
        }
        rows.values().stream()
                .sorted(Comparator.comparingInt(LayoutTable::offset))
                .forEach(this::row);
    }

    private static int offset(Field[] fields) {
        return Arrays.stream(fields).filter(Objects::nonNull).findFirst().orElseThrow().offset();
    }

    private void row(Field[] fields) {
        List<String> figures = new ArrayList<>();
        String name = "";
        for (Field field : fields) {
            name = field == null ? name : field.name();
            figures.add(figures(field));
        }
        line(NAME.formatted(name) + String.join("", figures));
    }

    /** A line that sums a table up. */
    private void all(String name, Function<Layout, Field> sum) {
        StringBuilder line = new StringBuilder(NAME.formatted(name));
        for (Layout layout : layouts) {
            line.append(figures(sum.apply(layout)));
        }
        line(line.toString());
    }

    private static String figures(Field field) {
        if (field == null) {
            return FIGURES.formatted("-", "-", "-");
        }
        return FIGURES.formatted(
                field.offset() < 0 ? "" : field.offset(),
                field.size(),
                field.isPadding() ? "" : field.align());
    }

    private void line(String line) {
        text.append(line.stripTrailing()).append('\n');
    }
}
