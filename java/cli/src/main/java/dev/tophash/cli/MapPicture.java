package dev.tophash.cli;

import dev.tophash.MapStats;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.Locale;

/**
 * A picture of a map's figures: how full its buckets are beside what chance would make of them, how
 * evenly the entries lie, how long its chains are, how many buckets lookups look at, and what its
 * bytes are for. One colour family, from light to dark, and numbers on every bar.
 */
final class MapPicture implements Picture {
    private static final int WIDTH = 1100;
    private static final int HEIGHT = 600;
    private static final Color BAR = new Color(0x3182bd);
    private static final Color CHANCE = new Color(0x333333);
    private static final Color GRID = new Color(0xd0d0d0);
    private static final Color[] PARTS = {
        new Color(0x08306b),
        new Color(0x2171b5),
        new Color(0x6baed6),
        new Color(0xc6dbef),
        new Color(0xf0f0f0)
    };
    private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 16);
    private static final Font HEAD = new Font(Font.SANS_SERIF, Font.BOLD, 13);
    private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
    private static final int SLOTS = 8;

    private final MapStats stats;

    MapPicture(MapStats stats) {
        this.stats = stats;
    }

    @Override
    public String title() {
        return format(
                "%,d entries in %,d buckets, %.2f a bucket",
                stats.size(), stats.buckets(), stats.load());
    }

    @Override
    public Dimension size() {
        return new Dimension(WIDTH, HEIGHT);
    }

    @Override
    public void draw(Graphics2D g) {
        g.setFont(TITLE);
        g.drawString(title(), 30, 34);
        bars(
                g,
                new Rectangle2D.Double(60, 90, 560, 230),
                "Entries in a bucket",
                stats.occupancy(),
                0,
                true);
        new HeatMap(stats.density()).draw(g, 690, 90, 230);
        bars(
                g,
                new Rectangle2D.Double(60, 400, 150, 140),
                "Buckets in a chain",
                stats.chains(),
                1,
                false);
        bars(
                g,
                new Rectangle2D.Double(265, 400, 150, 140),
                "Buckets a hit looks at",
                stats.hitProbes(),
                1,
                false);
        bars(
                g,
                new Rectangle2D.Double(470, 400, 150, 140),
                "Buckets a miss looks at",
                stats.missProbes(),
                1,
                false);
        bytes(g, 690, 400, 370);
    }

    private void bars(
            Graphics2D g,
            Rectangle2D area,
            String head,
            List<Long> classes,
            int first,
            boolean withChance) {
        int shown = shown(classes, withChance);
        double[] shares = shares(classes);
        double most = 0;
        for (double share : shares) {
            most = Math.max(most, share);
        }
        double top = Math.max(0.1, most * 1.12);
        g.setColor(Color.BLACK);
        g.setFont(HEAD);
        g.drawString(head, (float) area.getX() - 30, (float) area.getY() - 16);
        double width = area.getWidth() / shown;
        for (int i = 0; i < shown; i++) {
            double height = area.getHeight() * shares[i] / top;
            double x = area.getX() + i * width;
            g.setColor(BAR);
            g.fill(
                    new Rectangle2D.Double(
                            x + width * 0.12, area.getMaxY() - height, width * 0.76, height));
            g.setColor(Color.BLACK);
            g.setFont(SMALL);
            if (classes.get(i) > 0) {
                centered(g, percent(shares[i]), x + width / 2, area.getMaxY() - height - 5);
            }
            g.setFont(TEXT);
            boolean last = first == 1 && i == classes.size() - 1;
            centered(g, (first + i) + (last ? "+" : ""), x + width / 2, area.getMaxY() + 18);
        }
        g.setColor(GRID);
        g.setStroke(new BasicStroke(1));
        g.draw(new Line2D.Double(area.getX(), area.getMaxY(), area.getMaxX(), area.getMaxY()));
        if (withChance && stats.chains().stream().mapToLong(Long::longValue).sum() > 0) {
            chance(g, area, width, top);
        }
    }

    /**
     * What random keys would give: chains are Poisson distributed, their last buckets hold the
     * rest.
     */
    private void chance(Graphics2D g, Rectangle2D area, double width, double top) {
        double chains = stats.chains().stream().mapToLong(Long::longValue).sum();
        double[] expected = expectedOccupancy(stats.size() / chains);
        g.setColor(CHANCE);
        g.setStroke(new BasicStroke(2));
        for (int i = 0; i <= SLOTS; i++) {
            double y = area.getMaxY() - area.getHeight() * expected[i] / top;
            double x = area.getX() + i * width;
            g.draw(new Line2D.Double(x + width * 0.05, y, x + width * 0.95, y));
        }
        g.setFont(SMALL);
        double y = area.getY() - 18;
        g.draw(new Line2D.Double(area.getMaxX() - 150, y - 4, area.getMaxX() - 120, y - 4));
        g.drawString("by chance alone", (float) area.getMaxX() - 113, (float) y);
    }

    /** Shares of buckets with 0 to 8 entries, overflow buckets among them, at a mean load. */
    static double[] expectedOccupancy(double load) {
        double[] expected = new double[SLOTS + 1];
        double buckets = 0;
        double probability = Math.exp(-load);
        for (int entries = 0; entries < 200; entries++) {
            int full = entries == 0 ? 0 : (entries - 1) / SLOTS;
            expected[SLOTS] += full * probability;
            expected[entries - full * SLOTS] += probability;
            buckets += (full + 1) * probability;
            probability *= load / (entries + 1);
        }
        for (int i = 0; i <= SLOTS; i++) {
            expected[i] /= buckets;
        }
        return expected;
    }

    private void bytes(Graphics2D g, int x, int y, int width) {
        String[] names = {"buckets", "overflow", "bytes heap", "free in it", "header"};
        long[] parts = {
            stats.bucketBytes(),
            stats.overflowBytes(),
            stats.keyBytesLive(),
            stats.keyBytesDead(),
            stats.headerBytes()
        };
        g.setColor(Color.BLACK);
        g.setFont(HEAD);
        g.drawString("What the bytes in use are for", x - 30, y - 16);
        double at = x;
        int line = 0;
        for (int i = 0; i < parts.length; i++) {
            double share = (double) parts[i] / stats.usedBytes();
            g.setColor(PARTS[i]);
            g.fill(new Rectangle2D.Double(at, y, share * width, 34));
            at += share * width;
            if (parts[i] > 0) {
                int baseline = y + 60 + 20 * line++;
                g.fill(new Rectangle2D.Double(x, baseline - 10, 12, 12));
                g.setColor(Color.GRAY);
                g.draw(new Rectangle2D.Double(x, baseline - 10, 12, 12));
                g.setColor(Color.BLACK);
                g.setFont(TEXT);
                g.drawString(
                        format("%s  %,d  (%s)", names[i], parts[i], percent(share)),
                        x + 20,
                        baseline);
            }
        }
        g.setColor(Color.GRAY);
        g.setStroke(new BasicStroke(1));
        g.draw(new Rectangle2D.Double(x, y, width, 34));
    }

    /** How many classes to show: to the last one that has anything, and some in any case. */
    private static int shown(List<Long> classes, boolean all) {
        int shown = classes.size();
        while (!all && shown > 3 && classes.get(shown - 1) == 0) {
            shown--;
        }
        return shown;
    }

    private static double[] shares(List<Long> classes) {
        double sum = Math.max(1, classes.stream().mapToLong(Long::longValue).sum());
        return classes.stream().mapToDouble(count -> count / sum).toArray();
    }

    private static String percent(double share) {
        double percent = 100 * share;
        return format(
                percent >= 10 ? "%.0f%%" : percent >= 0.095 || share == 0 ? "%.1f%%" : "%.1g%%",
                percent);
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

    private static void centered(Graphics2D g, String text, double x, double baseline) {
        FontMetrics metrics = g.getFontMetrics();
        g.drawString(text, (float) (x - metrics.stringWidth(text) / 2.0), (float) baseline);
    }
}
