package dev.tophash.benchmarks.contender;

import org.agrona.collections.Long2LongHashMap;

import java.util.Map;

final class AgronaLongs implements LongMap {
    /** A value that no benchmark uses: the map cannot hold the one that stands for absent keys. */
    private static final long MISSING = Long.MIN_VALUE;

    private final Long2LongHashMap map = new Long2LongHashMap(MISSING);

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
        map.forEachLong(sum::add);
        return sum.value;
    }

    @Override
    public long sumIterator() {
        Long2LongHashMap.EntryIterator entries = map.entrySet().iterator();
        long sum = 0;
        while (entries.hasNext()) {
            entries.next();
            sum += entries.getLongKey() + entries.getLongValue();
        }
        return sum;
    }

    @Override
    public Map<Long, Long> asMap() {
        return map;
    }
}
