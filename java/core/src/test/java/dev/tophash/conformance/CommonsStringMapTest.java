package dev.tophash.conformance;

import dev.tophash.Codecs;
import dev.tophash.NativeMap;

import java.util.Map;

final class CommonsStringMapTest extends CommonsMapSuite<String, String> {
    @Override
    Map<String, String> create(Suites.Opened maps) {
        return maps.add(NativeMap.create(Codecs.STRING, Codecs.STRING));
    }

    @Override
    public boolean isAllowNullKey() {
        return false;
    }

    @Override
    public boolean isAllowNullValue() {
        return false;
    }
}
