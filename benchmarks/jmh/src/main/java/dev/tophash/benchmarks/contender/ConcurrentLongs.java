package dev.tophash.benchmarks.contender;

import dev.tophash.ConcurrentLongLongMap;
import dev.tophash.OffHeap;

import java.util.Map;

final class ConcurrentLongs implements LongMap {
    private final ConcurrentLongLongMap map = ConcurrentLongLongMap.create();

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
    public void getAll(long[] keys, long[] values, int offset, int length) {
        map.getAll(keys, values, offset, length);
    }

    @Override
    public void putAll(long[] keys, long[] values, int offset, int length) {
        map.putAll(keys, values, offset, length);
    }

    @Override
    public void removeAll(long[] keys, int offset, int length) {
        map.removeAll(keys, offset, length);
    }

    @Override
    public long sumForEach() {
        Sum sum = new Sum();
        map.forEach(sum::add);
        return sum.value;
    }

    @Override
    public long sumIterator() {
        long sum = 0;
        for (Map.Entry<Long, Long> entry : map.asMap().entrySet()) {
            sum += entry.getKey() + entry.getValue();
        }
        return sum;
    }

    @Override
    public Map<Long, Long> asMap() {
        return map.asMap();
    }

    @Override
    public OffHeap offHeap() {
        return map;
    }

    @Override
    public void close() {
        map.close();
    }
}
