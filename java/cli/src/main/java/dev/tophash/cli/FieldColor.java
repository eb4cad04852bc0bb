package dev.tophash.cli;

import dev.tophash.Layout.Field;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;

/**
 * What kinds of fields look like. The colours are of the palette of Okabe and Ito, lighter ones so
 * that black text stands out; kinds that lie side by side have another hatching as well, for grey
 * print.
 */
enum FieldColor {
    COUNTER("counts", new Color(0xa8d8f0), 0),
    STATE("states and seed", new Color(0xf6ee9a), 0),
    ADDRESS("addresses", new Color(0xf3c566), 0),
    OWN("Tophash's own", new Color(0x8fd3bd), 0),
    TOPHASH("tophash bytes", new Color(0xe8c4d8), 0),
    LINK("links", new Color(0xf6ee9a), 0),
    KEY("keys", new Color(0xa8d8f0), 0),
    VALUE("values", new Color(0xf3c566), 9),
    PADDING("padding", new Color(0xf2f2f2), 4);

    private static final int SWATCH = 22;

    private final String meaning;
    private final Color color;
    private final int hatching;

    /**
     * @param hatching from one line to the next; 0 for none
     */
    FieldColor(String meaning, Color color, int hatching) {
        this.meaning = meaning;
        this.color = color;
        this.hatching = hatching;
    }

    static FieldColor of(Field field) {
        if (field.isPadding()) {
            return PADDING;
        }
        String name = field.name().split(" ")[0];
        return switch (name) {
            case "key" -> KEY;
            case "value" -> VALUE;
            case "tophash" -> TOPHASH;
            case "overflow", "version" -> LINK;
            case "flags", "B", "hash0" -> STATE;
            case "buckets", "oldbuckets", "extra" -> ADDRESS;
            case "stamp", "previous" -> OWN;
            default -> COUNTER;
        };
    }

    void fill(Graphics2D g, Rectangle2D area) {
        g.setColor(color);
        g.fill(area);
        if (hatching > 0) {
            g.setColor(this == PADDING ? new Color(0x8c8c8c) : new Color(0xe2ab3c));
            g.setStroke(new BasicStroke(1));
            hatch(g, area);
        }
        g.setColor(Color.BLACK);
    }

    /** Lines from lower left to upper right, cut where the area ends. */
    private void hatch(Graphics2D g, Rectangle2D area) {
        double height = area.getHeight();
        for (double t = hatching; t < area.getWidth() + height; t += hatching) {
            double right = Math.min(t, area.getWidth());
            double left = Math.max(t - height, 0);
            g.draw(
                    new Line2D.Double(
                            area.getX() + left,
                            area.getY() + (t - left),
                            area.getX() + right,
                            area.getY() + (t - right)));
        }
    }

    /** A line of samples with what they mean. */
    static void legend(Graphics2D g, int x, int y) {
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        int at = x;
        for (FieldColor kind : values()) {
            Rectangle2D sample = new Rectangle2D.Double(at, y, SWATCH, SWATCH);
            kind.fill(g, sample);
            g.setStroke(new BasicStroke(1));
            g.draw(sample);
            g.drawString(kind.meaning, at + SWATCH + 6, y + 16);
            at += SWATCH + 6 + g.getFontMetrics().stringWidth(kind.meaning) + 16;
        }
    }
}
