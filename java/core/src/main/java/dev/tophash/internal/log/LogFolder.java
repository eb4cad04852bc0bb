package dev.tophash.internal.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where the segments of a log are: beside a file, with its name, {@code .log.} and a number.
 *
 * @param base the file, absolute
 * @param keyName what keys are, in at most 63 bytes of UTF-8
 * @param valueName what values are, likewise
 */
public record LogFolder(Path base, String keyName, String valueName) {
    /** The file of a segment. */
    Path segment(long number) {
        return base.resolveSibling(base.getFileName() + ".log." + number);
    }

    /**
     * Where a map file lies that is to replace the one that there is. What saving leaves beside it
     * when it is cut off begins with its name.
     */
    public Path next() {
        return base.resolveSibling(base.getFileName() + ".next");
    }

    LogFormat.Header header(long segment, long frame, Base of) {
        return new LogFormat.Header(segment, frame, keyName, valueName, of);
    }

    /** The numbers of the segments that there are, in order. */
    List<Long> segments() throws IOException {
        Pattern name = Pattern.compile(Pattern.quote(base.getFileName() + ".log.") + "(\\d{1,18})");
        List<Long> numbers = new ArrayList<>();
        try (Stream<Path> files = Files.list(base.getParent())) {
            files.forEach(
                    file -> {
                        Matcher matcher = name.matcher(file.getFileName().toString());
                        if (matcher.matches()) {
                            numbers.add(Long.parseLong(matcher.group(1)));
                        }
                    });
        }
        numbers.sort(null);
        return numbers;
    }

    /** Removes the segments before one, the oldest first. */
    public void removeBefore(long number) throws IOException {
        for (long one : segments()) {
            if (one < number) {
                Disk.remove(segment(one));
            }
        }
        sync();
    }

    /** Makes safe which files there are. */
    public void sync() throws IOException {
        Disk.syncFolder(base.getParent());
    }
}
