/*
 * Readers of a sharded map write to nothing that another thread reads: with every page of the heap read-only,
 * they go on as if nothing were. One store would end the process, which is a child for that reason.
 */
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <sstream>

#include "support.h"

namespace tophash::test {
namespace {

struct Range {
    uintptr_t start;
    uintptr_t end;
};

/* What is mapped and writable. */
std::vector<Range> writable() {
    std::vector<Range> ranges;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        uintptr_t start = 0, end = 0;
        char dash = 0;
        std::string rights;
        std::istringstream fields(line);
        fields >> std::hex >> start >> dash >> end >> rights;
        if (rights.size() >= 2 && rights[1] == 'w')
            ranges.push_back({start, end});
    }
    return ranges;
}

/* Parts of `now` that were not mapped before. */
std::vector<Range> added(const std::vector<Range> &before, std::vector<Range> now) {
    for (const Range &old : before) {
        std::vector<Range> rest;
        for (const Range &range : now) {
            if (range.start < std::min(range.end, old.start))
                rest.push_back({range.start, std::min(range.end, old.start)});
            if (std::max(range.start, old.end) < range.end)
                rest.push_back({std::max(range.start, old.end), range.end});
        }
        now = rest;
    }
    return now;
}

/* Runs work in a child process; its exit status, or 1000 and the signal that ended it. */
int inChild(const std::function<int()> &work) {
    pid_t child = fork();
    if (child == 0)
        _exit(work());
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

constexpr uint64_t kKeys = 20000;

/* Memory for keys and answers that was there before the heap. */
struct Buffers {
    std::vector<uint64_t> keys = std::vector<uint64_t>(2 * kKeys);
    std::vector<uint64_t> values = std::vector<uint64_t>(2 * kKeys);
    std::vector<uint8_t> found = std::vector<uint8_t>(2 * kKeys);
};

th_map *shardOf(th_map *map, uint64_t stamp, uint64_t key, uint64_t *shardStamp) {
    th_map *shard = nullptr;
    th_status index = th_shard_of(map, stamp, &key, sizeof key);
    if (index < 0 || th_shard(map, stamp, static_cast<uint32_t>(index), &shard, shardStamp) != TH_OK)
        complain("no shard");
    return shard;
}

void fill(th_map *map, uint64_t stamp) {
    for (uint64_t i = 0; i < kKeys; i++) {
        uint64_t key = mix(i), value = ~key, shardStamp = 0;
        th_map *shard = shardOf(map, stamp, key, &shardStamp);
        if (th_put(shard, shardStamp, &key, sizeof key, &value, sizeof value) < 0)
            complain("no room");
    }
}

int readAll(th_map *map, uint64_t stamp, Buffers &b) {
    for (uint64_t i = 0; i < 2 * kKeys; i++) {
        b.keys[i] = mix(i);
        bool there = i < kKeys;
        if (th_word_get(map, stamp, b.keys[i], 7) != (there ? ~b.keys[i] : 7) ||
            th_word_contains(map, stamp, b.keys[i]) != (there ? TH_PRESENT : TH_ABSENT))
            return 1;
        uint64_t length = 0;
        th_status status = th_entry_get(map, stamp, reinterpret_cast<const uint8_t *>(&b.keys[i]), 8,
                                        reinterpret_cast<uint8_t *>(&b.values[i]), 8, &length);
        if (status != (there ? TH_PRESENT : TH_ABSENT))
            return 2;
    }
    th_progress progress{};
    while (th_word_get_all(map, stamp, b.keys.data(), b.values.data(), 2 * kKeys, 7, &progress) == TH_MORE) {
    }
    if (progress.hits != kKeys)
        return 3;
    progress = {};
    while (th_word_contains_all(map, stamp, b.keys.data(), b.found.data(), 2 * kKeys, &progress) == TH_MORE) {
    }
    return progress.hits == kKeys && th_map_size(map, stamp) == static_cast<int64_t>(kKeys) ? 0 : 4;
}

/* Makes a map, protects its heap, and calls work with it. */
int withProtectedMap(const std::function<int(th_map *, uint64_t, Buffers &)> &work) {
    return inChild([&] {
        Buffers buffers;
        std::vector<Range> before = writable();
        th_heap_options heapOptions{};
        heapOptions.deferred = 1;
        th_heap *heap = nullptr;
        th_map *map = nullptr;
        uint64_t stamp = 0;
        th_map_options options{};
        options.shards = 16;
        th_type type = longType();
        if (th_heap_create(&heapOptions, &heap) != TH_OK ||
            th_map_create(heap, &type, &options, &map, &stamp) != TH_OK)
            return 10;
        fill(map, stamp);
        std::vector<Range> heapPages = added(before, writable());
        uint64_t bytes = 0;
        for (const Range &range : heapPages) {
            bytes += range.end - range.start;
            if (mprotect(reinterpret_cast<void *>(range.start), range.end - range.start, PROT_READ) != 0)
                return 11;
        }
        return bytes < kKeys * 16 ? 12 : work(map, stamp, buffers);
    });
}

TEST(ShardedReadonly, ReadersWriteToNothing) {
    if (TOPHASH_SANITIZED)
        GTEST_SKIP() << "sanitizers map and write memory of their own";
    EXPECT_EQ(0, withProtectedMap(readAll));
}

TEST(ShardedReadonly, AWriterWouldBeSeen) {
    if (TOPHASH_SANITIZED)
        GTEST_SKIP() << "sanitizers map and write memory of their own";
    EXPECT_EQ(1000 + SIGSEGV, withProtectedMap([](th_map *map, uint64_t stamp, Buffers &) {
                  uint64_t key = mix(1), value = 3, shardStamp = 0;
                  th_map *shard = nullptr;
                  /* th_shard would write too: a stamp that is known serves as well. */
                  if (th_shard_of(map, stamp, &key, sizeof key) < 0)
                      return 1;
                  return th_shard(map, stamp, 0, &shard, &shardStamp) == TH_OK &&
                                 th_put(shard, shardStamp, &key, 8, &value, 8) >= 0
                             ? 2
                             : 3;
              }));
}

} // namespace
} // namespace tophash::test
