package dev.tophash;

import dev.tophash.MemoryPolicy.Pages;
import dev.tophash.MemoryPolicy.Placement;

import java.util.Arrays;
import java.util.BitSet;
import java.util.StringJoiner;

/** Memory policies in words: {@code bind:0-1,explicit-2m,strict}. */
final class PolicyWords {
    private static final String NODE_OR_RANGE = "[0-9]{1,9}(-[0-9]{1,9})?";

    private final String words;
    private final BitSet nodes = new BitSet();
    private Placement placement = Placement.STANDARD;
    private Pages pages = Pages.STANDARD;
    private boolean strict;

    private PolicyWords(String words) {
        this.words = words;
    }

    /** See {@link MemoryPolicy#parse}. */
    static MemoryPolicy parse(String words) {
        return new PolicyWords(words).policy();
    }

    private MemoryPolicy policy() {
        for (String word : words.strip().split("\\s*,\\s*", -1)) {
            if (placement.hasNodes() && word.matches(NODE_OR_RANGE)) {
                addNodes(word); // bind:0,2-3
            } else if (word.equals("strict")) {
                strict = true;
            } else if (!takePages(word) && !takePlacement(word)) {
                throw wrong(
                        "\""
                                + word
                                + "\" is not one of first-touch, local, bind, prefer, interleave"
                                + " and spread, huge, small, explicit-2m and explicit-1g, strict");
            }
        }
        if (placement == Placement.PREFER && nodes.cardinality() != 1) {
            throw wrong("prefer takes one node");
        }
        return new MemoryPolicy(placement, nodes, pages, strict);
    }

    private boolean takePages(String word) {
        for (Pages choice : Pages.values()) {
            if (choice != Pages.STANDARD && choice.word().equals(word)) {
                pages = choice;
                return true;
            }
        }
        return false;
    }

    /** Takes one placement and no second. */
    private boolean takePlacement(String word) {
        String[] parts = word.split(":", 2);
        for (Placement choice : Placement.values()) {
            if (choice.word().equals(parts[0]) && placement == Placement.STANDARD) {
                placement = choice;
                if (parts.length > 1) {
                    addNodes(parts[1]);
                }
                return true;
            }
        }
        return false;
    }

    private void addNodes(String list) {
        if (!placement.hasNodes()) {
            throw wrong(placement.word() + " takes no nodes");
        }
        for (String range : list.split("\\+", -1)) {
            if (!range.matches(NODE_OR_RANGE)) {
                throw wrong("\"" + range + "\" is no node");
            }
            int[] ends = Arrays.stream(range.split("-")).mapToInt(Integer::parseInt).toArray();
            int first = ends[0];
            int last = ends[ends.length - 1];
            if (last < first) {
                throw wrong("nodes " + range + " end before they begin");
            }
            if (last > MemoryPolicy.LAST_NODE) {
                throw wrong("node " + last + ", must be 0 to " + MemoryPolicy.LAST_NODE);
            }
            nodes.set(first, last + 1);
        }
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("memory policy \"" + words + "\": " + what);
    }

    /** See {@link MemoryPolicy#toString}. */
    static String of(Placement placement, BitSet nodes, Pages pages, boolean strict) {
        StringJoiner words = new StringJoiner(",").setEmptyValue(Placement.STANDARD.word());
        if (placement != Placement.STANDARD) {
            words.add(placement.word() + (nodes.isEmpty() ? "" : ":" + ranges(nodes)));
        }
        if (pages != Pages.STANDARD) {
            words.add(pages.word());
        }
        if (strict) {
            words.add("strict");
        }
        return words.toString();
    }

    private static String ranges(BitSet nodes) {
        StringJoiner ranges = new StringJoiner("+");
        for (int first = nodes.nextSetBit(0); first >= 0; ) {
            int last = nodes.nextClearBit(first) - 1;
            ranges.add(first == last ? "" + first : first + "-" + last);
            first = nodes.nextSetBit(last + 1);
        }
        return ranges.toString();
    }
}
