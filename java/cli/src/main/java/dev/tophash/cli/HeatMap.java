package dev.tophash.cli;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.Locale;

/**
 * How evenly entries lie over the bucket array: a square of cells, each an equal part of it in the
 * order of buckets, row by row; the darker the more entries. Random keys make it one shade, an
 * attack or a bad hash makes patterns.
 */
final class HeatMap {
    private static final Color EMPTY = Color.WHITE;
    private static final Color FULL = new Color(0x08306b);
    private static final Font HEAD = new Font(Font.SANS_SERIF, Font.BOLD, 13);
    private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
    private static final int LEGEND_STEPS = 60;

    private final List<Long> parts;
    private final double mean;

    HeatMap(List<Long> parts) {
        this.parts = parts;
        double sum = parts.stream().mapToLong(Long::longValue).sum();
        mean = Math.max(sum / Math.max(1, parts.size()), Double.MIN_VALUE);
    }

    void draw(Graphics2D g, double x, double y, double side) {
        int columns = (int) Math.ceil(Math.sqrt(parts.size()));
        int rows = columns == 0 ? 0 : (parts.size() + columns - 1) / columns;
        g.setFont(HEAD);
        g.setColor(Color.BLACK);
        g.drawString("Where the entries lie in the array", (float) x - 30, (float) y - 16);
        double cell = side / Math.max(1, columns);
        for (int i = 0; i < parts.size(); i++) {
            g.setColor(color(parts.get(i) / mean));
            g.fill(
                    new Rectangle2D.Double(
                            x + i % columns * cell, y + i / columns * cell, cell, cell));
        }
        g.setColor(Color.GRAY);
        g.setStroke(new BasicStroke(1));
        g.draw(new Rectangle2D.Double(x, y, columns * cell, rows * cell));
        legend(g, x + side + 25, y, side);
    }

    /** Nothing is white, twice the mean and more is dark. */
    static Color color(double timesMean) {
        double share = Math.min(1, timesMean / 2);
        return new Color(
                mix(EMPTY.getRed(), FULL.getRed(), share),
                mix(EMPTY.getGreen(), FULL.getGreen(), share),
                mix(EMPTY.getBlue(), FULL.getBlue(), share));
    }

    private static int mix(int from, int to, double share) {
        return (int) Math.round(from + (to - from) * share);
    }

    private void legend(Graphics2D g, double x, double y, double height) {
        double step = height / LEGEND_STEPS;
        for (int i = 0; i < LEGEND_STEPS; i++) {
            g.setColor(color(2 - 2.0 * i / (LEGEND_STEPS - 1)));
            g.fill(new Rectangle2D.Double(x, y + i * step, 16, step + 0.5));
        }
        g.setColor(Color.GRAY);
        g.draw(new Rectangle2D.Double(x, y, 16, height));
        g.setColor(Color.BLACK);
        g.setFont(SMALL);
        String[] labels = {"twice the mean", "the mean:", "none"};
        for (int i = 0; i < labels.length; i++) {
            g.drawString(labels[i], (float) x + 23, (float) (y + 8 + i * (height - 8) / 2));
        }
        g.drawString(
                String.format(Locale.ROOT, "%,.1f a cell", mean < 0.05 ? 0 : mean),
                (float) x + 23,
                (float) (y + 22 + (height - 8) / 2));
        g.drawString(
                String.format(Locale.ROOT, "%,d cells", parts.size()),
                (float) x + 23,
                (float) (y + 36 + (height - 8) / 2));
    }
}
