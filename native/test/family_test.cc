/*
 * The quick functions of every family on every type that they fit, against the model, one at a time and in
 * batches.
 */
#include "batches.h"
#include "support.h"

namespace tophash::test {
namespace {

std::vector<NamedType> everyType() {
    std::vector<NamedType> types = allTypes();
    types.push_back({"k8v3", typeOf(kKeyParts[0], {"v3", TH_KIND_FIXED, 3, 1})});
    return types;
}

class FamilyTest : public testing::TestWithParam<NamedType> {
  protected:
    enum Family { Words, Pointers, Entries };

    bool fits(Family family) const {
        const th_type &type = GetParam().type;
        Heap heap;
        Map map(heap, type);
        return family == Entries || (map.hasWordValue() && (family == Pointers || map.hasWordKey()));
    }

    static void choose(Twin &twin, Family family) {
        twin.quick = true;
        twin.pointers = family == Pointers;
        twin.entries = family == Entries;
    }

    uint64_t keys(uint64_t most) const { return std::min(most, keyCount(GetParam().type)); }
};

TEST_P(FamilyTest, RandomOperations) {
    const th_type &type = GetParam().type;
    for (Family family : {Words, Pointers, Entries}) {
        if (!fits(family))
            continue;
        Heap heap;
        Twin twin(heap, type);
        choose(twin, family);
        Random random(family + 1u);
        for (uint64_t i = 0; i < scaled(3000, 600); i++) {
            std::string key = makeKey(type, random.below(keys(300))), value = makeValue(type, random.next());
            switch (random.below(8)) {
            case 0:
            case 1:
                twin.put(key, value);
                break;
            case 2:
                twin.putIfAbsent(key, value);
                break;
            case 3:
                twin.putIfPresent(key, value);
                break;
            case 4:
                if (twin.isTyped())
                    twin.add(key, random.next());
                break;
            case 5:
            case 6:
                twin.remove(key);
                break;
            default:
                twin.find(key);
                break;
            }
        }
        assertConsistent(twin);
    }
}

TEST_P(FamilyTest, BatchesOfEveryKind) {
    const th_type &type = GetParam().type;
    for (Family family : {Words, Pointers, Entries}) {
        if (!fits(family))
            continue;
        Heap heap;
        Twin twin(heap, type);
        choose(twin, family);
        Random random(family + 7u);
        for (uint64_t round = 0; round < scaled(40, 20); round++) {
            BatchOp op = kBatchOps[random.below(std::size(kBatchOps))];
            if (op == BatchOp::Add && !twin.isTyped())
                op = BatchOp::Put;
            std::vector<std::string> batch;
            for (uint64_t i = random.below(80); i > 0; i--)
                batch.push_back(makeKey(type, random.below(keys(400))));
            Batch(twin, op, batch, random.next(), round % 2).play();
        }
        assertConsistent(twin);
    }
}

/* More than one call's chunk of keys, and more than its bytes. */
TEST_P(FamilyTest, BatchesThatTakeManyCalls) {
    const th_type &type = GetParam().type;
    for (Family family : {Words, Pointers, Entries}) {
        if (!fits(family))
            continue;
        Heap heap;
        Twin twin(heap, type);
        choose(twin, family);
        std::vector<std::string> batch;
        for (uint64_t i = 0; i < 2 * TH_BATCH_CHUNK + 5; i++)
            batch.push_back(makeKey(type, i % keys(1500)));
        for (BatchOp op : {BatchOp::Put, BatchOp::Get, BatchOp::Contains, BatchOp::Remove})
            Batch(twin, op, batch, 3, family == Words).play();
        EXPECT_EQ(0, twin.map.size());
        assertConsistent(twin);
    }
}

/* Every kernel has its own table: the same operations on the other ones. */
TEST_P(FamilyTest, EveryKernelFindsWhatAnotherStored) {
    const th_type &type = GetParam().type;
    Heap heap;
    Twin twin(heap, type);
    std::vector<std::string> batch;
    for (uint64_t i = 0; i < keys(200); i++)
        batch.push_back(makeKey(type, i));
    for (const std::string &kernel : kernels()) {
        KernelScope scope(kernel);
        for (Family family : {Words, Pointers, Entries}) {
            if (!fits(family))
                continue;
            choose(twin, family);
            Batch(twin, BatchOp::Put, batch, family, true).play();
            Batch(twin, BatchOp::Get, batch, 0, true).play();
            for (const std::string &key : batch)
                EXPECT_EQ(TH_PRESENT, twin.find(key));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Types, FamilyTest, testing::ValuesIn(everyType()),
                         [](const auto &param) { return param.param.name; });

/* The functions for one type answer as the general ones do, on their maps and on the empty one. */
TEST(Versions, FunctionsForATypeAgreeWithTheGeneralOnes) {
    using Get = uint64_t (*)(th_map *, uint64_t, uint64_t, uint64_t);
    using Contains = th_status (*)(th_map *, uint64_t, uint64_t);
    for (const NamedType &named : allTypes()) {
        auto get = reinterpret_cast<Get>(th_type_word_get(&named.type));
        auto contains = reinterpret_cast<Contains>(th_type_word_contains(&named.type));
        ASSERT_TRUE(get && contains) << named.name;
        EXPECT_EQ(7u, get(th_empty_map(), th_empty_stamp(), 1, 7)) << named.name;
        EXPECT_EQ(TH_ABSENT, contains(th_empty_map(), th_empty_stamp(), 1)) << named.name;
        Heap heap;
        Twin twin(heap, named.type);
        for (uint64_t i = 0; i < 50; i++)
            twin.put(makeKey(named.type, i), makeValue(named.type, i + 1));
        for (uint64_t i = 0; i < 100; i++) {
            EXPECT_EQ(th_word_get(twin.map.raw(), twin.map.stamp(), i, 7),
                      get(twin.map.raw(), twin.map.stamp(), i, 7))
                << named.name;
            EXPECT_EQ(th_word_contains(twin.map.raw(), twin.map.stamp(), i),
                      contains(twin.map.raw(), twin.map.stamp(), i))
                << named.name;
        }
        EXPECT_EQ(TH_CLOSED, contains(twin.map.raw(), twin.map.stamp() + 0x100, 1)) << named.name;
    }
    th_type wrong = longType();
    wrong.key_align = 3;
    EXPECT_EQ(0u, th_type_word_get(&wrong));
    EXPECT_EQ(0u, th_type_word_contains(&wrong));
    EXPECT_EQ(0u, th_type_word_get(nullptr));
}

} // namespace
} // namespace tophash::test
