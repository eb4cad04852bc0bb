/* Walks in parts: WatchedWalk (model.h) holds the parts together to the promises of one walk. */
#include "support.h"

namespace tophash::test {
namespace {

void fill(Twin &twin, uint64_t from, uint64_t to) {
    for (uint64_t i = from; i < to; i++)
        twin.put(makeKey(twin.map.type(), i), makeValue(twin.map.type(), i));
}

TEST(Split, PartsOfEveryTypeAreThePartsOfTheWhole) {
    for (const NamedType &named : keyKinds()) {
        Heap heap;
        Twin twin(heap, named.type);
        fill(twin, 0, std::min<uint64_t>(keyCount(named.type), 600));
        for (uint64_t parts : {2u, 3u, 8u, 100u}) {
            twin.startWalk(mix(parts));
            for (uint64_t i = 1; i < parts; i++)
                EXPECT_TRUE(twin.walk->split());
            EXPECT_EQ(parts, twin.walk->parts());
            twin.walk->finish();
        }
    }
}

/* Down to parts of no more than a few hundred hashes, far below a bucket: each entry is in exactly one. */
TEST(Split, UntilNothingIsLeftToSplit) {
    Heap heap;
    Twin twin(heap, longType());
    fill(twin, 0, 5);
    th_cursor cursor{};
    ASSERT_EQ(TH_OK, th_cursor_start(twin.map.raw(), twin.map.stamp(), mix(1), &cursor));
    std::vector<th_cursor> parts{cursor};
    int splits = 0;
    for (th_cursor other{}; th_cursor_split(&parts[0], &other) == TH_PRESENT; splits++)
        parts.push_back(other);
    EXPECT_EQ(56, splits) << "2^64 hashes down to 2^8";
    uint64_t total = 0;
    for (th_cursor &part : parts) {
        uint32_t count = 0;
        th_status status = TH_MORE;
        while (status == TH_MORE) {
            status = th_cursor_next(twin.map.raw(), twin.map.stamp(), &part, 100, &count, nullptr, 0, nullptr,
                                    nullptr, 0, nullptr);
            total += count;
        }
        EXPECT_EQ(TH_OK, status);
    }
    EXPECT_EQ(5u, total);
}

/* No entry is likely to lie where two parts meet, so this looks at the cursors themselves. */
TEST(Split, TheTwoIntervalsAreTheOne) {
    Heap heap;
    Twin twin(heap, longType());
    fill(twin, 0, 300);
    Random random(3);
    for (int round = 0; round < 20; round++) {
        th_cursor cursor{}, other{};
        ASSERT_EQ(TH_OK, th_cursor_start(twin.map.raw(), twin.map.stamp(), random.next(), &cursor));
        uint32_t count = 0;
        for (int i = 0; i < round; i++)
            th_cursor_next(twin.map.raw(), twin.map.stamp(), &cursor, 16, &count, nullptr, 0, nullptr,
                           nullptr, 0, nullptr);
        for (th_cursor whole = cursor; th_cursor_split(&cursor, &other) == TH_PRESENT; whole = cursor) {
            EXPECT_EQ(whole.start[0], cursor.start[0]);
            EXPECT_EQ(whole.passed[0], cursor.passed[0]);
            EXPECT_EQ(cursor.start[0] + cursor.last + 1, other.start[0]);
            EXPECT_EQ(whole.start[0] + whole.last, other.start[0] + other.last);
            EXPECT_EQ(0u, other.passed[0]);
            EXPECT_LE(cursor.passed[0], cursor.last);
            if (random.below(2))
                cursor = other;
        }
    }
}

TEST(Split, RefusesWhatCannotBeSplit) {
    Heap heap;
    Twin twin(heap, longType());
    fill(twin, 0, 100);
    th_cursor cursor{}, other{};
    EXPECT_EQ(TH_INVALID, th_cursor_split(nullptr, &other));
    EXPECT_EQ(TH_INVALID, th_cursor_split(&cursor, nullptr));
    EXPECT_EQ(TH_INVALID, th_cursor_split(&cursor, &cursor));
    ASSERT_EQ(TH_OK, th_cursor_start(th_empty_map(), th_empty_stamp(), 1, &cursor));
    EXPECT_EQ(TH_ABSENT, th_cursor_split(&cursor, &other)) << "the empty map";
    twin.startWalk(5);
    twin.walk->finish();
    EXPECT_FALSE(twin.walk->split()) << "an ended walk";
    ASSERT_EQ(TH_OK, th_cursor_start(twin.map.raw(), twin.map.stamp(), 1, &cursor));
    uint32_t count = 0;
    while (th_cursor_next(twin.map.raw(), twin.map.stamp(), &cursor, 100, &count, nullptr, 0, nullptr,
                          nullptr, 0, nullptr) == TH_MORE) {
    }
    EXPECT_EQ(TH_ABSENT, th_cursor_split(&cursor, &other)) << "an ended walk";
    EXPECT_EQ(0u, other.last);
}

/* What changes a map while its parts are walked. Each round does one thing to the map, and one to a part. */
enum Change { Growth, Shrinking, Removal, Mixed };

class SplitTest : public testing::TestWithParam<std::tuple<Change, int>> {};

TEST_P(SplitTest, PartsKeepThePromisesOfOne) {
    auto [change, kind] = GetParam();
    const th_type type = kind == 0   ? longType()
                         : kind == 1 ? bytesBytesType()
                                     : typeOf(kKeyParts[1], kValueParts[8]);
    for (uint64_t seed = 0; seed < scaled(12, 3); seed++) {
        Heap heap;
        Twin twin(heap, type);
        Random random(seed);
        uint64_t n = 40 + random.below(500);
        fill(twin, 0, n);
        twin.startWalk(random.next());
        for (uint64_t round = 0; !twin.walk->ended(); round++) {
            if (random.below(3) == 0 && twin.walk->parts() < 40)
                twin.walk->split();
            Change now = change == Mixed ? static_cast<Change>(random.below(3)) : change;
            if (now == Growth && round < 60)
                fill(twin, n, n + 20), n += 20;
            if (now == Shrinking)
                round % 2 ? twin.shrink() : twin.reserve(n * (1 + random.below(8)));
            for (int i = 0; now == Removal && i < 10; i++)
                twin.remove(makeKey(type, random.below(n)));
            twin.walk->next(static_cast<uint32_t>(8 + random.below(32)));
        }
        assertConsistent(twin);
    }
}

INSTANTIATE_TEST_SUITE_P(Changes, SplitTest,
                         testing::Combine(testing::Values(Growth, Shrinking, Removal, Mixed),
                                          testing::Values(0, 1, 2)));

/*
 * New seeds: keys of one bucket make a chain too long. Parts notice the new seed at different times, some
 * before their first step, some after several seeds.
 */
TEST(Split, NewSeedsChangeNothing) {
    uint64_t late = 0;
    for (uint64_t start = 0; start < scaled(16, 4); start++) {
        Heap heap;
        Twin twin(heap, longType(), seeded(7));
        fill(twin, 0, 400);
        twin.startWalk(mix(start));
        Random random(start);
        for (uint64_t i = 1; i < 6; i++) {
            EXPECT_TRUE(twin.walk->split());
            if (random.below(2))
                twin.walk->next(24);
        }
        uint32_t changes = 0;
        for (int attack = 0; attack < 3; attack++) {
            /* Keys that collide under the seed of now. */
            for (uint64_t i = mix(start + 99), found = 0; found < 90; i++) {
                std::string key = packed(i);
                if (th_test_hash(twin.map.raw(), twin.map.stamp(), key.data(), 8) >> 52 == 5) {
                    twin.put(key, packed(i));
                    found++;
                }
                if (twin.map.stats().seed_changes > changes)
                    break;
            }
            EXPECT_GT(twin.map.stats().seed_changes, changes) << "the attack did not work";
            changes = twin.map.stats().seed_changes;
            for (uint64_t i = random.below(12); i > 0 && !twin.walk->ended(); i--)
                twin.walk->next(16);
            for (int i = 0; i < 20; i++)
                twin.remove(packed(random.below(400)));
            twin.put(packed(random.below(400)), packed(1));
        }
        late += !twin.walk->ended();
        twin.walk->finish();
        assertConsistent(twin);
    }
    EXPECT_GT(late, 0u) << "no walk outlived the attacks";
}

} // namespace
} // namespace tophash::test
