/* Limits of a heap that change, and the pages of a map. */
#include <fstream>

#include "support.h"

namespace tophash::test {
namespace {

TEST(HeapLimit, CanBeSetAnew) {
    Heap heap;
    EXPECT_EQ(0u, heap.stats().byte_limit);
    EXPECT_EQ(TH_INVALID, th_heap_set_limit(nullptr, 5));
    Map map(heap, longType());
    fillLong(map, 0, 1000);
    uint64_t live = heap.stats().live_bytes;
    ASSERT_EQ(TH_OK, th_heap_set_limit(heap.raw(), live / 2));
    EXPECT_EQ(live / 2, heap.stats().byte_limit);
    EXPECT_EQ(live, heap.stats().live_bytes) << "what is held stays";
    EXPECT_EQ(TH_NO_MEMORY, map.reserve(100000));
    EXPECT_EQ(1000, map.size());
    ASSERT_EQ(TH_OK, th_heap_set_limit(heap.raw(), live * 1000));
    EXPECT_EQ(TH_OK, map.reserve(100000));
    ASSERT_EQ(TH_OK, th_heap_set_limit(heap.raw(), 0));
    EXPECT_EQ(0u, heap.stats().byte_limit);
    EXPECT_EQ(TH_OK, map.reserve(1000000));
    EXPECT_TRUE(isSound(map));
}

TEST(HeapLimit, CountsWhatItRefuses) {
    Heap heap(100000);
    EXPECT_EQ(100000u, heap.stats().byte_limit);
    Map map(heap, longType());
    fillLong(map, 0, 100);
    EXPECT_EQ(0u, heap.stats().refusals);
    EXPECT_EQ(0u, heap.stats().refused_bytes);
    EXPECT_EQ(TH_NO_MEMORY, map.reserve(100000));
    th_heap_stats first = heap.stats();
    EXPECT_EQ(1u, first.refusals);
    EXPECT_GT(first.refused_bytes, 16384 * 144u);
    EXPECT_EQ(TH_NO_MEMORY, map.reserve(1000000));
    EXPECT_EQ(2u, heap.stats().refusals);
    EXPECT_GT(heap.stats().refused_bytes, 8 * first.refused_bytes / 2);
    th_test_fail_allocation(heap.raw(), 0);
    EXPECT_EQ(TH_NO_MEMORY, map.reserve(200));
    EXPECT_EQ(2u, heap.stats().refusals) << "that was not the limit";
}

/* The VmFlags of the mapping that an address lies in; empty where the system does not tell. */
std::string flagsOf(const void *address) {
    std::ifstream maps("/proc/self/smaps");
    auto wanted = reinterpret_cast<uintptr_t>(address);
    bool inside = false;
    for (std::string line; std::getline(maps, line);) {
        unsigned long from, to;
        if (std::sscanf(line.c_str(), "%lx-%lx ", &from, &to) == 2)
            inside = from <= wanted && wanted < to;
        if (inside && line.rfind("VmFlags:", 0) == 0)
            return line + " ";
    }
    return {};
}

std::string flagsOfValue(const Map &map, const std::string &key) {
    const void *value = nullptr;
    EXPECT_EQ(TH_PRESENT, th_find(map.raw(), map.stamp(), key.data(), key.size(), &value, nullptr));
    return flagsOf(value);
}

TEST(Pages, AreAdvisedForArraysAndBytes) {
    if (!addressSpaceIsFree() || flagsOf("text").empty())
        GTEST_SKIP() << "no flags of mappings here";
    for (bool heapHuge : {false, true}) {
        th_heap_options heapOptions{};
        heapOptions.huge_pages = heapHuge;
        th_heap *heap = nullptr;
        ASSERT_EQ(TH_OK, th_heap_create(&heapOptions, &heap));
        for (uint8_t pages : {TH_PAGES_HEAP, TH_PAGES_HUGE, TH_PAGES_SMALL}) {
            th_type type = typeOf(kKeyParts[0], kValueParts[7]);
            th_placement placement{};
            placement.pages = pages;
            th_map_options options = sized(500000);
            options.placement = &placement;
            th_map *map = nullptr;
            uint64_t stamp = 0;
            ASSERT_EQ(TH_OK, th_map_create(heap, &type, &options, &map, &stamp));
            std::string large(20 << 20, 'x');
            ASSERT_EQ(TH_ABSENT, th_put(map, stamp, packed(1).data(), 8, "v", 1));
            ASSERT_EQ(TH_ABSENT, th_put(map, stamp, packed(2).data(), 8, large.data(), large.size()));
            bool huge = pages == TH_PAGES_HUGE || (pages == TH_PAGES_HEAP && heapHuge);
            for (uint64_t key : {1u, 2u}) { /* in the array, in the bytes heap */
                const void *value = nullptr;
                ASSERT_EQ(TH_PRESENT, th_find(map, stamp, packed(key).data(), 8, &value, nullptr));
                std::string flags = flagsOf(value);
                EXPECT_EQ(huge, flags.find(" hg ") != std::string::npos) << flags << key;
                EXPECT_EQ(pages == TH_PAGES_SMALL, flags.find(" nh ") != std::string::npos) << flags << key;
            }
            ASSERT_EQ(TH_OK, th_map_close(map, stamp));
        }
        ASSERT_EQ(TH_OK, th_heap_destroy(heap));
    }
}

/* Also for what comes later: growth, a new bytes heap. */
TEST(Pages, StayWithTheMap) {
    if (!addressSpaceIsFree() || flagsOf("text").empty())
        GTEST_SKIP() << "no flags of mappings here";
    Heap heap;
    th_placement small{};
    small.pages = TH_PAGES_SMALL;
    th_map_options options{};
    options.placement = &small;
    Map map(heap, bytesBytesType(), options);
    ASSERT_EQ(TH_ABSENT, map.put("key", "value"));
    ASSERT_EQ(TH_ABSENT, map.put("long", std::string(200000, 'x')));
    auto expectSmall = [&](const std::string &key) {
        std::string flags = flagsOfValue(map, key);
        EXPECT_NE(std::string::npos, flags.find(" nh ")) << key << flags;
    };
    expectSmall("long");
    ASSERT_EQ(TH_OK, map.reserve(100000));
    ASSERT_EQ(TH_ABSENT, map.put("new", "value"));
    expectSmall("new");
    ASSERT_EQ(TH_OK, map.shrink());
    expectSmall("long");
}

TEST(Pages, OthersAreInvalid) {
    Heap heap;
    for (int pages = TH_PAGES_1G + 1; pages < 256; pages++) {
        th_placement placement{};
        placement.pages = static_cast<uint8_t>(pages);
        th_map_options options{};
        options.placement = &placement;
        Map map(heap, longType(), options);
        EXPECT_EQ(TH_INVALID, map.created());
    }
    EXPECT_EQ(0u, heap.stats().maps);
}

} // namespace
} // namespace tophash::test
