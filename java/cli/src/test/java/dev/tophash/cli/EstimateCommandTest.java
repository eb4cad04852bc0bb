package dev.tophash.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.CapacityPlan;
import dev.tophash.PartSize;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The command by what it prints and returns. */
class EstimateCommandTest {
    @TempDir Path temp;

    private static Printed run(String... arguments) {
        return Printed.by("estimate", arguments);
    }

    private static Printed ok(String... arguments) {
        return run(arguments).ok();
    }

    private static Printed quiet(String... arguments) {
        return run(arguments).quiet();
    }

    private Path file(String content) throws IOException {
        return Files.writeString(temp.resolve("sets"), content);
    }

    // ---- entries ----

    @Test
    void printsThePlanOfTheLibrary() {
        Printed outcome = quiet("--key", "long", "--value", "long", "--entries", "10_000_000");
        CapacityPlan plan = CapacityPlan.forMap(long.class, long.class, 10_000_000);
        assertTrue(outcome.out().startsWith(plan.toString()), outcome.out());
        for (CapacityPlan.GrowthPoint point : plan.growthPoints()) {
            String row = String.format("%,20d  %,20d  ", point.entries(), point.buckets());
            assertTrue(outcome.out().contains(row), outcome.out());
        }
        assertEquals(outcome.out(), quiet("--entries=10000000").out(), "long is the default");
    }

