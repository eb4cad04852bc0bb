/*
 * The promises of th_cursor, each by its number in the header. WatchedWalk (model.h) holds (2), (3), (4) and
 * (7) against everything that happens to the map while a walk is under way.
 */
#include <memory>

#include "support.h"

namespace tophash::test {
namespace {

void fill(Twin &twin, uint64_t from, uint64_t to) {
    for (uint64_t i = from; i < to; i++) {
        twin.put(makeKey(twin.map.type(), i), makeValue(twin.map.type(), i));
    }
}

/* A map of n entries that is in the middle of a doubling, or not. */
uint64_t fillUntil(Twin &twin, uint64_t n, bool growing) {
    uint64_t i = 0;
    for (; i < n || twin.map.stats().growing != growing; i++)
        fill(twin, i, i + 1);
    return i;
}

TEST(Iterate, Promise1StartsAtARandomBucket) {
    Heap heap;
    Twin twin(heap, longType(), seeded(1));
    fillUntil(twin, 2000, false);
    std::set<std::string> firsts;
    for (uint64_t random = 0; random < 32; random++) {
        firsts.insert(walkAll(twin.map, mix(random)).front().first);
    }
    EXPECT_GT(firsts.size(), 20u) << "of 32 walks";
    EXPECT_EQ(walkAll(twin.map, 9), walkAll(twin.map, 9)) << "the same start gives the same order";
}

TEST(Iterate, Promise2And3EveryEntryOnce) {
    for (const NamedType &named : keyKinds()) {
        for (bool growing : {false, true}) {
            Heap heap;
            Twin twin(heap, named.type);
            if (keyCount(named.type) < 2000) {
                fill(twin, 0, 200);
            } else {
                fillUntil(twin, 500, growing);
            }
            for (uint64_t random = 0; random < scaled(20, 5); random++) {
                std::string message = differenceOfWalk(twin.map, twin.model, mix(random));
                ASSERT_EQ("", message) << named.name;
            }
        }
    }
}

TEST(Iterate, Promise2And3FromEveryStartOfASmallMap) {
    for (uint64_t n : {0u, 1u, 7u, 8u, 9u, 13u, 14u, 27u, 30u}) {
        Heap heap;
        Twin twin(heap, longType());
        fill(twin, 0, n);
        for (uint64_t start = 0; start < 16; start++) {
            ASSERT_EQ("", differenceOfWalk(twin.map, twin.model, start)) << n << " entries";
            ASSERT_EQ("", differenceOfWalk(twin.map, twin.model, start << 60)) << n << " entries";
        }
        ASSERT_EQ("", differenceOfWalk(twin.map, twin.model, ~uint64_t{0})) << n << " entries";
    }
}

TEST(Iterate, Promise4RemovedEntriesAreNotReturned) {
    for (const NamedType &named : keyKinds()) {
        Heap heap;
        Twin twin(heap, named.type);
        uint64_t n = std::min<uint64_t>(keyCount(named.type), 400);
        fill(twin, 0, n);
        Random random(2);
        twin.startWalk(random.next());
        while (!twin.walk->ended()) {
            for (int i = 0; i < 8; i++)
                twin.remove(makeKey(named.type, random.below(n)));
            twin.walk->next(16);
        }
        EXPECT_LT(twin.walk->returned(), n);
        expectConsistent(twin);
    }
}

TEST(Iterate, Promise4RemovingWhatWasReturnedIsAllowed) {
    Heap heap;
    Twin twin(heap, bytesBytesType());
    fill(twin, 0, 700);
    twin.startWalk(3);
    size_t removed = 0;
    while (!twin.walk->ended()) {
        twin.walk->next(8);
        std::set<std::string> returned = twin.walk->keys();
        for (const std::string &key : returned)
            removed += twin.remove(key) == TH_PRESENT;
    }
    EXPECT_EQ(700u, removed);
    EXPECT_EQ(0, twin.map.size());
    expectConsistent(twin);
}

TEST(Iterate, Promise5InsertedEntriesAppearAtMostOnce) {
    Heap heap;
    Twin twin(heap, longType());
    uint64_t n = 300;
    fill(twin, 0, n);
    twin.startWalk(4);
    for (uint64_t steps = 0; !twin.walk->ended(); steps++) {
        /* Slower than the walk, or it might never end. */
        if (steps < 200)
            fill(twin, n, n + 5), n += 5;
        twin.walk->next(16);
    }
    EXPECT_GE(twin.walk->returned(), 300u);
    expectConsistent(twin);
}

/* An entry that is removed and comes back while the walk is under way is returned at most once. */
TEST(Iterate, Promise5AReturnedEntryThatComesBackIsNotReturnedAgain) {
    for (uint64_t round = 0; round < scaled(20, 4); round++) {
        Heap heap;
        Twin twin(heap, longType());
        fillUntil(twin, 100 + round * 13, round % 2);
        twin.startWalk(mix(round));
        Random random(round);
        for (uint64_t steps = 0; !twin.walk->ended(); steps++) {
            twin.walk->next(8);
            std::set<std::string> returned = twin.walk->keys();
            for (const std::string &key : returned) {
                if (random.below(8) != 0)
                    continue;
                twin.remove(key);
                twin.put(key, packed(steps));
            }
        }
        expectConsistent(twin);
    }
}

TEST(Iterate, Promise6GrowthBetweenTwoCalls) {
    for (const NamedType &named : keyKinds()) {
        if (keyCount(named.type) < 5000)
            continue;
        for (uint64_t when = 0; when < 6; when++) {
            Heap heap;
            Twin twin(heap, named.type);
            uint64_t n = fillUntil(twin, 60 * (when + 1), when % 2);
            twin.startWalk(mix(when));
            for (uint64_t i = 0; i < when && !twin.walk->ended(); i++)
                twin.walk->next(8);
            uint32_t b = twin.map.stats().b;
            while (!twin.walk->ended()) {
                if (twin.map.stats().b < b + 3)
                    fill(twin, n, n + 40), n += 40;
                twin.walk->next(24);
            }
            ASSERT_FALSE(HasFailure()) << named.name;
        }
    }
}

TEST(Iterate, Promise6ReserveAndShrinkBetweenTwoCalls) {
    for (const NamedType &named : keyKinds()) {
        Heap heap;
        Twin twin(heap, named.type);
        uint64_t n = std::min<uint64_t>(keyCount(named.type) / 2, 600);
        fill(twin, 0, n);
        Random random(5);
        for (uint64_t round = 0; round < scaled(10, 3); round++) {
            twin.startWalk(random.next());
            for (uint64_t steps = 0; !twin.walk->ended(); steps++) {
                twin.walk->next(16);
                if (steps % 3 == 0)
                    twin.reserve(n * (1 + random.below(20)));
                if (steps % 3 == 1)
                    twin.shrink();
                for (uint64_t i = 0; i < 3; i++) {
                    twin.remove(makeKey(named.type, random.below(n)));
                    twin.put(makeKey(named.type, random.below(n)), makeValue(named.type, steps));
                }
            }
            ASSERT_TRUE(isConsistent(twin.map, twin.model)) << named.name;
        }
    }
}

TEST(Iterate, Promise6SameSizeGrowthBetweenTwoCalls) {
    Heap heap;
    Twin twin(heap, longType(), seeded(3));
    const uint64_t size = 200;
    uint64_t n = 0, growths = 0, walks = 0;
    bool growing = false;
    auto put = [&] { twin.put(packed(mix(n)), packed(n)), n++; };
    while (n < size)
        put();
    for (uint64_t rounds = 0; rounds < 20000; rounds++) {
        if (!twin.walk || twin.walk->ended())
            twin.startWalk(mix(walks++));
        if (rounds % 5 == 0)
            twin.walk->next(16);
        put();
        bool now = twin.map.stats().growing && twin.map.stats().same_size;
        growths += now && !growing;
        growing = now;
        twin.remove(packed(mix(n - 1 - size)));
    }
    EXPECT_GT(growths, 0u) << "the test did not come to what it is about";
    expectConsistent(twin);
}

TEST(Iterate, Promise7AWalkEndsAfterClear) {
    for (bool refill : {false, true}) {
        Heap heap;
        Twin twin(heap, longType());
        uint64_t n = fillUntil(twin, 500, true);
        twin.startWalk(6);
        twin.walk->next(32);
        ASSERT_EQ(TH_OK, twin.clear());
        if (refill)
            fill(twin, 0, n);
        twin.walk->next(32);
        EXPECT_TRUE(twin.walk->ended());
    }
}

TEST(Iterate, TheEmptyAndTheUnwrittenMapEndAtOnce) {
    Heap heap;
    Map map(heap, longType());
    Walk walk(map, 7);
    std::vector<Entry> entries;
    EXPECT_EQ(TH_OK, walk.next(entries));
    EXPECT_TRUE(entries.empty());
}

/* A walk begun before the first write may return what is written, once, and must end. */
TEST(Iterate, AWalkBegunBeforeTheFirstWrite) {
    Heap heap;
    Twin twin(heap, longType());
    twin.startWalk(8);
    fill(twin, 0, 100);
    twin.walk->finish();
    expectConsistent(twin);
}

TEST(Iterate, WalksOfManyAtOnceAreIndependent) {
    Heap heap;
    Twin twin(heap, longType());
    uint64_t n = fillUntil(twin, 400, true);
    std::vector<std::unique_ptr<WatchedWalk>> walks;
    for (uint64_t i = 0; i < 10; i++) {
        walks.push_back(std::make_unique<WatchedWalk>(twin.map, twin.model, mix(i)));
        fill(twin, n, n + 100), n += 100;
        for (auto &walk : walks) {
            if (!walk->ended())
                walk->next(20);
        }
    }
    for (auto &walk : walks)
        walk->finish();
}

/* Buffers just too small fetch nothing and say what is needed; with exactly that the walk goes on. */
TEST(Iterate, SmallBuffersSayWhatIsNeeded) {
    Heap heap;
    Twin twin(heap, bytesBytesType(), seeded(2));
    fill(twin, 0, 300);
    th_cursor cursor{};
    ASSERT_EQ(TH_OK, th_cursor_start(twin.map.raw(), twin.map.stamp(), 1, &cursor));
    Model seen;
    th_status status = TH_MORE;
    for (int calls = 0; status == TH_MORE && calls < 1000; calls++) {
        uint32_t count = 99;
        uint64_t end = 0;
        uint8_t byte = 0;
        status = th_cursor_next(twin.map.raw(), twin.map.stamp(), &cursor, 0, &count, &byte, 0, &end, &byte,
                                0, &end);
        if (status != TH_SMALL_BUFFER)
            continue;
        EXPECT_EQ(0u, count);
        ASSERT_GT(cursor.needed_entries, 0u);
        auto entries = static_cast<uint32_t>(cursor.needed_entries);
        std::vector<uint8_t> keys(cursor.needed_keys), values(cursor.needed_values);
        std::vector<uint64_t> keyEnds(entries), valueEnds(entries);
        if (!keys.empty()) {
            EXPECT_EQ(TH_SMALL_BUFFER, th_cursor_next(twin.map.raw(), twin.map.stamp(), &cursor, entries,
                                                      &count, keys.data(), keys.size() - 1, keyEnds.data(),
                                                      values.data(), values.size(), valueEnds.data()));
        }
        status = th_cursor_next(twin.map.raw(), twin.map.stamp(), &cursor, entries, &count, keys.data(),
                                keys.size(), keyEnds.data(), values.data(), values.size(), valueEnds.data());
        ASSERT_GE(status, 0) << th_status_name(status);
        ASSERT_EQ(entries, count);
        for (uint32_t i = 0; i < count; i++) {
            uint64_t k = i ? keyEnds[i - 1] : 0, v = i ? valueEnds[i - 1] : 0;
            seen[std::string(keys.begin() + k, keys.begin() + keyEnds[i])] =
                std::string(values.begin() + v, values.begin() + valueEnds[i]);
        }
    }
    EXPECT_EQ(TH_OK, status);
    EXPECT_EQ(twin.model, seen);
}

/* Keys alone, values alone, neither: the count is the same. */
TEST(Iterate, FetchesOnlyWhatIsAskedFor) {
    for (const th_type &type : {longType(), bytesBytesType()}) {
        Heap heap;
        Twin twin(heap, type);
        fill(twin, 0, 200);
        for (int what = 0; what < 4; what++) {
            th_cursor cursor{};
            ASSERT_EQ(TH_OK, th_cursor_start(twin.map.raw(), twin.map.stamp(), 5, &cursor));
            std::vector<uint8_t> keys(100000), values(1000000);
            std::vector<uint64_t> keyEnds(100), valueEnds(100);
            uint64_t total = 0;
            th_status status = TH_MORE;
            while (status == TH_MORE) {
                uint32_t count = 0;
                status = th_cursor_next(twin.map.raw(), twin.map.stamp(), &cursor, 100, &count,
                                        what & 1 ? keys.data() : nullptr, what & 1 ? keys.size() : 0,
                                        what & 1 && type.key_kind ? keyEnds.data() : nullptr,
                                        what & 2 ? values.data() : nullptr, what & 2 ? values.size() : 0,
                                        what & 2 && type.value_kind ? valueEnds.data() : nullptr);
                total += count;
            }
            EXPECT_EQ(TH_OK, status);
            EXPECT_EQ(200u, total);
        }
    }
}

/* Everything at once, for long: removal, insertion, growth, shrinking, clearing. */
TEST(Iterate, RandomOperationsDuringWalks) {
    for (const NamedType &named : keyKinds()) {
        Heap heap;
        Twin twin(heap, named.type);
        uint64_t keys = std::min<uint64_t>(keyCount(named.type), 600);
        Random random(mix(keys));
        for (uint64_t i = 0; i < scaled(6000, 800); i++) {
            std::string key = makeKey(named.type, random.below(keys));
            uint64_t what = random.below(300);
            if (what < 140)
                twin.put(key, makeValue(named.type, random.next()));
            if (what >= 140 && what < 270)
                twin.remove(key);
            if (what == 270)
                twin.shrink();
            if (what == 271)
                twin.reserve(random.below(5000));
            if (what == 272 && random.below(4) == 0)
                twin.clear();
            if (!twin.walk || twin.walk->ended())
                twin.startWalk(random.next());
            if (what > 285)
                twin.walk->next(static_cast<uint32_t>(random.below(40)), random.below(2000));
        }
        ASSERT_TRUE(isConsistent(twin.map, twin.model)) << named.name;
    }
}

} // namespace
} // namespace tophash::test
