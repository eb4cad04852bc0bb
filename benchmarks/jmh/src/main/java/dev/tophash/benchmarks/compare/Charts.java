package dev.tophash.benchmarks.compare;

import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

import java.awt.BasicStroke;
import java.awt.Color;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The plots of the report. */
final class Charts {
    private static final int WIDTH = 820;
    private static final int HEIGHT = 440;

    private static final List<String> PERCENTILES =
            List.of("p50", "p90", "p99", "p99.9", "p99.99", "p99.999", "longest");

    private static final List<String> PAUSES =
            List.of(
                    "GcLoad.full collections, longest pause",
                    "GcLoad.full collections, all pauses",
                    "GcLoad.young collections, longest pause",
                    "GcLoad.young collections, all pauses");

    private final Figures figures;

    Charts(Figures figures) {
        this.figures = figures;
    }

    /** Plots by file name, those that there are figures for. */
    Map<String, String> all() {
        Map<String, String> plots = new LinkedHashMap<>();
        if (has("LookupBenchmark.getHit")) {
            plots.put("lookup-hit", Svg.of(lookup("Lookup of a present key", "Hit")));
            plots.put("lookup-miss", Svg.of(lookup("Lookup of an absent key", "Miss")));
        }
        if (has("Growth.percentile")) {
            plots.put("growth", Svg.of(growth()));
        }
        if (has("Memory.step")) {
            plots.put("memory", Svg.of(memory()));
        }
        if (has(PAUSES.getFirst())) {
            plots.put("gc", Svg.of(collections()));
        }
        return plots;
    }

    private boolean has(String benchmark) {
        return figures.of(benchmark).findAny().isPresent();
    }

    private XYChart lookup(String title, String kind) {
        XYChart chart = lines(title, "entries", "ns for each key");
        chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
        chart.getStyler().setxAxisTickLabelsFormattingFunction(Charts::power);
        chart.getStyler().setyAxisTickLabelsFormattingFunction(Texts::number);
        Map<String, List<Measurement>> single =
                byContender(figures.of("LookupBenchmark.get" + kind));
        List<Measurement> batched = figures.of("LookupBenchmark.getAll" + kind).toList();
        addLine(chart, "Tophash, 1,024 a call", Palette.BATCHED, batched, "entries");
        single.forEach((name, row) -> addLine(chart, oneByOne(name), name, row, "entries"));
        List<Measurement> limit = figures.of("CacheLineBenchmark.line").toList();
        addLine(chart, "one cache line, prefetched", "LINE", limit, "entries");
        return chart;
    }

    /** Ours is there twice; this one is drawn thinner. */
    private static String oneByOne(String contender) {
        String name = Texts.contender(contender);
        return contender.startsWith("TOPHASH") ? name + ", one at a time" : name;
    }

    private XYChart growth() {
        XYChart chart = lines("A single put while growing from empty", "percentile", "time");
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setyAxisTickLabelsFormattingFunction(Charts::time);
        chart.getStyler().setxAxisTickLabelsFormattingFunction(Charts::percentile);
        chart.getStyler().setXAxisMin(0.0).setXAxisMax(PERCENTILES.size() - 1.0);
        chart.getStyler().setXAxisMaxLabelCount(PERCENTILES.size());
        byContender(figures.of("Growth.percentile"))
                .forEach(
                        (name, row) -> {
                            // A coarse clock says 0, which no logarithmic axis has.
                            List<Double> y =
                                    row.stream().map(m -> Math.max(m.value(), 0.01)).toList();
                            List<Double> x =
                                    IntStream.range(0, y.size()).asDoubleStream().boxed().toList();
                            series(chart, Texts.contender(name), name, x, y);
                        });
        return chart;
    }

    private XYChart memory() {
        XYChart chart = lines("Memory over a doubling", "entries", "bytes per entry");
        chart.getStyler().setxAxisTickLabelsFormattingFunction(x -> Texts.number(x / 1e6) + " M");
        chart.getStyler().setXAxisTickMarkSpacingHint(110);
        byContender(figures.of("Memory.step"))
                .forEach(
                        (name, row) -> addLine(chart, Texts.contender(name), name, row, "entries"));
        chart.getStyler().setYAxisMin(0.0);
        return chart;
    }

    private CategoryChart collections() {
        CategoryChart chart =
                new CategoryChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title("Garbage collection with a large map")
                        .yAxisTitle("ms")
                        .build();
        style(chart.getStyler());
        chart.getStyler().setYAxisLogarithmic(true).setYAxisMin(0.5); // a bar of 1 ms is seen
        chart.getStyler().setyAxisTickLabelsFormattingFunction(Texts::number);
        List<String> bars =
                PAUSES.stream().map(name -> name.replaceFirst(".*\\.(\\w+) .*, ", "$1, ")).toList();
        for (String contender : byContender(figures.of(PAUSES.getFirst())).keySet()) {
            List<Double> pauses =
                    PAUSES.stream()
                            .flatMap(name -> figures.of(name, contender))
                            .map(m -> Math.max(1, m.value()))
                            .toList();
            chart.addSeries(Texts.contender(contender), bars, pauses)
                    .setFillColor(Palette.color(contender));
        }
        return chart;
    }

    private static XYChart lines(String title, String x, String y) {
        XYChart chart =
                new XYChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title(title)
                        .xAxisTitle(x)
                        .yAxisTitle(y)
                        .build();
        style(chart.getStyler());
        return chart;
    }

    private static void style(AxesChartStyler styler) {
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(new Color(0xe0e0e0));
        styler.setPlotGridLinesStroke(new BasicStroke(1));
        styler.setLegendPosition(Styler.LegendPosition.OutsideE);
        styler.setLegendBorderColor(Color.WHITE);
        styler.setChartTitleBoxVisible(false);
        styler.setMarkerSize(6);
    }

    private static Map<String, List<Measurement>> byContender(Stream<Measurement> figures) {
        Map<String, List<Measurement>> rows = new LinkedHashMap<>();
        figures.forEach(m -> rows.computeIfAbsent(m.contender(), n -> new ArrayList<>()).add(m));
        return rows;
    }

    private static void addLine(
            XYChart chart, String title, String contender, List<Measurement> row, String param) {
        if (!row.isEmpty()) {
            ToDoubleFunction<Measurement> x = m -> m.number(param);
            series(
                    chart,
                    title,
                    contender,
                    row.stream().mapToDouble(x).boxed().toList(),
                    row.stream().map(Measurement::value).toList());
        }
    }

    private static void series(
            XYChart chart, String title, String contender, List<Double> x, List<Double> y) {
        XYSeries series = chart.addSeries(title, x, y);
        series.setLineColor(Palette.color(contender));
        series.setMarkerColor(Palette.color(contender));
        series.setLineStyle(Palette.line(contender));
        series.setMarker(x.size() > 10 ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE);
    }

    private static String power(double entries) {
        return Texts.size(Long.toString(Math.round(entries)));
    }

    private static String percentile(double index) {
        return PERCENTILES.get((int) Math.round(index));
    }

    private static String time(double micros) {
        if (micros < 1) {
            return Texts.number(micros * 1e3) + " ns";
        }
        return micros < 1e3 ? Texts.number(micros) + " µs" : Texts.number(micros / 1e3) + " ms";
    }
}
