package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.AnyTable.Kind;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** The limit on what all maps hold together. */
@Isolated("the budget is one for the process")
class NativeBudgetTest {
    private static final long MIB = 1 << 20;

    private Account before;
    private long budgetBefore;

    @BeforeEach
    void level() {
        before = Account.now();
        budgetBefore = Tophash.nativeBudget();
    }

    @AfterEach
    void restore() {
        Tophash.setNativeBudget(budgetBefore);
        before.assertUnchanged();
    }

    private static void allow(long bytesMore) {
        Tophash.setNativeBudget(Tophash.nativeBytes() + bytesMore);
    }

    /** Puts numbers until the budget refuses one; returns how many went in. */
    private static int fillUp(AnyTable table) {
        for (int i = 0; ; i++) {
            try {
                table.put(i);
            } catch (NativeBudgetError e) {
                return i;
            }
            assertTrue(i < 10_000_000, "no limit");
        }
    }

    private static void assertNamesItsFigures(NativeBudgetError error) {
        assertTrue(error.requested() > 0, error::toString);
        assertEquals(Tophash.nativeBudget(), error.budget());
        assertEquals(Tophash.nativeBytes(), error.held());
        assertTrue(error.held() + error.requested() > error.budget(), error::toString);
        for (long figure : new long[] {error.requested(), error.held(), error.budget()}) {
            assertTrue(error.getMessage().contains(figure + " bytes"), error::getMessage);
        }
    }

    @Test
    void theBudgetIsWhatWasSet() {
        for (long budget : new long[] {1, 5 * MIB, Long.MAX_VALUE, 0}) {
            Tophash.setNativeBudget(budget);
            assertEquals(budget, Tophash.nativeBudget());
        }
        Tophash.setNativeBudget(77);
        for (long bad : new long[] {-1, Long.MIN_VALUE}) {
            String message =
                    assertThrows(IllegalArgumentException.class, () -> Tophash.setNativeBudget(bad))
                            .getMessage();
            assertTrue(message.contains(Long.toString(bad)), message);
        }
        assertEquals(77, Tophash.nativeBudget());
    }

