/* Seeds: every map has its own, and a map under attack takes another. */
#include "support.h"

namespace tophash::test {
namespace {

uint64_t hashOf(const Map &map, const std::string &key) {
    return th_test_hash(map.raw(), map.stamp(), key.data(), key.size());
}

/* Keys, from number `from` on, whose hashes agree in their highest bits under the map's present seed. */
std::vector<std::string> collidingKeys(const Map &map, size_t count, uint64_t &from, uint32_t bits = 11) {
    std::vector<std::string> keys;
    uint64_t wanted = hashOf(map, makeKey(map.type(), from)) >> (64 - bits);
    for (; keys.size() < count; from++) {
        std::string key = makeKey(map.type(), from);
        if (hashOf(map, key) >> (64 - bits) == wanted)
            keys.push_back(key);
    }
    return keys;
}

TEST(Seed, MapsDifferInSeedAndOrder) {
    Heap heap;
    std::set<uint64_t> hashes;
    std::set<std::string> firsts;
    for (int i = 0; i < 40; i++) {
        Map map(heap, longType());
        fillLong(map, 0, 100);
        hashes.insert(hashOf(map, packed(1)));
        firsts.insert(walkAll(map, 0).front().first);
    }
    EXPECT_GT(hashes.size(), 38u) << "seeds repeat";
    EXPECT_GT(firsts.size(), 8u)
        << "maps are walked in the same order"; /* of those early in a bucket, 18 or so */
}

TEST(Seed, AGivenSeedIsUsedAndKept) {
    Heap heap;
    Map one(heap, longType(), seeded(0xdeadbeef)), two(heap, longType(), seeded(0xdeadbeef));
    Map other(heap, longType(), seeded(0xdeadbeee));
    fillLong(one, 0, 1000);
    fillLong(two, 0, 10);
    EXPECT_EQ(hashOf(one, packed(5)), hashOf(two, packed(5)));
    EXPECT_NE(hashOf(one, packed(5)), hashOf(other, packed(5)));
    uint8_t header[48];
    ASSERT_EQ(TH_OK, th_map_header(one.raw(), one.stamp(), header));
    uint32_t seed = 0;
    std::memcpy(&seed, header + 12, 4);
    EXPECT_EQ(0xdeadbeefu, seed);
    EXPECT_EQ(0u, one.stats().seed_changes);
}

TEST(Seed, TheSameSeedGivesTheSameHashOnEveryKernel) {
    for (const NamedType &named : keyKinds()) {
        std::set<uint64_t> hashes;
        for (const std::string &kernel : kernels()) {
            KernelScope scope(kernel);
            Heap heap;
            Map map(heap, named.type, seeded(77));
            hashes.insert(hashOf(map, makeKey(named.type, 9)));
        }
        EXPECT_EQ(1u, hashes.size()) << named.name;
    }
}

class AttackTest : public testing::TestWithParam<NamedType> {};

TEST_P(AttackTest, ALongChainDrawsANewSeed) {
    Heap heap;
    Twin twin(heap, GetParam().type, seeded(1));
    uint64_t from = 1;
    std::vector<std::string> keys = collidingKeys(twin.map, 120, from);
    uint64_t before = hashOf(twin.map, keys[0]);
    for (const std::string &key : keys)
        twin.put(key, makeValue(twin.map.type(), 1));
    th_map_stats stats = twin.map.stats(true);
    EXPECT_EQ(1u, stats.seed_changes);
    EXPECT_NE(before, hashOf(twin.map, keys[0]));
    EXPECT_LE(stats.longest_chain, 4u) << "the new seed did not scatter the keys";
    expectConsistent(twin);
}

TEST_P(AttackTest, AsManyTimesAsTheHeaderSaysAndNoMore) {
    Heap heap;
    Twin twin(heap, GetParam().type, seeded(2));
    uint64_t from = 1;
    for (uint32_t attack = 1; attack <= TH_CURSOR_STAGES + 1; attack++) {
        for (const std::string &key : collidingKeys(twin.map, 100, from)) {
            th_status status = twin.put(key, makeValue(twin.map.type(), attack));
            ASSERT_EQ(TH_ABSENT, status) << "in attack " << attack;
        }
        EXPECT_EQ(std::min(attack, TH_CURSOR_STAGES - 1), twin.map.stats().seed_changes);
        assertConsistent(twin);
    }
}

/* With no seed changes left, chains get long, the map slow; but it must stay right and go on growing. */
TEST_P(AttackTest, AfterTheLastSeedTheMapStaysRight) {
    Heap heap;
    Twin twin(heap, GetParam().type, seeded(3));
    uint64_t from = 1;
    for (uint32_t attack = 0; attack < TH_CURSOR_STAGES - 1; attack++) {
        for (const std::string &key : collidingKeys(twin.map, 100, from)) {
            twin.put(key, makeValue(twin.map.type(), 1));
        }
    }
    ASSERT_EQ(TH_CURSOR_STAGES - 1, twin.map.stats().seed_changes);
    std::vector<std::string> keys = collidingKeys(twin.map, 700, from);
    for (const std::string &key : keys)
        ASSERT_EQ(TH_ABSENT, twin.put(key, makeValue(twin.map.type(), 2)));
    EXPECT_EQ(TH_CURSOR_STAGES - 1, twin.map.stats().seed_changes);
    assertConsistent(twin);
    twin.startWalk(5);
    for (size_t i = 0; i < keys.size(); i += 2)
        EXPECT_EQ(TH_PRESENT, twin.remove(keys[i]));
    twin.walk->finish(1024);
    for (size_t i = 0; i < keys.size(); i += 2)
        ASSERT_EQ(TH_ABSENT, twin.put(keys[i], makeValue(twin.map.type(), 3)));
    EXPECT_EQ(TH_OK, twin.shrink());
    expectConsistent(twin);
    EXPECT_EQ(TH_OK, twin.clear());
    EXPECT_EQ(0u, twin.map.stats().seed_changes) << "a cleared map may defend itself again";
}

/* Whatever the seeds drawn: of random ones, one in 600 would leave the keys together. */
TEST(Seed, ANewSeedAlwaysScattersWhatCollided) {
    Heap heap;
    th_type type = typeOf(kKeyParts[1], kValueParts[2]);
    uint64_t from = 1;
    std::vector<std::string> keys = collidingKeys(Map(heap, type, seeded(1)), 120, from);
    for (uint32_t round = 0; round < scaled(5000, 50); round++) {
        Map map(heap, type, seeded(1));
        for (const std::string &key : keys)
            map.put(key, makeValue(type, 1));
        th_map_stats stats = map.stats(true);
        ASSERT_EQ(1u, stats.seed_changes);
        ASSERT_LE(stats.longest_chain, 4u) << "in round " << round;
    }
}

/* The quick functions only report that they need room; th_make_room then changes the seed. */
TEST_P(AttackTest, WalksAcrossSeedChangesKeepTheirPromises) {
    for (uint64_t round = 0; round < 8; round++) {
        Heap heap;
        Twin twin(heap, GetParam().type, seeded(static_cast<uint32_t>(round)));
        twin.quick = round % 2;
        uint64_t from = 1;
        for (; from < 400; from++)
            twin.put(makeKey(twin.map.type(), from), makeValue(twin.map.type(), from));
        twin.startWalk(mix(round));
        uint32_t attacks = 0;
        for (; !twin.walk->ended() && attacks < 6; attacks++) {
            for (uint64_t i = 0; i < round; i++) {
                if (!twin.walk->ended())
                    twin.walk->next(16);
            }
            for (const std::string &key : collidingKeys(twin.map, 100, from)) {
                twin.put(key, makeValue(twin.map.type(), 1));
            }
            /* Something that was returned goes and comes back, under another seed. */
            std::set<std::string> returned = twin.walk->keys();
            uint64_t n = 0;
            for (const std::string &key : returned) {
                if (n++ % 5 == 0)
                    twin.remove(key);
                if (n % 10 == 0)
                    twin.put(key, makeValue(twin.map.type(), n));
            }
        }
        twin.walk->finish();
        EXPECT_GT(twin.map.stats().seed_changes, 0u);
        assertConsistent(twin);
    }
}

std::vector<NamedType> attackable() {
    return {{"long", longType()},
            {"bytes", bytesLongType()},
            {"bytesBytes", bytesBytesType()},
            {"k4v1", typeOf(kKeyParts[1], kValueParts[2])},
            {"k24v8", typeOf(kKeyParts[8], kValueParts[0])}};
}

INSTANTIATE_TEST_SUITE_P(Types, AttackTest, testing::ValuesIn(attackable()),
                         [](const auto &param) { return param.param.name; });

/* Under attack an insertion stays cheap: the longest chain is bounded all along. */
TEST(Seed, ChainsStayShortUnderAttack) {
    Heap heap;
    Map map(heap, longType(), seeded(4));
    uint64_t from = 1, longest = 0;
    for (const std::string &key : collidingKeys(map, scaled(1000, 300), from, 12)) {
        ASSERT_EQ(TH_ABSENT, map.put(key, key));
        longest = std::max(longest, map.stats(true).longest_chain);
    }
    EXPECT_LE(longest, 12u);
    EXPECT_TRUE(isSound(map));
}

} // namespace
} // namespace tophash::test