    @Test
    void preparedForNothingAHundredAndAThousand() {
        String[] lines = quiet("--entries", "1000").out().split("\n");
        String[] rows = new String[3];
        System.arraycopy(lines, lines.length - 3, rows, 0, 3);
        assertEquals("0 1", rows[0].strip().replaceAll(" +\\S+ +\\S+$", "").replaceAll(" +", " "));
        assertTrue(rows[0].endsWith(" 8"), rows[0]); // 8 13 26 52 104 208 416 832
        assertTrue(rows[1].matches(" +128 +32 .* 3"), rows[1]); // 208 416 832
        assertTrue(rows[2].matches(" +1,024 +256 .* 0"), rows[2]);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "byte",
                "short",
                "int",
                "long",
                "float",
                "double",
                "char",
                "boolean",
                "uuid",
                "instant",
                "fixed:12",
                "bytes:9",
                "string:40"
            })
    void knowsItsTypes(String type) {
        assertTrue(quiet("--key", type, "--entries", "100").out().contains("16 (B = 4)"));
        assertTrue(quiet("--value", type, "--entries", "100").out().contains("16 (B = 4)"));
    }

    @Test
    void lengthsAndSetsCount() {
        CapacityPlan plan = CapacityPlan.forMap(PartSize.length(40), PartSize.NONE, 5000);
        Printed outcome = quiet("--key=string:40", "--value=none", "--entries=5000");
        assertTrue(outcome.out().startsWith(plan.toString()), outcome.out());
    }

    // ---- labels ----

    @Test
    void rowsAreTheProduct() {
        Printed outcome = quiet("--labels", "job=10,zone=10,method=10", "--metrics", "200");
        assertEquals("200", outcome.row("metrics"));
        assertEquals("10", outcome.row("label zone"));
        assertEquals("200,000", outcome.row("rows"));
        CapacityPlan plan =
                CapacityPlan.forMap(PartSize.length(64), PartSize.of(long.class), 200_000);
        assertTrue(outcome.out().contains(plan.toString()), outcome.out());
    }

    @Test
    void anExplosionIsWarnedOf() {
        Printed outcome =
                ok("--metrics=1500", "--labels", "a=50,b=50,c=50,d=50,e=51", "--key=long");
        assertEquals("478,125,000,000", outcome.row("rows"));
        assertEquals(
                "tophash estimate: warning: 478,125,000,000 rows are more than 10,000,000; without"
                        + " label e they would be 9,375,000,000\n",
                outcome.err());
        assertEquals("", quiet("--labels", "a=10000000").err(), "just not");
        assertFalse(ok("--labels", "a=10000001").err().isEmpty());
    }

    // ---- label sets ----

    @Test
    void labelSetsAreCounted() throws IOException {
        Path sets =
                file(
                        """
                        # HELP up whether it is up
                        up{job="a",zone="x, y}"} 1 1700000000

                        up{job="b",zone="q\\"z",}
                        down{ job = "b" }
                        down{job="b",zone=""}
                        """);
        Printed outcome = quiet("--label-sets", sets.toString());
        assertEquals("2", outcome.row("metrics"));
        assertEquals("2", outcome.row("label job"));
        assertEquals("3", outcome.row("label zone"), "two and none");
        assertEquals("12", outcome.row("rows"));
        assertEquals("4", outcome.row("label sets"));
        assertEquals("3", outcome.row("different ones"));
        assertEquals("3", outcome.row("entries"));
        String more = quiet("--label-sets", sets.toString(), "--metrics", "50").row("rows");
        assertEquals("300", more);
    }

    @Test
    void plainPairsDoAsWell() throws IOException {
        Path sets = file("job=a,zone=x\njob=b, zone=\"y\"\n");
        Printed outcome = quiet("--label-sets", sets.toString());
        assertEquals("1", outcome.row("metrics"));
        assertEquals("4", outcome.row("rows"));
    }

    @Test
    void theMetricBelongsToTheLabelSet() throws IOException {
        Printed outcome = quiet("--label-sets", file("a{x=1}\nb{x=1}\na{x=1}\n").toString());
        assertEquals("2", outcome.row("different ones"));
        assertEquals("2", outcome.row("rows"));
    }

    @Test
    void manyValuesAreEstimatedWithinTheErrorShown() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 200_000; i++) {
            text.append("m{id=\"").append(i).append("\",half=\"").append(i / 2).append("\"}\n");
        }
        Printed outcome = ok("--label-sets", file(text.toString()).toString());
        Matcher id =
                Pattern.compile("([\\d,]+) {2}\\+- ([\\d.]+) %").matcher(outcome.row("label id"));
        assertTrue(id.matches(), outcome.out());
        double error = Double.parseDouble(id.group(2)) / 100;
        double number = Double.parseDouble(id.group(1).replace(",", ""));
        assertTrue(error > 0.005 && error < 0.02, outcome.out());
        assertEquals(200_000, number, 200_000 * error);
        assertTrue(outcome.row("rows").matches("[\\d,]+ {2}\\+- [12]\\.\\d\\d %"), outcome.out());
        assertTrue(outcome.err().contains("warning: "), outcome.err());
        assertTrue(outcome.row("different ones").contains("+-"), outcome.out());
    }

    @Test
    void aProductThatNoMapCanHaveIsSaid() throws IOException {
        StringBuilder set = new StringBuilder();
        StringBuilder other = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            set.append("l").append(i).append("=a,");
            other.append("l").append(i).append("=b,");
        }
        Printed outcome = ok("--label-sets", file(set + "\n" + other + "\n").toString());
        assertEquals("1,125,899,906,842,624", outcome.row("rows"));
        assertEquals("more than a map can have", outcome.row("bytes"));
        assertEquals("2", outcome.row("entries"));
    }

    // ---- what is refused ----

    private static void assertRefused(String part, String... arguments) {
        Printed outcome = run(arguments).refused(part);
        assertTrue(outcome.err().startsWith("tophash estimate: "), outcome.err());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--entries=ten | --entries ten: must be a number from 0 to 7146825580544",
                "--entries=-1 | --entries -1: must be",
                "--entries=7146825580545 | 7146825580544",
                "--entries=99999999999999999999999 | 99999999999999999999999: must be",
                "--entries=1 --key=strnig | --key strnig: unknown type, must be one of byte",
                "--entries=1 --key=string | --key string: unknown type",
                "--entries=1 --key=none | --key none: unknown type",
                "--entries=1 --value=fixed:1025 | --value fixed:1025: a width of 1025 bytes, must",
                "--entries=1 --key=fixed:129 | a key of 129 bytes, must have from 1 to 128",
                "--entries=1 --key=string:2147483648 | 2147483648 bytes, must be from 0 to",
                "--entries=257 --key=byte | only 256 different keys",
                "--entries=7000000000000 --key=bytes:2000000000 | more than a map can have",
                "--entries=1 --labels=a=1 | must be given, not 2",
                "--key=long | must be given, not 0",
                "--entries=1 --metrics=2 | --metrics 2: needs --labels",
                "--labels=a | 'a' is not label=cardinality",
                "--labels=a=1,,b=2 | '' is not label=cardinality",
                "--labels=a=0 | --labels a 0: must be a number from 1",
                "--labels=a=x | --labels a x: must be a number",
                "--labels=a=1,a=2 | a is there twice",
                "--labels=a=1 --metrics=0 | --metrics 0: must be a number from 1",
                "--labels=a=7000000000000,b=2 | 14000000000000 rows, a map has at most 7146825580544",
                "--labels=a=1 --key=fixed:129 | a key of 129 bytes",
                "--label-sets=/no/such | /no/such: no such file",
                "--label-sets=/ | /: is a directory",
                "--label-sets=/dev/null | /dev/null: has no label set",
                "--entries=1 --colour | --colour",
            })
    void wrongArguments(String line, String part) {
        assertRefused(part, line.split(" "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"words", "a{b=\"c\"", "{b=\"c}", "a{b}", "b=c}", "{a=\"b\" c=\"d\"}"})
    void linesThatAreNoLabelSets(String line) throws IOException {
        Path sets = file("a=b\n" + line + "\n");
        assertRefused("line 2 is no label set", "--label-sets", sets.toString());
    }

    @Test
    void helpNamesTypesAndThreshold() {
        String help = quiet("--help").out();
        assertTrue(help.contains("string:LENGTH"), help);
        assertTrue(help.contains("10,000,000"), help);
    }
}
