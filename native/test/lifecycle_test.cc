/* Heaps, the empty map, stamps, and what a map costs before its first write. */
#include <memory>

#include "calls.h"

namespace tophash::test {
namespace {

void expectClosed(th_map *map, uint64_t stamp, const char *when) {
    for (const Call &call : readers())
        EXPECT_EQ(TH_CLOSED, call.make(map, stamp)) << call.name << ' ' << when;
    for (const Call &call : writers())
        EXPECT_EQ(TH_CLOSED, call.make(map, stamp)) << call.name << ' ' << when;
    EXPECT_EQ(77u, th_word_get(map, stamp, 1, 77)) << when;
    EXPECT_EQ(78u, th_bytes_get(map, stamp, kText, 4, 78)) << when;
}

TEST(Lifecycle, OutdatedStampsAnswerClosedAfterClose) {
    Heap heap;
    for (const th_type &type : {longType(), bytesLongType(), bytesBytesType()}) {
        Map map(heap, type);
        ASSERT_EQ(TH_ABSENT, map.put(makeKey(type, 1), makeValue(type, 5)));
        ASSERT_EQ(TH_OK, map.close());
        expectClosed(map.raw(), map.stamp(), "after close");
    }
}

TEST(Lifecycle, OutdatedStampsAnswerClosedAfterTheSlotIsUsedAgain) {
    Heap heap;
    Map old(heap, longType());
    ASSERT_EQ(TH_ABSENT, old.put(packed(1), packed(5)));
    ASSERT_EQ(TH_OK, old.close());
    /* One of many new maps gets the old one's header. */
    std::vector<std::unique_ptr<Map>> maps;
    bool reused = false;
    for (int i = 0; i < 5000 && !reused; i++) {
        maps.push_back(std::make_unique<Map>(heap, longType()));
        reused = maps.back()->raw() == old.raw();
    }
    ASSERT_TRUE(reused);
    Map &current = *maps.back();
    EXPECT_NE(old.stamp(), current.stamp());
    ASSERT_EQ(TH_ABSENT, current.put(packed(1), packed(6)));
    expectClosed(old.raw(), old.stamp(), "after reuse");
    EXPECT_EQ(6u, th_word_get(current.raw(), current.stamp(), 1, 0)) << "the old stamp reached the new map";
    EXPECT_EQ(1, current.size());
    EXPECT_TRUE(isSound(current));
}

TEST(Lifecycle, StampsAreNotGuessable) {
    Heap heap;
    Map map(heap, longType());
    for (uint64_t wrong : {uint64_t{0}, map.stamp() + 2, map.stamp() + 256, map.stamp() - 256, ~map.stamp(),
                           th_empty_stamp()}) {
        expectClosed(map.raw(), wrong, "with a wrong stamp");
    }
    EXPECT_EQ(0, map.size());
}

TEST(Lifecycle, TheEmptyMapIsEmptyForEveryType) {
    th_map *map = th_empty_map();
    uint64_t stamp = th_empty_stamp();
    ASSERT_NE(nullptr, map);
    EXPECT_EQ(map, th_empty_map());
    for (const Call &call : readers())
        EXPECT_EQ(TH_OK, call.make(map, stamp)) << call.name;
    for (uint64_t length : {0, 1, 4, 8, 17, 128}) {
        std::string key(length, 'x');
        EXPECT_EQ(TH_ABSENT, th_find(map, stamp, key.data(), length, nullptr, nullptr)) << length;
    }
    EXPECT_EQ(5u, th_word_get(map, stamp, 1, 5));
    EXPECT_EQ(6u, th_bytes_get(map, stamp, kText, 4, 6));

    uint64_t values[2] = {};
    th_progress progress{};
    EXPECT_EQ(TH_OK, th_word_get_all(map, stamp, kKeys, values, 2, 9, &progress));
    EXPECT_EQ(9u, values[0]);
    EXPECT_EQ(9u, values[1]);
    EXPECT_EQ(2u, progress.done);
    EXPECT_EQ(0u, progress.hits);

    uint8_t found[2] = {9, 9}, bytes[2] = {7, 7};
    for (bool valueEnds : {true, false}) {
        progress = {};
        EXPECT_EQ(TH_OK, th_entry_get_all(map, stamp, kText, 4, nullptr, nullptr, bytes, 2,
                                          valueEnds ? values : nullptr, found, 2, &progress));
        EXPECT_EQ(std::string({0, 0}), std::string(found, found + 2));
        EXPECT_EQ(std::string({7, 7}), std::string(bytes, bytes + 2));
        EXPECT_EQ(0u, values[0] + values[1]);
    }

    th_map_stats stats{};
    EXPECT_EQ(TH_OK, th_map_get_stats(map, stamp, 1, &stats));
    EXPECT_EQ(0u, stats.size);
    EXPECT_EQ(0u, stats.buckets);
}

TEST(Lifecycle, TheEmptyMapIsNeverWrittenOrClosed) {
    for (const Call &call : writers()) {
        EXPECT_EQ(TH_CLOSED, call.make(th_empty_map(), th_empty_stamp())) << call.name;
    }
    EXPECT_EQ(0, th_map_size(th_empty_map(), th_empty_stamp()));
}

TEST(Lifecycle, ANewMapHasNoBuckets) {
    Heap heap;
    for (const NamedType &named : allTypes()) {
        Map map(heap, named.type);
        th_map_stats stats = map.stats(true);
        EXPECT_EQ(0u, stats.buckets) << named.name;
        EXPECT_EQ(0u, stats.bucket_bytes) << named.name;
        std::string key = makeKey(named.type, 1);
        EXPECT_EQ(TH_ABSENT, map.find(key)) << named.name;
        EXPECT_EQ(TH_ABSENT, map.remove(key)) << named.name;
        EXPECT_EQ(TH_OK, map.clear()) << named.name;
        EXPECT_EQ(TH_OK, map.shrink()) << named.name;
        EXPECT_TRUE(walkAll(map).empty()) << named.name;
        EXPECT_EQ(0u, map.stats().buckets) << named.name << ": reading allocated";
        EXPECT_TRUE(isSound(map)) << named.name;
    }
}

TEST(Lifecycle, AMillionNeverWrittenMapsLeaveNothing) {
    OnOneCpu here;
    Heap heap;
    { Map first(heap, longType()); }
    uint64_t live = heap.stats().live_bytes, pool = heap.stats().pool_bytes;
    for (uint64_t i = 0; i < scaled(1000000); i++) {
        Map map(heap, longType());
        ASSERT_EQ(TH_OK, map.created());
    }
    EXPECT_EQ(live, heap.stats().live_bytes);
    EXPECT_EQ(pool, heap.stats().pool_bytes) << "headers are not used again";
}

TEST(Lifecycle, WrittenMapsLeaveNothing) {
    OnOneCpu here;
    Heap heap;
    {
        Map first(heap, bytesBytesType());
        first.put(std::string(50, 'k'), std::string(50, 'v'));
    }
    uint64_t pool = heap.stats().pool_bytes;
    for (uint64_t i = 0; i < scaled(20000); i++) {
        Map map(heap, i % 2 ? longType() : bytesBytesType());
        ASSERT_EQ(TH_ABSENT, map.put(makeKey(map.type(), i + 1), makeValue(map.type(), i)));
    }
    EXPECT_EQ(0u, heap.stats().live_bytes);
    EXPECT_LE(heap.stats().pool_bytes, pool + (1u << 20));
}

TEST(Lifecycle, DeferredHeapsRetireUntilReclaim) {
    Heap heap(0, true);
    for (uint64_t i = 0; i < 100; i++) {
        Map map(heap, longType());
        fillLong(map, 0, 500);
    }
    th_heap_stats stats = heap.stats();
    EXPECT_EQ(0u, stats.maps);
    EXPECT_EQ(0u, stats.live_bytes);
    EXPECT_GT(stats.retired_items, 0u);
    EXPECT_GT(stats.retired_bytes, 0u);

    uint64_t batch = 0, later = 0;
    ASSERT_EQ(TH_OK, th_heap_seal(heap.raw(), &batch));
    {
        Map map(heap, longType());
        fillLong(map, 0, 500);
    }
    ASSERT_EQ(TH_OK, th_heap_reclaim(heap.raw(), batch));
    EXPECT_GT(heap.stats().retired_bytes, 0u) << "freed what was retired after the seal";
    EXPECT_LT(heap.stats().retired_bytes, stats.retired_bytes);
    ASSERT_EQ(TH_OK, th_heap_seal(heap.raw(), &later));
    EXPECT_NE(batch, later);
    ASSERT_EQ(TH_OK, th_heap_reclaim(heap.raw(), later));
    EXPECT_EQ(0u, heap.stats().retired_bytes);
    EXPECT_EQ(0u, heap.stats().retired_items);
}

/* Closes maps whose arrays are regions, until the heap says that reclaiming is worth while. */
TEST(Lifecycle, HeapsSayWhenToReclaim) {
    for (bool deferred : {false, true}) {
        Heap heap(0, deferred);
        bool wanted = false;
        for (int i = 0; i < 1100; i++) {
            Map map(heap, longType(), sized(2000));
            ASSERT_EQ(TH_OK, map.close());
            bool wants = th_heap_wants_reclaim(heap.raw()) != 0;
            ASSERT_FALSE(wanted && !wants) << "changed its mind";
            wanted = wants;
        }
        EXPECT_EQ(deferred, wanted);
        heap.reclaim();
        EXPECT_EQ(0, th_heap_wants_reclaim(heap.raw()));
    }
}

/* In deferred mode a closed map's header is not another map's before it is reclaimed. */
TEST(Lifecycle, DeferredHeadersWaitTheirTurn) {
    OnOneCpu here;
    Heap heap(0, true);
    Map first(heap, longType());
    ASSERT_EQ(TH_OK, first.close());
    for (int i = 0; i < 100; i++) {
        Map other(heap, longType());
        ASSERT_NE(first.raw(), other.raw());
    }
    heap.reclaim();
    bool reused = false;
    std::vector<std::unique_ptr<Map>> maps;
    for (int i = 0; i < 200; i++) {
        maps.push_back(std::make_unique<Map>(heap, longType()));
        reused = reused || maps.back()->raw() == first.raw();
    }
    EXPECT_TRUE(reused);
}

TEST(Lifecycle, AHeapWithMapsIsBusy) {
    th_heap *heap = nullptr;
    ASSERT_EQ(TH_OK, th_heap_create(nullptr, &heap));
    th_type type = longType();
    th_map *map = nullptr;
    uint64_t stamp = 0;
    ASSERT_EQ(TH_OK, th_map_create(heap, &type, nullptr, &map, &stamp));
    ASSERT_EQ(TH_ABSENT, th_put(map, stamp, kKeys, 8, kKeys, 8));
    EXPECT_EQ(TH_BUSY, th_heap_destroy(heap));
    EXPECT_EQ(TH_PRESENT, th_word_contains(map, stamp, 1)) << "the refused destroy changed the map";
    ASSERT_EQ(TH_OK, th_map_close(map, stamp));
    EXPECT_EQ(TH_OK, th_heap_destroy(heap));
}

TEST(Lifecycle, NamesAndVersion) {
    EXPECT_STREQ("0.1.0", th_version());
    EXPECT_STREQ("TH_CLOSED", th_status_name(TH_CLOSED));
    EXPECT_STREQ("TH_SMALL_BUFFER", th_status_name(TH_SMALL_BUFFER));
    std::set<std::string> names;
    for (th_status status = TH_REFUSED; status <= TH_MORE; status++)
        names.insert(th_status_name(status));
    EXPECT_EQ(12u, names.size());
    EXPECT_NE(nullptr, th_status_name(-1000));
}

} // namespace
} // namespace tophash::test
