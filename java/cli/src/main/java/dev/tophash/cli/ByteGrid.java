package dev.tophash.cli;

import dev.tophash.Layout.Field;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.Set;

/**
 * Bytes in rows, with fields on them: offsets of the rows on the left, of the columns above, cache
 * lines on the right.
 *
 * @param fields without gaps
 * @param marked names of those to frame heavily
 */
record ByteGrid(List<Field> fields, Set<String> marked) {
    private static final int CACHE_LINE = 64;
    private static final int NARROW = 16;
    private static final int BYTES_OF_MANY_ROWS = 640;
    private static final int LEFT = 48;
    private static final int TOP = 18;
    private static final int ROW_WIDTH = 928;
    private static final Color GREY = new Color(0x555555);
    private static final Color PLATE = new Color(255, 255, 255, 170);

    private int bytes() {
        return fields.getLast().offset() + fields.getLast().size();
    }

    /** Bytes in a row: a quarter of a cache line, or all of it if there are many. */
    private int perRow() {
        return bytes() > BYTES_OF_MANY_ROWS ? CACHE_LINE : NARROW;
    }

    private int rowHeight() {
        return perRow() == CACHE_LINE ? 26 : 38;
    }

    private int rows() {
        return (bytes() + perRow() - 1) / perRow();
    }

    int height() {
        return TOP + rows() * rowHeight();
    }

    private double byteWidth() {
        return (double) ROW_WIDTH / perRow();
    }

    void draw(Graphics2D g, int x, int y) {
        ruler(g, x + LEFT, y);
        for (int row = 0; row < rows(); row++) {
            String offset = Integer.toString(row * perRow());
            g.setFont(small());
            g.setColor(GREY);
            int width = g.getFontMetrics().stringWidth(offset);
            int middle = y + TOP + row * rowHeight() + rowHeight() / 2 + 4;
            g.drawString(offset, x + LEFT - 8 - width, middle);
        }
        for (Field field : fields) {
            field(g, field, x + LEFT, y + TOP);
        }
        // Above all others, or the next field's colour would cover half of a heavy frame.
        for (Field field : fields) {
            if (marked.contains(field.name())) {
                frame(g, field, x + LEFT, y + TOP, 3);
            }
        }
        cacheLines(g, x + LEFT, y + TOP);
    }

    private static Font small() {
        return new Font(Font.SANS_SERIF, Font.PLAIN, 11);
    }

    /** Offsets within a row, each over the left edge of its byte. */
    private void ruler(Graphics2D g, int x, int y) {
        g.setFont(small());
        g.setColor(GREY);
        int step = perRow() == CACHE_LINE ? 8 : 1;
        for (int i = 0; i < perRow(); i += step) {
            g.drawString(Integer.toString(i), (float) (x + i * byteWidth() + 2), y + TOP - 5);
        }
    }

    private Rectangle2D segment(Field field, int row, int x, int y) {
        int from = Math.max(field.offset(), row * perRow()) - row * perRow();
        int to = Math.min(field.offset() + field.size(), (row + 1) * perRow()) - row * perRow();
        return new Rectangle2D.Double(
                x + from * byteWidth(),
                y + (double) row * rowHeight(),
                (to - from) * byteWidth(),
                rowHeight());
    }

    private int firstRow(Field field) {
        return field.offset() / perRow();
    }

    private int lastRow(Field field) {
        return (field.offset() + field.size() - 1) / perRow();
    }

    private void field(Graphics2D g, Field field, int x, int y) {
        for (int row = firstRow(field); row <= lastRow(field); row++) {
            FieldColor.of(field).fill(g, segment(field, row, x, y));
        }
        frame(g, field, x, y, 1);
        for (int row = firstRow(field); row <= lastRow(field); row++) {
            label(g, field, row > firstRow(field), segment(field, row, x, y));
        }
    }

    private void frame(Graphics2D g, Field field, int x, int y, int strength) {
        g.setColor(Color.BLACK);
        g.setStroke(new BasicStroke(strength));
        for (int row = firstRow(field); row <= lastRow(field); row++) {
            g.draw(segment(field, row, x, y));
        }
    }

    /** The longest text that fits: name and size, the name, or a letter and a number. */
    private void label(Graphics2D g, Field field, boolean goesOn, Rectangle2D area) {
        String name = (marked.contains(field.name()) ? "\u2260 " : "") + field.name();
        int size = perRow() == CACHE_LINE ? 11 : 13;
        if (goesOn) {
            write(g, "\u2026 " + name, size, 3, area);
            return;
        }
        if (write(g, name + ", " + field.size(), size, 4, area) || field.isPadding()) {
            return;
        }
        if (!write(g, name, size, 3, area)) {
            write(g, name.replaceAll("(\\w)\\w* (\\d+)$", "$1$2"), 9, 0.5, area);
        }
    }

    /** Writes on a plate that keeps hatching away from the text; false if it does not fit. */
    private static boolean write(
            Graphics2D g, String text, int size, double margin, Rectangle2D area) {
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, size));
        FontMetrics metrics = g.getFontMetrics();
        double width = metrics.stringWidth(text) + 2 * margin;
        if (width > area.getWidth()) {
            return false;
        }
        double left = area.getCenterX() - width / 2;
        double base = area.getCenterY() + (metrics.getAscent() - metrics.getDescent()) / 2.0;
        double height = (double) metrics.getAscent() + metrics.getDescent();
        g.setColor(PLATE);
        g.fill(new Rectangle2D.Double(left, base - metrics.getAscent(), width, height));
        g.setColor(Color.BLACK);
        g.drawString(text, (float) (left + margin), (float) base);
        return true;
    }

    private void cacheLines(Graphics2D g, int x, int y) {
        g.setFont(small());
        int rowsPerLine = CACHE_LINE / perRow();
        for (int row = 0; row < rows(); row += rowsPerLine) {
            int top = y + row * rowHeight();
            int bottom = y + Math.min(row + rowsPerLine, rows()) * rowHeight();
            g.setColor(Color.BLACK);
            g.setStroke(new BasicStroke(3));
            g.draw(new Line2D.Double(x - 6, top, x + ROW_WIDTH + 6, top));
            g.setColor(GREY);
            g.drawString(
                    "cache line " + row / rowsPerLine, x + ROW_WIDTH + 12, (top + bottom) / 2 + 4);
        }
    }
}
