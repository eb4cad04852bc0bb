package dev.tophash.cli;

import java.awt.Dimension;
import java.awt.Graphics2D;

/** Something that can be drawn, on pixels or into a file of vectors alike. */
interface Picture {
    /** What it shows, in a line: the title of the image for who cannot see it. */
    String title();

    Dimension size();

    /** Draws on a background that is white already. */
    void draw(Graphics2D g);
}
