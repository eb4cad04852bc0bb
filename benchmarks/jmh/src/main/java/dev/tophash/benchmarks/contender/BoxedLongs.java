package dev.tophash.benchmarks.contender;

import dev.tophash.OffHeap;

import java.util.Map;

/** A map of the JDK's kind. */
final class BoxedLongs implements LongMap {
    private final Map<Long, Long> map;

    BoxedLongs(Map<Long, Long> map) {
        this.map = map;
    }

    @Override
    public long get(long key) {
        Long value = map.get(key);
        return value == null ? 0 : value;
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
        map.forEach(sum::add);
        return sum.value;
    }

    @Override
    public long sumIterator() {
        long sum = 0;
        for (Map.Entry<Long, Long> entry : map.entrySet()) {
            sum += entry.getKey() + entry.getValue();
        }
        return sum;
    }

    @Override
    public Map<Long, Long> asMap() {
        return map;
    }

    @Override
    public OffHeap offHeap() {
        return map instanceof OffHeap offHeap ? offHeap : null;
    }

    @Override
    public void close() {
        if (map instanceof OffHeap offHeap) {
            offHeap.close();
        }
    }
}
