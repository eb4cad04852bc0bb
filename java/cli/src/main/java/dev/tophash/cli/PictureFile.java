package dev.tophash.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

import java.awt.Color;
import java.awt.Dimension;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;

/** The file that an option names for a picture: SVG or PNG, by its ending. */
final class PictureFile {
    private static final String NAMESPACE = "http://www.w3.org/2000/svg";

    /** Pixels for each unit of a drawing, so that it is sharp on dense screens and in print. */
    private static final int SCALE = 2;

    private final String option;
    private final String name;
    private final Path path;
    private final boolean vectors;

    private PictureFile(String option, String name, Path path, boolean vectors) {
        this.option = option;
        this.name = name;
        this.path = path;
        this.vectors = vectors;
    }

    /**
     * Looks at the name; nothing is written yet.
     *
     * @param option whose argument it is, for messages
     */
    static PictureFile of(String option, String name) throws CommandFailure {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!lower.endsWith(".svg") && !lower.endsWith(".png")) {
            throw CommandFailure.usage(option + " " + name + ": must end in .svg or .png");
        }
        Path path = Input.path(name);
        if (Files.isDirectory(path)) {
            throw CommandFailure.usage(option + " " + name + ": is a directory");
        }
        return new PictureFile(option, name, path, lower.endsWith(".svg"));
    }

    /** Draws a picture and writes it, all of it or, if drawing fails, nothing. */
    void write(Picture picture) throws CommandFailure {
        // There is no display to ask, and none is needed.
        System.setProperty("java.awt.headless", "true");
        try {
            Files.write(path, vectors ? svg(picture) : png(picture));
        } catch (NoSuchFileException | AccessDeniedException e) {
            throw CommandFailure.usage(option + " " + name + ": " + ResultFile.reason(e));
        } catch (IOException e) {
            throw CommandFailure.failure(option + " " + name + ": " + ResultFile.reason(e));
        }
    }

    static byte[] png(Picture picture) throws IOException {
        Dimension size = picture.size();
        BufferedImage image =
                new BufferedImage(
                        size.width * SCALE, size.height * SCALE, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(
                RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setRenderingHint(
                RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
        g.scale(SCALE, SCALE);
        paint(picture, g);
        g.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    static byte[] svg(Picture picture) throws IOException {
        SVGGeneratorContext context = SVGGeneratorContext.createDefault(document());
        context.setPrecision(2);
        context.setComment(null); // it would name the library and nothing else
        SVGGraphics2D g = new SVGGraphics2D(context, false);
        Dimension size = picture.size();
        g.setSVGCanvasSize(size);
        paint(picture, g);
        Element root = g.getRoot();
        root.setAttributeNS(null, "viewBox", "0 0 " + size.width + " " + size.height);
        Element title = root.getOwnerDocument().createElementNS(NAMESPACE, "title");
        title.setTextContent(picture.title());
        root.insertBefore(title, root.getFirstChild());
        StringWriter text = new StringWriter();
        g.stream(root, text, true, false);
        // Without Batik's document type, which makes some readers ask the web for it.
        String svg = text.toString();
        return ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + svg.substring(svg.indexOf("<svg")))
                .getBytes(UTF_8);
    }

    private static void paint(Picture picture, Graphics2D g) {
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, picture.size().width, picture.size().height);
        g.setColor(Color.BLACK);
        picture.draw(g);
    }

    private static Document document() {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .getDOMImplementation()
                    .createDocument(NAMESPACE, "svg", null);
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }
}
