package dev.tophash.cli;

import dev.tophash.Layout;
import dev.tophash.Layout.Field;

import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.Graphics2D;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A header and a bucket, drawn to scale: each byte has the same width. Architectures whose layouts
 * are the same share one drawing; otherwise each has its own, and what is different is marked.
 */
final class LayoutPicture implements Picture {
    private static final int WIDTH = 1120;
    private static final int MARGIN = 24;
    private static final int TITLE = 64;
    private static final int HEADING = 34;
    private static final int GAP = 22;
    private static final int LEGEND = 74;

    private final String types;
    private final List<Section> sections = new ArrayList<>();
    private final String subtitle;

    /** A heading and the bytes below it. */
    private record Section(String heading, ByteGrid grid) {
        int height() {
            return HEADING + grid.height() + GAP;
        }
    }

    LayoutPicture(String types, List<Layout> layouts) {
        this.types = types;
        Layout first = layouts.getFirst();
        Layout last = layouts.getLast();
        boolean same = layouts.size() == 2 && first.differences(last).isEmpty();
        if (layouts.size() == 2 && !same) {
            this.subtitle = "What is not the same on both has a heavy frame and the sign \u2260.";
            add(first, first.architecture() + ": ", last);
            add(last, last.architecture() + ": ", first);
        } else {
            this.subtitle =
                    same ? "The same on amd64 and arm64." : "On " + first.architecture() + ".";
            add(first, "", first);
        }
    }

    private void add(Layout layout, String prefix, Layout other) {
        Field end = layout.header().getLast();
        sections.add(
                new Section(
                        "%sheader, %d bytes; with what follows it a cache line of %d"
                                .formatted(prefix, layout.headerSize(), end.offset() + end.size()),
                        new ByteGrid(layout.header(), marked(layout.header(), other.header()))));
        sections.add(
                new Section(
                        "%sbucket, %d bytes, aligned to %d, padding %d: %s"
                                .formatted(
                                        prefix,
                                        layout.bucketSize(),
                                        layout.bucketAlign(),
                                        layout.padding(),
                                        LayoutTable.order(layout)),
                        new ByteGrid(layout.bucket(), marked(layout.bucket(), other.bucket()))));
    }

    /** Names of the fields that the other one does not have, or not so. */
    private static Set<String> marked(List<Field> fields, List<Field> others) {
        Set<String> names = new HashSet<>();
        for (Field field : fields) {
            if (!field.isPadding() && !others.contains(field)) {
                names.add(field.name());
            }
        }
        return names;
    }

    @Override
    public String title() {
        return "Layout of a map: " + types + ". " + subtitle;
    }

    @Override
    public Dimension size() {
        int height = TITLE + LEGEND + sections.stream().mapToInt(Section::height).sum();
        return new Dimension(WIDTH, height);
    }

    @Override
    public void draw(Graphics2D g) {
        g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 19));
        g.drawString("A map in memory: " + types, MARGIN, 32);
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
        g.drawString(subtitle, MARGIN, 54);
        int y = TITLE;
        for (Section section : sections) {
            g.setColor(Color.BLACK);
            g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 15));
            g.drawString(section.heading(), MARGIN, y + 20);
            section.grid().draw(g, MARGIN, y + HEADING);
            y += section.height();
        }
        FieldColor.legend(g, MARGIN, y + 4);
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        g.drawString(
                "To scale: every byte is as wide as any other. Heavy lines: borders of cache lines"
                        + " of 64 bytes; those of a bucket as they lie in bucket 0, which begins on one.",
                MARGIN,
                y + 54);
    }
}
