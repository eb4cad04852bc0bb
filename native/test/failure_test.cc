/*
 * Every allocation of a scripted load fails once, each in a run of its own. The operation that met it must
 * answer TH_NO_MEMORY and leave the map as it was; repeated, it must succeed.
 */
#include <functional>

#include "support.h"

namespace tophash::test {
namespace {

constexpr int64_t kNone = -1;

/* Runs one operation; when it fails for want of memory, checks the map and runs it once more. */
class Script {
  public:
    Script(Twin &twin, Heap &heap) : twin_(twin), heap_(heap) {}

    void step(const std::function<th_status()> &operation) {
        twin_.failing = true;
        uint64_t live = heap_.stats().live_bytes;
        th_status status = operation();
        if (status == TH_NO_MEMORY) {
            failed++;
            EXPECT_TRUE(isConsistent(twin_.map, twin_.model)) << "after a failed allocation";
            EXPECT_LE(heap_.stats().live_bytes, live + slack()) << "a failed operation keeps memory";
            th_test_fail_allocation(heap_.raw(), kNone);
            twin_.failing = false;
            EXPECT_GE(operation(), 0) << "fails although there is memory";
        }
    }

    int failed = 0;

  private:
    /* A failed call may have done a preparation that the next one needs, such as a first segment. */
    static uint64_t slack() { return 1u << 16; }

    Twin &twin_;
    Heap &heap_;
};

void load(Twin &twin, Heap &heap, Script &script) {
    const th_type &type = twin.map.type();
    uint64_t n = std::min<uint64_t>(keyCount(type) / 2, 130);
    auto key = [&](uint64_t i) { return makeKey(type, i); };
    auto value = [&](uint64_t i) { return makeValue(type, i); };
    for (uint64_t i = 0; i < n; i++)
        script.step([&] { return twin.put(key(i), value(i)); });
    for (uint64_t i = 0; i < n; i += 3)
        script.step([&] { return twin.put(key(i), value(i + 55)); });
    for (uint64_t i = 0; i < n; i += 2)
        twin.remove(key(i));
    script.step([&] { return twin.shrink(); });
    for (uint64_t i = 0; i < n; i += 4)
        script.step([&] { return twin.putIfAbsent(key(i), value(i)); });
    script.step([&] { return twin.reserve(4 * n); });
    script.step([&] { return twin.clear(); });
    for (uint64_t i = 0; i < n / 4; i++)
        script.step([&] { return twin.put(key(i), value(i + 60)); });
    EXPECT_TRUE(isConsistent(twin.map, twin.model));
    (void)heap;
}

class FailureTest : public testing::TestWithParam<std::tuple<NamedType, bool>> {};

TEST_P(FailureTest, EveryAllocationMayFail) {
    const th_type &type = std::get<0>(GetParam()).type;
    bool deferred = std::get<1>(GetParam());
    for (int64_t k = 0;; k++) {
        ASSERT_LT(k, 2000);
        Heap heap(0, deferred);
        Twin twin(heap, type, seeded(1));
        ASSERT_EQ(TH_OK, twin.map.created());
        th_test_fail_allocation(heap.raw(), k);
        Script script(twin, heap);
        load(twin, heap, script);
        th_test_fail_allocation(heap.raw(), kNone);
        if (HasFailure()) {
            FAIL() << "allocation " << k << " failed";
        }
        if (script.failed == 0) {
            EXPECT_GT(k, 3) << "the load hardly allocates";
            break;
        }
        EXPECT_EQ(1, script.failed);
    }
}

INSTANTIATE_TEST_SUITE_P(KeyKinds, FailureTest,
                         testing::Combine(testing::ValuesIn(keyKinds()), testing::Bool()),
                         [](const auto &param) {
                             return std::get<0>(param.param).name +
                                    (std::get<1>(param.param) ? "_deferred" : "");
                         });

TEST(Failure, CreatingAMap) {
    for (const NamedType &named : keyKinds()) {
        for (uint64_t expected : {0, 8, 1000}) {
            for (int64_t k = 0; k < 10; k++) {
                Heap heap;
                th_test_fail_allocation(heap.raw(), k);
                th_map *map = nullptr;
                uint64_t stamp = 0;
                th_map_options options = sized(expected);
                th_status status = th_map_create(heap.raw(), &named.type, &options, &map, &stamp);
                th_test_fail_allocation(heap.raw(), kNone);
                if (status == TH_OK) {
                    EXPECT_GT(k, 0);
                    EXPECT_EQ(TH_OK, th_map_close(map, stamp));
                    break;
                }
                EXPECT_EQ(TH_NO_MEMORY, status);
                EXPECT_EQ(0u, heap.stats().live_bytes) << named.name;
                EXPECT_EQ(0u, heap.stats().maps) << named.name;
            }
        }
    }
}

/* While nothing can be allocated at all, what is there stays usable. */
TEST(Failure, ReadingReplacingAndRemovingNeedNoMemory) {
    for (const NamedType &named : keyKinds()) {
        if (named.type.value_kind == TH_KIND_BYTES)
            continue;
        for (bool growing : {false, true}) {
            Heap heap;
            Twin twin(heap, named.type);
            uint64_t n = 0, most = std::min<uint64_t>(keyCount(named.type), 3000);
            while (n < most && (n < 100 || twin.map.stats().growing != growing)) {
                twin.put(makeKey(named.type, n), makeValue(named.type, n));
                n++;
            }
            int64_t attempts = th_test_allocations(heap.raw());
            auto unusable = [&] { th_test_fail_allocation(heap.raw(), 0); };
            for (uint64_t i = 0; i < n; i++) {
                unusable();
                EXPECT_EQ(TH_PRESENT, twin.find(makeKey(named.type, i)));
                unusable();
                EXPECT_EQ(TH_PRESENT, twin.remove(makeKey(named.type, i))) << "removal answered otherwise";
            }
            EXPECT_EQ(attempts, th_test_allocations(heap.raw())) << named.name << ": removing allocates";
            th_test_fail_allocation(heap.raw(), kNone);
            ASSERT_TRUE(isConsistent(twin.map, twin.model)) << named.name;
        }
    }
}

/* th_make_room reports what a quick call needed and could not get. */
TEST(Failure, QuickCallsReportThroughMakeRoom) {
    for (const th_type &type : {longType(), bytesLongType()}) {
        for (int64_t k = 0; k < 40; k++) {
            Heap heap;
            Twin twin(heap, type);
            twin.quick = true;
            th_test_fail_allocation(heap.raw(), k);
            Script script(twin, heap);
            for (uint64_t i = 0; i < 300; i++) {
                script.step([&] { return twin.put(makeKey(type, i), makeValue(type, i)); });
                script.step([&] { return twin.add(makeKey(type, i * 7), 1); });
            }
            th_test_fail_allocation(heap.raw(), kNone);
            expectConsistent(twin);
            if (HasFailure()) {
                FAIL() << "allocation " << k << " failed";
            }
            if (script.failed == 0)
                break;
        }
    }
}

/* A size that was refused is forgotten: the next write makes a small array, not the one that did not fit. */
TEST(Failure, AReserveThatFailsLeavesNoTrace) {
    Heap heap(1u << 20);
    Map map(heap, longType());
    EXPECT_EQ(TH_NO_MEMORY, map.reserve(uint64_t{1} << 24));
    EXPECT_EQ(TH_ABSENT, map.withRoom(0, [&] { return th_word_put(map.raw(), map.stamp(), 1, 2); }));
    EXPECT_EQ(1u, map.stats(0).buckets);
}

} // namespace
} // namespace tophash::test
