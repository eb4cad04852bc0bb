/* Long keys and values: their memory must come back. */
#include "support.h"

namespace tophash::test {
namespace {

std::string longKey(uint64_t i, uint64_t length) {
    std::string key = packed(i);
    key.resize(std::max<uint64_t>(length, 16), static_cast<char>('a' + i % 26));
    return key;
}

TEST(BytesHeap, ShortKeysTakeNoHeap) {
    Heap heap;
    Map map(heap, bytesLongType());
    for (uint64_t length = 0; length <= 12; length++) {
        ASSERT_EQ(TH_ABSENT, map.put(std::string(length, 'k'), packed(1)));
    }
    EXPECT_EQ(0u, map.stats().heap_bytes_live);
    ASSERT_EQ(TH_ABSENT, map.put(std::string(13, 'z'), packed(1)));
    EXPECT_GE(map.stats().heap_bytes_live, 13u);
    EXPECT_LE(map.stats().heap_bytes_live, 32u);
    EXPECT_TRUE(isSound(map));
}

TEST(BytesHeap, RemovalReturnsTheBlock) {
    Heap heap;
    Map map(heap, bytesBytesType());
    std::string key(100, 'k'), value(200, 'v');
    ASSERT_EQ(TH_ABSENT, map.put(key, value));
    uint64_t live = map.stats().heap_bytes_live, dead = map.stats().heap_bytes_dead;
    EXPECT_GE(live, 300u);
    for (int round = 0; round < 100; round++) {
        ASSERT_EQ(TH_PRESENT, map.remove(key));
        ASSERT_EQ(0u, map.stats().heap_bytes_live);
        ASSERT_EQ(dead + live, map.stats().heap_bytes_dead) << "in round " << round;
        ASSERT_EQ(TH_ABSENT, map.put(key, value));
        ASSERT_EQ(live, map.stats().heap_bytes_live);
        ASSERT_EQ(dead, map.stats().heap_bytes_dead) << "the free blocks were not used, round " << round;
    }
    for (int round = 0; round < 100; round++) {
        ASSERT_EQ(TH_PRESENT, map.put(key, std::string(200, static_cast<char>(round))));
        ASSERT_EQ(live + dead, map.stats().heap_bytes_live + map.stats().heap_bytes_dead);
    }
    EXPECT_TRUE(isSound(map));
}

TEST(BytesHeap, ChurnOfLongKeysStaysBounded) {
    Heap heap;
    Map map(heap, bytesLongType());
    const uint64_t window = 500;
    Random random(1);
    std::vector<std::string> live;
    uint64_t rounds = scaled(100000, 5000), most = 0;
    for (uint64_t i = 0; i < rounds; i++) {
        std::string key = longKey(i, 16 + random.below(500));
        ASSERT_EQ(TH_ABSENT, map.put(key, packed(i)));
        live.push_back(key);
        if (live.size() > window) {
            uint64_t victim = random.below(live.size());
            ASSERT_EQ(TH_PRESENT, map.remove(live[victim]));
            live[victim] = live.back();
            live.pop_back();
        }
        most = std::max(most, map.stats().reserved_bytes);
    }
    /* 500 keys of 266 bytes on average are 133 KB; classes, doubling segments and growth on top. */
    EXPECT_LT(most, 4u << 20) << "reserved bytes grow with the churn";
    EXPECT_TRUE(isSound(map));
    for (const std::string &key : live)
        ASSERT_EQ(TH_PRESENT, map.find(key));
    EXPECT_EQ(live.size(), walkAll(map).size());
}

/*
 * Sizes that change over time defeat free lists by size: what 100-byte keys left cannot hold 120-byte keys.
 * Only moving the live bytes together helps then.
 */
TEST(BytesHeap, ChurnOfDriftingSizesStaysBounded) {
    Heap heap;
    Map map(heap, bytesLongType());
    uint64_t n = 0, most = 0;
    for (uint64_t length = 20; length < 1000; length += 9) {
        for (uint64_t i = 0; i < 400; i++, n++) {
            ASSERT_EQ(TH_ABSENT, map.put(longKey(n, length), packed(n)));
            if (n >= 400) {
                ASSERT_EQ(TH_PRESENT, map.remove(longKey(n - 400, length - (i < 400 ? 9 : 0))));
            }
        }
        most = std::max(most, map.stats().reserved_bytes);
    }
    /* 400 keys are at most 400 KB at any time; all that passed through are 21 MB. */
    EXPECT_LT(most, 6u << 20);
    EXPECT_EQ(400, map.size());
    EXPECT_TRUE(isSound(map));
}

TEST(BytesHeap, ValuesReplacedByLongerAndShorter) {
    Heap heap;
    for (const th_type &type : {bytesBytesType(), typeOf(kKeyParts[0], kValueParts[7])}) {
        Twin twin(heap, type);
        Random random(2);
        for (uint64_t i = 0; i < scaled(20000, 1000); i++) {
            uint64_t length = random.below(4) == 0 ? random.below(14) : random.below(700);
            twin.put(makeKey(type, random.below(100)), std::string(length, static_cast<char>(i)));
        }
        EXPECT_LT(twin.map.stats().reserved_bytes, 2u << 20);
        expectConsistent(twin);
        uint64_t bytes = 0;
        for (const auto &[key, value] : twin.model) {
            bytes += (key.size() > 12 ? key.size() : 0) + (value.size() > 12 ? value.size() : 0);
        }
        EXPECT_GE(twin.map.stats().heap_bytes_live, bytes);
        EXPECT_LE(twin.map.stats().heap_bytes_live, bytes * 5 / 4 + 200 * 16);
        for (uint64_t i = 0; i < 100; i++)
            twin.remove(makeKey(type, i));
        EXPECT_EQ(0u, twin.map.stats().heap_bytes_live);
        expectConsistent(twin);
    }
}

/* Racing writers that both subtract what one of them has moved leave a count below 0. */
TEST(BytesHeap, ACountThatRacesMadeHugeIsNotBelieved) {
    Heap heap;
    Map map(heap, bytesLongType());
    for (uint64_t i = 0; i < 3000; i++)
        ASSERT_EQ(TH_ABSENT, map.put(longKey(i, 100), packed(i)));
    while (map.stats().growing)
        ASSERT_EQ(TH_PRESENT, map.put(longKey(0, 100), packed(0)));
    for (uint64_t i = 300; i < 3000; i++)
        ASSERT_EQ(TH_PRESENT, map.remove(longKey(i, 100)));
    uint64_t n = 3000;
    while (!map.stats().growing && n < 10000)
        ASSERT_EQ(TH_ABSENT, map.put(longKey(n++, 200), packed(0)));
    ASSERT_LT(n, 10000u) << "no growth that leaves the dead behind";
    th_test_set_live_bytes(map.raw(), map.stamp(), ~(uint64_t{1} << 20));
    EXPECT_EQ(TH_OK, th_make_room(map.raw(), map.stamp(), 200));
    for (; map.stats().growing && n < 10000; n++)
        ASSERT_EQ(TH_ABSENT, map.put(longKey(n, 200), packed(0)));
    ASSERT_LT(n, 10000u) << "the growth does not end";
    th_test_set_live_bytes(map.raw(), map.stamp(), ~(uint64_t{1} << 20));
    EXPECT_EQ(TH_OK, map.shrink());
    for (uint64_t i = 0; i < 300; i++)
        EXPECT_EQ(TH_PRESENT, map.find(longKey(i, 100)));
    EXPECT_TRUE(isSound(map));
}

TEST(BytesHeap, GrowthAndShrinkLeaveTheDeadBehind) {
    Heap heap;
    Twin twin(heap, bytesBytesType());
    for (uint64_t i = 0; i < 3000; i++)
        twin.put(longKey(i, 100), std::string(150, 'v'));
    for (uint64_t i = 0; i < 3000; i++) {
        if (i % 10 != 0)
            twin.remove(longKey(i, 100));
    }
    uint64_t reserved = twin.map.stats().reserved_bytes;
    ASSERT_EQ(TH_OK, twin.shrink());
    EXPECT_LT(twin.map.stats().reserved_bytes, reserved / 4);
    EXPECT_LT(twin.map.stats().heap_bytes_dead, twin.map.stats().heap_bytes_live);
    expectConsistent(twin);
    for (uint64_t i = 0; i < 3000; i += 10)
        twin.remove(longKey(i, 100));
    ASSERT_EQ(TH_OK, twin.shrink());
    EXPECT_LT(twin.map.stats().reserved_bytes, 4096u) << "an empty map keeps its bytes heap";
    expectConsistent(twin);
}

uint64_t bucketOf(const Twin &twin, const std::string &key) {
    return th_test_hash(twin.map.raw(), twin.map.stamp(), key.data(), key.size()) >>
           (64 - twin.map.stats().b);
}

/*
 * A map that has just begun to compact: its keys leave 976 bytes of a new mebibyte. Returns those of 200
 * bytes; they are in the part that will be moved first, so that nothing moved later takes their blocks.
 */
std::vector<std::string> beginCompaction(Twin &twin) {
    for (uint64_t i = 0; i < 12000; i++)
        twin.put(longKey(i, 256), packed(i));
    for (uint64_t i = 0; i < 12000; i++)
        twin.remove(longKey(i, 256));
    for (uint64_t i = 0; i < 8000; i++)
        twin.put(longKey(i, 128), packed(i));
    std::vector<std::string> first;
    for (uint64_t i = 0; first.size() < 118; i++) {
        if (bucketOf(twin, longKey(i, 200)) < 300) {
            first.push_back(longKey(i, 200));
            twin.put(first.back(), packed(i));
        }
    }
    EXPECT_FALSE(twin.map.stats().growing);
    EXPECT_EQ(TH_OK, th_make_room(twin.map.raw(), twin.map.stamp(), 128));
    EXPECT_TRUE(twin.map.stats().growing);
    EXPECT_TRUE(twin.map.stats().same_size);
    return first;
}

/*
 * While a growth compacts, a block that the new heap has free must not admit entries to the old one: they
 * would have no room in the new heap when their turn comes.
 */
TEST(BytesHeap, WritesOnBothSidesOfACompaction) {
    Heap heap;
    Twin twin(heap, bytesLongType(), seeded(1));
    std::vector<std::string> first = beginCompaction(twin);
    while (twin.map.stats().evacuated < 300)
        twin.put(longKey(1, 128), packed(1));
    for (int i = 0; i < 4; i++)
        EXPECT_EQ(TH_PRESENT, twin.remove(first[i]));
    for (uint64_t i = 20000, added = 0; added < 50; i++) {
        if (bucketOf(twin, longKey(i, 200)) > twin.map.stats().evacuated + 8) {
            ASSERT_EQ(TH_ABSENT, twin.put(longKey(i, 200), packed(i)));
            added++;
            assertConsistent(twin);
        }
    }
    ASSERT_TRUE(twin.map.stats().growing) << "too late for what it is to show";
    for (uint64_t i = 0; i < 300; i++)
        twin.put(longKey(i, 128), packed(i + 2));
    EXPECT_FALSE(twin.map.stats().growing);
    expectConsistent(twin);
}

/* A heap that is about to go gets no memory: then growth ends at once, and the write goes ahead. */
TEST(BytesHeap, CompactionEndsEarlyRatherThanFailForTheOldHeap) {
    Heap heap;
    Twin twin(heap, bytesLongType(), seeded(1));
    beginCompaction(twin);
    uint64_t used = heap.stats().live_bytes;
    ASSERT_EQ(TH_OK, th_heap_set_limit(heap.raw(), used + (3 << 20)));
    for (uint64_t i = 20000; i < 20300; i++)
        ASSERT_EQ(TH_ABSENT, twin.put(longKey(i, 1000), packed(i))) << i;
    EXPECT_GT(heap.stats().refusals, 0u);
    expectConsistent(twin);
}

TEST(BytesHeap, ClearForgetsTheBytes) {
    Heap heap;
    Twin twin(heap, bytesBytesType());
    for (int round = 0; round < 5; round++) {
        for (uint64_t i = 0; i < 1000; i++)
            twin.put(longKey(i, 60 + i % 70), std::string(i % 300, 'v'));
        uint64_t reserved = twin.map.stats().reserved_bytes;
        ASSERT_EQ(TH_OK, twin.clear());
        EXPECT_EQ(0u, twin.map.stats().heap_bytes_live);
        EXPECT_LE(twin.map.stats().reserved_bytes, reserved);
        expectConsistent(twin);
        if (round > 0) {
            EXPECT_LE(reserved, 2u << 20) << "cleared bytes are not used again";
        }
    }
}

TEST(BytesHeap, LargeValues) {
    Heap heap;
    Twin twin(heap, bytesBytesType());
    for (uint64_t shift = 10; shift <= 22; shift++) {
        for (uint64_t around :
             {(uint64_t{1} << shift) - 1, uint64_t{1} << shift, (uint64_t{1} << shift) + 1}) {
            twin.put(packed(shift), std::string(around, static_cast<char>(shift)));
            twin.put(std::string(around, static_cast<char>(shift)), packed(around));
        }
    }
    expectConsistent(twin);
    while (!twin.model.empty())
        twin.remove(std::string(twin.model.begin()->first));
    EXPECT_EQ(0u, twin.map.stats().heap_bytes_live);
    expectConsistent(twin);
}

/* Neighbouring blocks: a key's or value's bytes must not reach into the next. */
TEST(BytesHeap, EveryLengthKeepsItsNeighbours) {
    Heap heap;
    Twin twin(heap, bytesBytesType());
    for (uint64_t length = 0; length < 1200; length++) {
        twin.put(longKey(length, length), std::string(length, static_cast<char>(length)));
    }
    expectConsistent(twin);
    for (uint64_t length = 0; length < 1200; length += 2)
        twin.remove(longKey(length, length));
    for (uint64_t length = 0; length < 1200; length += 2) {
        twin.put(longKey(length + 10000, 1200 - length),
                 std::string(1200 - length, static_cast<char>(length)));
    }
    expectConsistent(twin);
}

} // namespace
} // namespace tophash::test
