package dev.tophash.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.Codec;
import dev.tophash.Codecs;
import dev.tophash.ConcurrentNativeSet;
import dev.tophash.LongSet;
import dev.tophash.MapFile;
import dev.tophash.MapFileInfo;
import dev.tophash.NativeSet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Sets, which are maps of one column: made, looked up and written as text. */
class SetFilesTest {
    @TempDir Path temp;

    private <E> String saved(Codec<E> codec, Set<E> elements) throws IOException {
        Path file = temp.resolve("set");
        try (NativeSet<E> set = NativeSet.create(codec)) {
            set.addAll(elements);
            set.saveTo(file);
        }
        return file.toString();
    }

    private static TreeSet<String> lines(String text) {
        return new TreeSet<>(text.lines().toList());
    }

    @Test
    void lookups() throws Exception {
        String file = saved(Codecs.STRING, Set.of("a", "", "\u00e9 \u20ac"));
        assertEquals(
                "a\n\u00e9 \u20ac\na\n",
                Printed.by("get", file, "a", "\u00e9 \u20ac", "a").quiet().out());
        assertEquals(new Printed(1, "a\n", "not there: b\n"), Printed.by("get", file, "b", "a"));
        assertEquals("\"\"\na\n", Printed.by("get --format csv", file, "", "a").quiet().out());
        Path keys = Files.writeString(temp.resolve("keys"), "x\na\n");
        assertEquals(
                new Printed(1, "a\n", "not there: x\n"),
                Printed.by("get --keys", keys.toString(), file));
    }

    @Test
    void everyType() throws Exception {
        String longs = saved(Codecs.LONG, Set.of(-1L, 7L));
        assertEquals("-1\n7\n", Printed.by("get", longs, "--", "-1", "7").quiet().out());
        Printed.by("get", longs, "x").refused("KEY not a long: \"x\"");
        String doubles = saved(Codecs.DOUBLE, Set.of(0.5, -0.0));
        assertEquals(
                new Printed(1, "0.5\n", "not there: 0.0\n"),
                Printed.by("get", doubles, "5e-1", "0"));
        assertEquals(lines("0.5\n-0.0"), lines(Printed.by("dump", doubles).quiet().out()));
    }

    @Test
    void dumpOfOneColumn() throws Exception {
        Set<Long> elements = LongStream.range(0, 10_000).boxed().collect(Collectors.toSet());
        String file = saved(Codecs.LONG, elements);
        List<String> dumped = Printed.by("dump", file).quiet().out().lines().toList();
        assertEquals(elements.size(), dumped.size());
        assertEquals(elements, dumped.stream().map(Long::valueOf).collect(Collectors.toSet()));
        assertEquals("", Printed.by("dump", saved(Codecs.LONG, Set.of())).quiet().out());
    }

    @Test
    void concurrentSets() throws Exception {
        Path file = temp.resolve("shards");
        try (var set = ConcurrentNativeSet.create(Codecs.STRING)) {
            set.addAll(List.of("a", "b"));
            set.saveTo(file);
        }
        assertEquals(lines("a\nb"), lines(Printed.by("dump", file.toString()).quiet().out()));
        assertEquals(
                new Printed(1, "b\n", "not there: c\n"),
                Printed.by("get", file.toString(), "b", "c"));
    }

    @Test
    void whatALineCannotHave() throws Exception {
        Path out = temp.resolve("out");
        String empty = saved(Codecs.STRING, Set.of(""));
        Printed printed = Printed.by("dump --escapes -o", out.toString(), empty);
        assertEquals(1, printed.status());
        assertTrue(printed.err().contains("key \"\": a line would be empty"), printed.err());
        assertFalse(Files.exists(out), "half a dump");
        printed = Printed.by("dump", saved(Codecs.STRING, Set.of("a\tb")));
        assertEquals(1, printed.status());
        assertTrue(printed.err().contains("--escapes or --format csv writes it"), printed.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--format=csv", "--format=tsv --escapes"})
    void thereAndBack(String format) throws Exception {
        Set<String> elements =
                new HashSet<>(Set.of("a,b", "c\td", "\\", "\r\n", "\u20ac", "\"q\""));
        if (format.contains("csv")) {
            elements.add("");
        }
        String file = saved(Codecs.STRING, elements);
        String dumped = temp.resolve("dumped").toString();
        String again = temp.resolve("again").toString();
        Printed.by("dump " + format + " -o", dumped, file).quiet();
        Printed.by("index --types string --on-duplicate error " + format + " -o", again, dumped)
                .quiet();
        try (NativeSet<String> set = NativeSet.open(Path.of(again), Codecs.STRING)) {
            assertEquals(elements, new HashSet<>(set));
        }
    }

    @Test
    void index() throws Exception {
        Path map = temp.resolve("map");
        String input =
                Files.writeString(temp.resolve("in.tsv"), "id\tx\n5\ta\n-6\tb\n5\tc\n").toString();
        Printed printed =
                Printed.by("index --header --types long --key id -o", map.toString(), input)
                        .quiet();
        assertEquals("3", printed.row("rows"));
        assertEquals("2", printed.row("entries"));
        MapFileInfo info = MapFile.info(map);
        assertTrue(info.isSet());
        assertEquals("long", info.keyName());
        try (LongSet set = LongSet.open(map)) {
            assertTrue(set.contains(5) && set.contains(-6) && set.size() == 2);
            set.verify();
        }
        printed =
                Printed.by(
                        "index --header --types long --on-duplicate error -o",
                        map.toString(),
                        input);
        assertEquals(1, printed.status());
        assertTrue(printed.err().contains(":4: a key for the second time: \"5\""), printed.err());
        for (String duplicates : List.of("first", "last")) {
            Printed.by(
                            "index --header --types string --key=x --on-duplicate "
                                    + duplicates
                                    + " -o",
                            map.toString(),
                            input)
                    .quiet();
            Printed.by("get", map.toString(), "a", "b", "c").quiet();
        }
    }

    @Test
    void badArguments() throws Exception {
        String input = Files.writeString(temp.resolve("in.tsv"), "5\n").toString();
        String index = "index -o " + temp.resolve("map") + " " + input + " --types ";
        Printed.by(index + "long --value 2").refused("--value 2: --types long makes a set");
        Printed.by(index + "uuid").refused("--types uuid: must be one of");
        Printed.by(index + "long:").refused("--types : must be one of");
        Printed.by(index + "nothing").refused("must be one of");
        Printed.by(index + "long:long:long").refused("must be KEY:VALUE, or KEY alone for a set");
        Printed.by(index + "long --on-duplicate sum").refused("there are no sums of nothing");
    }
}
