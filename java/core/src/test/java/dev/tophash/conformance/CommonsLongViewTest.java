package dev.tophash.conformance;

import dev.tophash.LongLongMap;

import java.util.Map;
import java.util.stream.LongStream;

final class CommonsLongViewTest extends CommonsMapSuite<Long, Long> {
    @Override
    Map<Long, Long> create(Suites.Opened maps) {
        return maps.add(LongLongMap.create()).asMap();
    }

    @Override
    public boolean isAllowNullKey() {
        return false;
    }

    @Override
    public boolean isAllowNullValue() {
        return false;
    }

    private static Long[] range(long from) {
        return LongStream.range(from, from + 18).boxed().toArray(Long[]::new);
    }

    @Override
    public Long[] getSampleKeys() {
        return range(-9);
    }

    @Override
    public Long[] getSampleValues() {
        return range(100);
    }

    @Override
    public Long[] getNewSampleValues() {
        return range(1000);
    }

    @Override
    public Long[] getOtherKeys() {
        return range(500);
    }

    @Override
    public Long[] getOtherValues() {
        return range(10_000);
    }
}
