package dev.tophash.benchmarks.contender;

import dev.tophash.Codec;
import dev.tophash.Codecs;
import dev.tophash.ConcurrentNativeMap;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** The tables by name that are compared. */
public enum NameTableContender {
    TOPHASH_CONCURRENT {
        @Override
        public <V> NameTable<V> create(Codec<V> values) {
            ConcurrentNativeMap<String, V> map = ConcurrentNativeMap.create(Codecs.STRING, values);
            return new Concurrent<>(map) {
                @Override
                public long nativeBytes() {
                    return map.nativeBytes();
                }

                @Override
                public void close() {
                    map.close();
                }
            };
        }
    },

    CONCURRENT_HASHMAP {
        @Override
        public <V> NameTable<V> create(Codec<V> values) {
            return new Concurrent<>(new ConcurrentHashMap<>());
        }
    },

    /** A {@code HashMap} under a {@code ReentrantReadWriteLock}. */
    HASHMAP_RWLOCK {
        @Override
        public <V> NameTable<V> create(Codec<V> values) {
            return new ReadWriteLocked<>();
        }
    },

    /** A {@code HashMap} of which every use is {@code synchronized}. */
    HASHMAP_SYNCHRONIZED {
        @Override
        public <V> NameTable<V> create(Codec<V> values) {
            return new Synchronized<>();
        }
    };

    /** An empty table. The codec is for those that keep bytes; the others keep objects. */
    public abstract <V> NameTable<V> create(Codec<V> values);

    private static class Concurrent<V> implements NameTable<V> {
        private final ConcurrentMap<String, V> map;

        Concurrent(ConcurrentMap<String, V> map) {
            this.map = map;
        }

        @Override
        public V get(String name) {
            return map.get(name);
        }

        @Override
        public void update(Map<String, V> put, Collection<String> remove) {
            map.putAll(put);
            remove.forEach(map::remove);
        }
    }

    private static final class ReadWriteLocked<V> implements NameTable<V> {
        private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
        private final Lock readLock = lock.readLock();
        private final Map<String, V> map = new HashMap<>();

        @Override
        public V get(String name) {
            readLock.lock();
            try {
                return map.get(name);
            } finally {
                readLock.unlock();
            }
        }

        @Override
        public void update(Map<String, V> put, Collection<String> remove) {
            lock.writeLock().lock();
            try {
                map.putAll(put);
                remove.forEach(map::remove);
            } finally {
                lock.writeLock().unlock();
            }
        }
    }

    private static final class Synchronized<V> implements NameTable<V> {
        private final Map<String, V> map = new HashMap<>();

        @Override
        public synchronized V get(String name) {
            return map.get(name);
        }

        @Override
        public synchronized void update(Map<String, V> put, Collection<String> remove) {
            map.putAll(put);
            remove.forEach(map::remove);
        }
    }
}
