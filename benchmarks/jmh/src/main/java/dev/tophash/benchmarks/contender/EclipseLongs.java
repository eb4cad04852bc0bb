package dev.tophash.benchmarks.contender;

import org.eclipse.collections.api.tuple.primitive.LongLongPair;
import org.eclipse.collections.impl.map.mutable.primitive.LongLongHashMap;

final class EclipseLongs implements LongMap {
    private final LongLongHashMap map = new LongLongHashMap();

    @Override
    public long get(long key) {
        return map.get(key);
    }

    @Override
    public void put(long key, long value) {
        map.put(key, value);
    }

    @Override
    public void remove(long key) {
        map.remove(key);
    }

    @Override
    public long sumForEach() {
        Sum sum = new Sum();
        map.forEachKeyValue(sum::add);
        return sum.value;
    }

    @Override
    public long sumIterator() {
        long sum = 0;
        for (LongLongPair entry : map.keyValuesView()) {
            sum += entry.getOne() + entry.getTwo();
        }
        return sum;
    }
}
