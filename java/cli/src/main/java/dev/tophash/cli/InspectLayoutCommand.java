package dev.tophash.cli;

import dev.tophash.Layout;
import dev.tophash.Layout.Architecture;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;

/** Shows where the fields of a map's header and of its buckets lie, on each architecture. */
@Command(
        name = "layout",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Shows the fields of a map's header and of a bucket: offset, size, alignment, padding.",
            "",
            "What is shown is read from the library of each architecture; nothing is assumed.",
            ""
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the layout was shown",
            "1:a library or the picture failed",
            "2:an argument is wrong, or this build has no library for an architecture"
        })
final class InspectLayoutCommand implements Callable<Integer> {
    private static final String BUILD = "./mvnw -DskipTests package -Pcross builds it";

    @Option(
            names = "--key",
            paramLabel = "TYPE",
            required = true,
            description = "Type of the keys: " + SlotType.TYPES + ".")
    private String key;

    @Option(
            names = "--value",
            paramLabel = "TYPE",
            required = true,
            description = "Type of the values: the same; fixed:0 for a set.")
    private String value;

    @Option(
            names = "--arch",
            paramLabel = "ARCH",
            description =
                    "amd64, arm64 or both. Without it, every architecture that this build has a"
                            + " library for.")
    private String arch;

    @Option(
            names = "--picture",
            paramLabel = "FILE",
            description = "Draw it too, to scale, into FILE: an SVG or PNG image by its ending.")
    private String picture;

    @Override
    public Integer call() throws CommandFailure {
        SlotType keys = SlotType.of("--key", key);
        SlotType values = SlotType.of("--value", value);
        PictureFile file = picture == null ? null : PictureFile.of("--picture", picture);
        try {
            List<Layout> layouts = new ArrayList<>();
            for (Architecture architecture : architectures()) {
                layouts.add(layout(architecture, keys, values));
            }
            String types = "key " + keys.name() + ", value " + values.name();
            if (file != null) {
                file.write(new LayoutPicture(types, layouts));
            }
            System.out.print(LayoutTable.of(types, layouts));
            System.out.println(differences(layouts));
            return 0;
        } catch (LinkageError e) {
            throw CommandFailure.failure(DoctorCommand.rootMessage(e));
        }
    }

    private List<Architecture> architectures() throws CommandFailure {
        if (arch == null) {
            return Arrays.stream(Architecture.values()).filter(Architecture::isAvailable).toList();
        }
        List<Architecture> chosen =
                switch (arch) {
                    case "amd64" -> List.of(Architecture.AMD64);
                    case "arm64" -> List.of(Architecture.ARM64);
                    case "both" -> List.of(Architecture.values());
                    default ->
                            throw CommandFailure.usage(
                                    "--arch " + arch + ": must be amd64, arm64 or both");
                };
        for (Architecture architecture : chosen) {
            if (!architecture.isAvailable()) {
                throw CommandFailure.usage(
                        "--arch %s: this build has no library for %s; %s"
                                .formatted(arch, architecture, BUILD));
            }
        }
        return chosen;
    }

    private static Layout layout(Architecture architecture, SlotType keys, SlotType values)
            throws CommandFailure {
        try {
            return Layout.of(architecture, keys.slot(), values.slot());
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("--key " + keys.name() + ": " + e.getMessage());
        } catch (IOException e) {
            throw CommandFailure.failure(e.getMessage());
        }
    }

    private String differences(List<Layout> layouts) {
        if (layouts.size() < 2) {
            String other = arch == null ? "; for the other one, " + BUILD : "";
            return "differences: only " + layouts.getFirst().architecture() + " is shown" + other;
        }
        List<String> found = layouts.get(0).differences(layouts.get(1));
        if (found.isEmpty()) {
            return "differences between amd64 and arm64: none";
        }
        return "differences between amd64 and arm64:\n  " + String.join("\n  ", found);
    }
}
