package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.AnyTable.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What maps, sets and views say of themselves. */
class ToStringTest {
    /** Most characters for anything, however large. */
    private static final int MOST = 20_000;

    private static List<Object> views(AnyTable table) {
        List<Object> views = new ArrayList<>(List.of(table.whole()));
        if (table.whole() instanceof Map<?, ?> map) {
            views.addAll(List.of(map.keySet(), map.values(), map.entrySet()));
        }
        return views;
    }

    /** The same as java.util has it. */
    private static Object copy(Object view) {
        return switch (view) {
            case Map<?, ?> map -> new HashMap<>(map);
            case Set<?> set -> new HashSet<>(set);
            default -> new ArrayList<>((Collection<?>) view);
        };
    }

    /** Brackets and elements, without their order. */
    private static List<String> parts(String text) {
        String inside = text.substring(1, text.length() - 1);
        List<String> parts = new ArrayList<>(Stream.of(inside.split(", ")).sorted().toList());
        parts.add(text.charAt(0) + "..." + text.charAt(text.length() - 1));
        return parts;
    }

    @ParameterizedTest
    @EnumSource
    void smallOnesReadAsThoseOfJavaUtil(Kind kind) {
        for (int n : new int[] {0, 1, 2, 5, 200, 256}) {
            try (AnyTable table = kind.filled(n)) {
                for (Object view : views(table)) {
                    assertEquals(parts(copy(view).toString()), parts(view.toString()));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void largeOnesSayHowManyMoreThereAre(Kind kind) {
        for (int n : new int[] {257, Effort.rounds(1_000_000)}) {
            try (AnyTable table = kind.filled(n)) {
                for (Object view : views(table)) {
                    String text = view.toString();
                    assertTrue(text.length() < MOST, () -> "characters: " + text.length());
                    assertTrue(
                            text.substring(text.length() - 40)
                                    .matches(".*, and " + (n - 256) + " more[]}]"),
                            () -> "ends with " + text.substring(text.length() - 40));
                    assertEquals(257, text.split(", ").length);
                }
                assertTrue(table.map().toString().length() < MOST);
            }
        }
    }

    @Test
    void tablesSayTheirTypeAndSize() {
        try (LongLongMap map = LongLongMap.create();
                IntSet set = IntSet.create()) {
            map.put(1, 2);
            assertEquals("LongLongMap[size=1]", map.toString());
            assertEquals("IntSet[size=0]", set.toString());
        }
    }

    @ParameterizedTest
    @EnumSource
    void closedOnesSaySo(Kind kind) {
        for (int n : new int[] {0, 10}) {
            AnyTable table = kind.filled(n);
            table.close();
            assertEquals(kind.typeName() + "[closed]", table.map().toString());
            for (Object view : views(table)) {
                if (view != table.map()) {
                    String message =
                            assertThrows(IllegalStateException.class, view::toString).getMessage();
                    assertEquals("this " + kind.typeName() + " is closed", message);
                }
            }
        }
    }

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"}) // what is refused
    void nothingCanContainItself() {
        try (NativeMap<String, Long> map = NativeMap.of(String.class, Long.class);
                NativeSet<String> set = NativeSet.of(String.class)) {
            assertThrows(ClassCastException.class, () -> ((Map) map).put("key", map));
            assertThrows(ClassCastException.class, () -> ((Map) map).put(map, 1L));
            assertThrows(ClassCastException.class, () -> ((Set) set).add(set));
            assertEquals("{}", map.toString());
            assertEquals("[]", set.toString());
        }
    }
}
