package dev.tophash.conformance;

import dev.tophash.Codec;
import dev.tophash.Codecs;
import dev.tophash.NativeMap;

import java.util.Map;

final class CommonsNullableMapTest extends CommonsMapSuite<String, String> {
    @Override
    Map<String, String> create(Suites.Opened maps) {
        Codec<String> codec = Codecs.nullable(Codecs.STRING);
        return maps.add(NativeMap.create(codec, codec));
    }
}
