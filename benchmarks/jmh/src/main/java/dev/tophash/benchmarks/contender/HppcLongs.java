package dev.tophash.benchmarks.contender;

import com.carrotsearch.hppc.LongLongHashMap;
import com.carrotsearch.hppc.cursors.LongLongCursor;
import com.carrotsearch.hppc.procedures.LongLongProcedure;

final class HppcLongs implements LongMap {
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
        map.forEach((LongLongProcedure) sum::add);
        return sum.value;
    }

    @Override
    public long sumIterator() {
        long sum = 0;
        for (LongLongCursor entry : map) {
            sum += entry.key + entry.value;
        }
        return sum;
    }
}
