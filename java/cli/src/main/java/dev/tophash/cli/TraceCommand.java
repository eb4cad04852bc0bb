package dev.tophash.cli;

import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

/** Tells what a recording of the JDK Flight Recorder says about maps. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what the maps of a program did, from a recording of the JDK Flight Recorder: when each was"
                    + " made, grew, was evacuated and closed, as a table and as a picture.",
            "Start the program with -XX:StartFlightRecording:filename=FILE to get one."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all went well",
            "1:the picture cannot be written",
            "2:an argument is wrong, or the file is no recording"
        })
final class TraceCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RECORDING", description = "A file that the Flight Recorder wrote.")
    private Path recording;

    @Option(
            names = {"-o", "--picture"},
            paramLabel = "FILE",
            description = "Draw a time line of the maps to a file that ends in .svg or .png.")
    private String picture;

    @Option(
            names = "--maps",
            paramLabel = "N",
            description =
                    "How many maps to draw, those with most bytes first. Default: ${DEFAULT-VALUE}.")
    private int maps = 20;

    @Override
    public Integer call() throws CommandFailure {
        if (maps < 1 || maps > 200) {
            throw CommandFailure.usage("--maps is " + maps + ", must be from 1 to 200");
        }
        PictureFile file = picture == null ? null : PictureFile.of("--picture", picture);
        MapTrace trace = read();
        if (file != null && trace.isEmpty()) {
            throw CommandFailure.usage(recording + " has no event of a Tophash map to draw");
        }
        trace.rows().forEach(System.out::println);
        if (file != null) {
            file.write(new TimeLine(trace, maps));
        }
        return 0;
    }

    private MapTrace read() throws CommandFailure {
        if (!Files.isRegularFile(recording)) {
            throw CommandFailure.usage("there is no file " + recording);
        }
        MapTrace trace = new MapTrace();
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                if (event.getEventType().getName().startsWith(MapTrace.PREFIX)) {
                    trace.add(event);
                }
            }
        } catch (IOException | RuntimeException e) { // damaged files bring about either
            throw CommandFailure.usage(
                    String.format(Locale.ROOT, "%s is not a whole recording: %s", recording, e));
        }
        return trace;
    }
}