    @ParameterizedTest
    @EnumSource
    void aMapThatHitsTheBudgetIsWholeAndWorksOn(Kind kind) {
        allow(MIB);
        try (AnyTable table = kind.create()) {
            int n = fillUp(table);
            assertTrue(n > 1_000, () -> "only " + n);
            assertTrue(Tophash.nativeBytes() <= Tophash.nativeBudget());
            assertTrue(table.holds(n));
            assertFalse(table.contains(n));
            NativeBudgetError error = assertThrows(NativeBudgetError.class, () -> table.put(n));
            assertNamesItsFigures(error);
            assertTrue(table.holds(n));
            int walked = 0;
            for (Object key : table.keys()) {
                walked++;
                assertTrue(key != null);
            }
            assertEquals(n, walked);
            for (int i = 0; i < n; i += 2) { // takes no memory
                assertTrue(table.remove(i));
            }
            assertEquals(n - (n + 1) / 2, table.size());
            for (int i = 1; i < n; i += 2) {
                table.put(i); // is there already
            }
            table.clear();
            assertEquals(0, table.size());
            for (int i = 0; i < n / 2; i++) { // in the memory that it has
                table.put(i);
            }
            assertTrue(table.holds(n / 2));
            Tophash.setNativeBudget(0);
            table.fill(2 * n);
            assertTrue(table.holds(2 * n));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBudgetBelowWhatIsHeldRefusesAllGrowthAndTakesNothing(Kind kind) {
        try (AnyTable table = kind.filled(10_000);
                AnyTable other = kind.create()) {
            Tophash.setNativeBudget(1);
            assertTrue(table.holds(10_000));
            NativeBudgetError error =
                    assertThrows(NativeBudgetError.class, () -> table.map().reserve(1_000_000));
            assertNamesItsFigures(error);
            NativeBudgetError ofAnother = assertThrows(NativeBudgetError.class, () -> other.put(1));
            assertNamesItsFigures(ofAnother);
            assertEquals(0, other.size());
            assertFalse(other.contains(1));
            assertTrue(table.holds(10_000));
            assertTrue(table.remove(5));
            table.put(5); // in its place
            Tophash.setNativeBudget(0);
            other.put(1);
            table.map().reserve(1_000_000);
            assertTrue(other.contains(1) && table.holds(10_000));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRefusedFirstWriteLeavesAMapThatHoldsNothing(Kind kind) {
        Tophash.setNativeBudget(1);
        Account empty = Account.now();
        try (AnyTable table = kind.build(b -> b.expectedSize(1_000_000))) {
            assertThrows(NativeBudgetError.class, () -> table.put(1));
            empty.assertUnchanged();
            assertEquals(0, table.size());
            assertEquals(0, table.map().nativeBytes());
            Tophash.setNativeBudget(0);
            table.put(1);
            assertEquals(1, table.size());
        }
    }

    @Test
    void aRefusedBatchHasDoneAFirstPartOfItsKeys() {
        int n = 200_000;
        long[] keys = LongStream.range(0, n).toArray();
        allow(MIB);
        try (LongLongMap map = LongLongMap.create()) {
            NativeBudgetError error =
                    assertThrows(NativeBudgetError.class, () -> map.putAll(keys, keys));
            assertNamesItsFigures(error);
            boolean[] found = new boolean[n];
            assertFirstPart(map.containsAll(keys, found), found, map.size());
            Tophash.setNativeBudget(0);
            assertEquals(map.size(), map.putAll(keys, keys));
            assertEquals(n, map.size());
        }
        Long[] numbers = Arrays.stream(keys).boxed().toArray(Long[]::new);
        String[] texts = Arrays.stream(keys).mapToObj(Long::toString).toArray(String[]::new);
        allow(MIB);
        try (NativeMap<String, Long> map = NativeMap.of(String.class, Long.class)) {
            assertNamesItsFigures(
                    assertThrows(NativeBudgetError.class, () -> map.putAll(texts, numbers)));
            boolean[] found = new boolean[n];
            assertFirstPart(map.containsAll(texts, found), found, map.sizeAsLong());
            Tophash.setNativeBudget(0);
            assertEquals(map.sizeAsLong(), map.putAll(texts, numbers));
            assertEquals(n, map.size());
        }
    }

    private static void assertFirstPart(long present, boolean[] found, long size) {
        assertEquals(size, present);
        assertTrue(size > 0 && size < found.length, () -> "done: " + size);
        assertTrue(IntStream.range(0, found.length).allMatch(i -> found[i] == i < size));
    }

    @Test
    void whatOneMapGivesBackAnotherMayTake() {
        try (AnyTable first = Kind.NATIVE_MAP.create();
                AnyTable second = Kind.NATIVE_MAP.create()) {
            allow(MIB);
            int n = fillUp(first);
            assertThrows(NativeBudgetError.class, () -> second.fill(n));
            second.clear();
            first.clear();
            first.map().shrinkToFit();
            second.fill(n);
            assertTrue(second.holds(n));
        }
    }

    @Test
    void shrinkingThatTheBudgetRefusesChangesNothing() {
        try (AnyTable table = Kind.LONG_LONG_MAP.build(b -> b.expectedSize(100_000))) {
            table.fill(20_000);
            Tophash.setNativeBudget(1);
            assertThrows(NativeBudgetError.class, table.map()::shrinkToFit);
            assertTrue(table.holds(20_000));
        }
    }

    @TempDir Path directory;

    /** Prints the budget that its JVM starts with. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) {
            if (arguments.length > 0) {
                System.setProperty("tophash.nativeBudget", arguments[0]);
            }
            try {
                System.out.println("budget " + Tophash.nativeBudget());
                try (LongLongMap map = LongLongMap.create()) {
                    map.reserve(1_000_000);
                    System.out.println("reserved");
                } catch (NativeBudgetError e) {
                    System.out.println("refused, " + e.budget());
                }
            } catch (Throwable t) {
                for (Throwable c = t; c != null; c = c.getCause()) {
                    System.out.println(c);
                }
                System.exit(1);
            }
        }
    }

    private ForkedJvm.Result run(String... property) throws Exception {
        return ForkedJvm.run(
                directory, Program.class, List.of(property), Effort.EMULATED ? 300 : 60);
    }

    @ParameterizedTest
    @CsvSource({
        "500000, 500000",
        "640k, 655360",
        "3M, 3145728",
        "1g, 1073741824",
    })
    void thePropertySetsTheBudgetAtTheStart(String property, long bytes) throws Exception {
        ForkedJvm.Result result = run(property);
        assertEquals(0, result.status(), result::output);
        assertTrue(result.output().contains("budget " + bytes), result::output);
        boolean enough = bytes > 100 * MIB;
        String outcome = enough ? "reserved" : "refused, " + bytes;
        assertTrue(result.output().contains(outcome), result::output);
    }

    @Test
    void withoutThePropertyThereIsNone() throws Exception {
        ForkedJvm.Result result = run();
        assertTrue(result.output().contains("budget 0"), result::output);
        assertTrue(result.output().contains("reserved"), result::output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "99999999999g"})
    void aBadPropertyIsNamedWithItsValue(String property) throws Exception {
        ForkedJvm.Result result = run(property);
        assertEquals(1, result.status(), result::output);
        assertTrue(
                result.output().contains("tophash.nativeBudget is \"" + property + "\""),
                result::output);
        assertEquals("", result.crash());
    }
}
