package dev.tophash.cli;

import dev.tophash.MapFile;
import dev.tophash.MapFileException;
import dev.tophash.MapFileInfo;
import dev.tophash.OffHeap;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

/** Looks whether a map file is whole. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Compares all of a map file with its checksums, and every entry with where it must lie.",
            "",
            "Works for files of any types, those of programs of your own too.",
            ""
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the file is as it was written",
            "1:it is damaged, or no map file; the message says in what way",
            "2:an argument is wrong: a file that cannot be read"
        })
final class VerifyCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "The map file.")
    private String file;

    @Override
    public Integer call() throws CommandFailure {
        long begun = System.nanoTime();
        MapFileInfo info = MapFiles.with(file, VerifyCommand::verified);
        System.out.printf(
                Locale.ROOT,
                "%s: whole, %,d entries, %,d bytes, %.3f s%n",
                file,
                info.entries(),
                info.bytes(),
                (System.nanoTime() - begun) / 1e9);
        return 0;
    }

    private static MapFileInfo verified(Path path) throws IOException, CommandFailure {
        try {
            MapFileInfo info = MapFile.info(path);
            try (OffHeap map = OpaqueCodec.open(path, info)) {
                map.verify();
            }
            return info;
        } catch (MapFileException e) {
            throw CommandFailure.failure(e.getMessage());
        }
    }
}
