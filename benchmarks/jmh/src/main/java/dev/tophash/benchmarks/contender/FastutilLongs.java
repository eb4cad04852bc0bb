package dev.tophash.benchmarks.contender;

import it.unimi.dsi.fastutil.longs.Long2LongMap;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import it.unimi.dsi.fastutil.objects.ObjectIterator;

import java.util.Map;

final class FastutilLongs implements LongMap {
    private final Long2LongOpenHashMap map = new Long2LongOpenHashMap();

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
        map.long2LongEntrySet()
                .fastForEach(entry -> sum.add(entry.getLongKey(), entry.getLongValue()));
        return sum.value;
    }

    @Override
    public long sumIterator() {
        ObjectIterator<Long2LongMap.Entry> entries = map.long2LongEntrySet().fastIterator();
        long sum = 0;
        while (entries.hasNext()) {
            Long2LongMap.Entry entry = entries.next();
            sum += entry.getLongKey() + entry.getLongValue();
        }
        return sum;
    }

    @Override
    public Map<Long, Long> asMap() {
        return map;
    }
}
