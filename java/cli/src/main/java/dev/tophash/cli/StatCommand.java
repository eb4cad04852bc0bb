package dev.tophash.cli;

import dev.tophash.MapFileInfo;
import dev.tophash.MapStats;
import dev.tophash.OffHeap;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.Locale;
import java.util.concurrent.Callable;

/** Tells what is in a map file. */
@Command(
        name = "stat",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Tells what a map file says of itself, and how the map in it lies: buckets, load, chains,"
                    + " and how many buckets lookups look at.",
            "",
            "Works for files of any types, those of programs of your own too. All buckets are read.",
            ""
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all went well",
            "1:there is no memory",
            "2:an argument is wrong: no map file, or one that cannot be read"
        })
final class StatCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "The map file.")
    private String file;

    @Option(
            names = "--json",
            description =
                    "One line of JSON, with all figures as they are: bytes, and numbers of entries,"
                            + " buckets and chains.")
    private boolean json;

    @Override
    public Integer call() throws CommandFailure {
        MapFileInfo info = MapFiles.info(file);
        try (OffHeap map = MapFiles.with(file, path -> OpaqueCodec.open(path, info))) {
            MapStats stats = map.fullStats();
            if (json) {
                StandardOutput.write(out -> new StatJson(file, info, stats).writeTo(out));
                return 0;
            }
            row("kind", kind(info));
            row("keys", type(info.keyName(), info.keyType()));
            row("values", type(info.valueName(), info.valueType()));
            row("entries", String.format(Locale.ROOT, "%,d", info.entries()));
            row("bytes", String.format(Locale.ROOT, "%,d", info.bytes()));
            row("saved", info.created());
            row("saved by", info.tool());
            row("version", info.version() + " of the format");
            row("identity", String.format(Locale.ROOT, "%016x", info.identity()));
            System.out.println();
            System.out.print(stats.report());
        }
        return 0;
    }

    private static String kind(MapFileInfo info) {
        String kind = info.isSet() ? "set" : "map";
        return info.shards() == 0 ? kind : "concurrent " + kind + ", " + info.shards() + " shards";
    }

    private static String type(String name, String inMemory) {
        return name.isEmpty() ? inMemory : name + " (" + inMemory + ")";
    }

    private static void row(String name, Object what) {
        System.out.printf("%-10s  %s%n", name, what);
    }
}
