package dev.tophash;

import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** {@link MapStats#report}: figures in words. */
final class StatsReport {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private final MapStats stats;
    private final StringBuilder text = new StringBuilder();

    StatsReport(MapStats stats) {
        this.stats = stats;
    }

    String text() {
        line("entries", entries());
        line("overflow", overflow());
        line("growth", growth());
        line(
                "used",
                "%s: header %s, buckets %s, overflow %s, bytes heap %s and %s free"
                        .formatted(
                                bytes(stats.usedBytes()),
                                bytes(stats.headerBytes()),
                                bytes(stats.bucketBytes()),
                                bytes(stats.overflowBytes()),
                                bytes(stats.keyBytesLive()),
                                bytes(stats.keyBytesDead())));
        line(
                "held",
                bytes(stats.reservedBytes())
                        + ", "
                        + bytes(stats.poolBytes())
                        + " of it in shared pages");
        line("policy", policy());
        if (!stats.occupancy().isEmpty()) {
            counted();
        }
        line("seed", seed());
        line("kernel", Tophash.kernel());
        return text.toString();
    }

    private void counted() {
        line(
                "resident",
                bytes(stats.residentBytes())
                        + ", "
                        + bytes(stats.hugeBytes())
                        + " of it in huge pages");
        line("nodes", nodes());
        line("occupancy", shares(stats.occupancy(), 0));
        line("hits", probes(stats.hitProbes()));
        line("misses", probes(stats.missProbes()));
    }

    private void line(String subject, String words) {
        text.append("%-12s%s\n".formatted(subject, words));
    }

    private String entries() {
        if (stats.buckets() == 0) {
            return "none, and no bucket before the first write";
        }
        return format(
                "%,d in %,d buckets (B = %d): %.2f a bucket, doubles after %,d",
                stats.size(), stats.buckets(), stats.b(), stats.load(), stats.growAt());
    }

    private String overflow() {
        String buckets = format("%,d buckets", stats.overflowBuckets());
        return stats.longestChain() == 0
                ? buckets
                : buckets + format(", the longest chain has %,d", stats.longestChain());
    }

    private String growth() {
        if (!stats.growing()) {
            return "none";
        }
        return format(
                "%s of %,d old buckets evacuated%s",
                percent(stats.evacuated(), stats.oldBuckets()),
                stats.oldBuckets(),
                stats.sameSize() ? ", the number of buckets stays" : "");
    }

    private String policy() {
        String asked = stats.placement().word() + ", " + stats.pages().word() + " pages";
        if (stats.refused().isEmpty()) {
            return asked;
        }
        StringJoiner refused = new StringJoiner(" and ");
        stats.refused().stream()
                .sorted()
                .forEach(r -> refused.add(r.name().toLowerCase(Locale.ROOT)));
        return asked + "; the kernel refused " + refused + " (error " + stats.refusedErrno() + ")";
    }

    private String nodes() {
        StringJoiner nodes = new StringJoiner(", ").setEmptyValue("unknown");
        for (int node = 0; node < stats.nodeBytes().size(); node++) {
            long bytes = stats.nodeBytes().get(node);
            if (bytes > 0) {
                nodes.add("node " + node + " " + bytes(bytes));
            }
        }
        return nodes.toString();
    }

    /** Classes that have anything, each with its share. */
    private static String shares(List<Long> classes, int firstClass) {
        long sum = classes.stream().mapToLong(Long::longValue).sum();
        StringJoiner shares = new StringJoiner(" ").setEmptyValue("none");
        for (int i = 0; i < classes.size(); i++) {
            if (classes.get(i) > 0) {
                shares.add(firstClass + i + ": " + percent(classes.get(i), sum));
            }
        }
        return shares.toString();
    }

    private static String probes(List<Long> classes) {
        long sum = 0;
        long looks = 0;
        for (int i = 0; i < classes.size(); i++) {
            sum += classes.get(i);
            looks += (i + 1) * classes.get(i);
        }
        return sum == 0
                ? "none"
                : format("%.2f buckets looked at: ", (double) looks / sum) + shares(classes, 1);
    }

    private String seed() {
        if (stats.clears() == 0 && stats.seedChanges() == 0) {
            return "the first one";
        }
        return format(
                "after %,d clears, and %,d changes against an attack",
                stats.clears(), stats.seedChanges());
    }

    private static String percent(long part, long whole) {
        return format("%.1f%%", 100.0 * part / whole);
    }

    private static String bytes(long bytes) {
        int unit = 0;
        double size = bytes;
        while (size >= 1024 && unit < UNITS.length - 1) {
            size /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " B" : format("%.1f %s", size, UNITS[unit]);
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
