package dev.tophash.cli;

import dev.tophash.cli.MapTrace.Kind;
import dev.tophash.cli.MapTrace.Life;
import dev.tophash.cli.MapTrace.Step;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * A picture of maps over time: a line for each, thin while it lives, thick and dark while it
 * evacuates, with the number of entries where it grew. Dark and light differ in print, too.
 */
final class TimeLine implements Picture {
    private static final int WIDTH = 1200;
    private static final int LEFT = 190;
    private static final int RIGHT = 40;
    private static final int TOP = 60;
    private static final int ROW = 46;
    private static final int BOTTOM = 50;
    private static final Color LIFE = new Color(0x9ecae1);
    private static final Color EVACUATION = new Color(0x08519c);
    private static final Color AXIS = new Color(0x777777);
    private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
    private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
    private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 16);

    private final List<Life> lives;
    private final Instant start;
    private final double nanos;

    TimeLine(MapTrace trace, int maps) {
        lives = trace.largest(maps);
        start = trace.start();
        nanos = Math.max(1, Duration.between(start, trace.end()).toNanos());
    }

    @Override
    public String title() {
        return "Maps over time";
    }

    @Override
    public Dimension size() {
        return new Dimension(WIDTH, TOP + lives.size() * ROW + BOTTOM);
    }

    @Override
    public void draw(Graphics2D g) {
        g.setFont(TITLE);
        g.drawString(title(), 20, 28);
        legend(g);
        axis(g);
        for (int i = 0; i < lives.size(); i++) {
            row(g, lives.get(i), TOP + i * ROW);
        }
    }

    private static void legend(Graphics2D g) {
        g.setFont(TEXT);
        int x = LEFT;
        for (Object[] entry :
                new Object[][] {
                    {LIFE, "open", 8.0}, {EVACUATION, "evacuating its old array", 16.0}
                }) {
            double height = (double) entry[2];
            g.setColor((Color) entry[0]);
            g.fill(new Rectangle2D.Double(x, 23 - height / 2, 26, height));
            g.setColor(Color.BLACK);
            g.drawString((String) entry[1], x + 33, 28);
            x += 110;
        }
        g.drawString("numbers: entries when it began to grow", x + 130, 28);
    }

    private double x(Instant at) {
        double share = Duration.between(start, at).toNanos() / nanos;
        return LEFT + share * (WIDTH - LEFT - RIGHT);
    }

    /** Ticks at round times, at most ten. */
    private void axis(Graphics2D g) {
        double step = Math.pow(10, Math.floor(Math.log10(nanos)));
        while (nanos / step > 10) {
            step *= 2;
        }
        while (nanos / step < 4) {
            step /= 2;
        }
        int bottom = TOP + lives.size() * ROW;
        g.setFont(SMALL);
        g.setStroke(new BasicStroke(0.5f));
        for (int i = 0; i * step <= nanos; i++) {
            double x = x(start.plusNanos((long) (i * step)));
            g.setColor(AXIS);
            g.draw(new Line2D.Double(x, TOP - 10, x, bottom + 5));
            g.setColor(Color.BLACK);
            centered(g, time(i * step), x, bottom + 20);
        }
    }

    private static String time(double nanos) {
        if (nanos == 0) {
            return "0";
        }
        if (nanos >= 1e9) {
            return number(nanos / 1e9) + " s";
        }
        return nanos >= 1e6 ? number(nanos / 1e6) + " ms" : number(nanos / 1e3) + " µs";
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,d", (long) value)
                : String.format(Locale.ROOT, "%.3g", value);
    }

    private void row(Graphics2D g, Life life, int top) {
        double middle = top + ROW - 16;
        g.setFont(TEXT);
        g.setColor(Color.BLACK);
        g.drawString(life.name(), 20, (float) middle + 5);
        Step first = life.steps.getFirst();
        Step last = life.steps.getLast();
        boolean ends = last.kind() == Kind.CLOSED || last.kind() == Kind.LEAKED;
        double end = ends ? x(last.at()) : WIDTH - RIGHT;
        boolean begins = first.kind() == Kind.CREATED; // or it was there before the recording
        bar(g, LIFE, begins ? x(first.at()) : LEFT, end, middle, 8);
        double labelled = -1;
        for (int i = 0; i < life.steps.size(); i++) {
            Step step = life.steps.get(i);
            if (step.kind() != Kind.GROWN) {
                continue;
            }
            double until = i + 1 < life.steps.size() ? x(life.steps.get(i + 1).at()) : end;
            bar(g, EVACUATION, x(step.at()), Math.max(until, x(step.at()) + 1), middle, 16);
            labelled = label(g, step, middle - 12, labelled);
        }
    }

    /** Writes the entries where there is room; where the last label ends. */
    private double label(Graphics2D g, Step step, double baseline, double labelled) {
        String text = String.format(Locale.ROOT, "%,d", step.entries());
        g.setFont(SMALL);
        double x = x(step.at());
        if (x < labelled + 8) {
            return labelled;
        }
        g.setColor(Color.BLACK);
        g.drawString(text, (float) x, (float) baseline);
        return x + g.getFontMetrics().stringWidth(text);
    }

    private static void bar(
            Graphics2D g, Color color, double from, double to, double middle, double height) {
        g.setColor(color);
        g.fill(new Rectangle2D.Double(from, middle - height / 2, to - from, height));
    }

    private static void centered(Graphics2D g, String text, double x, double baseline) {
        FontMetrics metrics = g.getFontMetrics();
        g.drawString(text, (float) (x - metrics.stringWidth(text) / 2.0), (float) baseline);
    }
}
