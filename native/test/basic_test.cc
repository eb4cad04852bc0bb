/* The operations on every type, under every kernel, against the model. */
#include "support.h"

namespace tophash::test {
namespace {

using TypeAndKernel = std::tuple<NamedType, std::string>;

class BasicTest : public testing::TestWithParam<TypeAndKernel> {
  protected:
    const th_type &type() const { return std::get<0>(GetParam()).type; }
    std::string key(uint64_t i) const { return makeKey(type(), i); }
    std::string value(uint64_t i) const { return makeValue(type(), i); }
    /* Enough for a few growths, but not more than the type can tell apart. */
    uint64_t count() const { return std::min<uint64_t>(scaled(300, 60), keyCount(type()) / 2); }

  private:
    KernelScope kernel_{std::get<1>(GetParam())};
};

TEST_P(BasicTest, PutInsertsFindsAndReplaces) {
    Heap heap;
    Twin twin(heap, type());
    ASSERT_EQ(TH_OK, twin.map.created());
    for (uint64_t i = 0; i < count(); i++) {
        EXPECT_EQ(TH_ABSENT, twin.find(key(i)));
        EXPECT_EQ(TH_ABSENT, twin.put(key(i), value(i)));
        EXPECT_EQ(TH_PRESENT, twin.find(key(i)));
    }
    assertConsistent(twin);
    for (uint64_t i = 0; i < count(); i++)
        EXPECT_EQ(TH_PRESENT, twin.put(key(i), value(i + 1000)));
    assertConsistent(twin);
    for (uint64_t i = count(); i < 2 * count(); i++)
        EXPECT_EQ(TH_ABSENT, twin.find(key(i)));
}

TEST_P(BasicTest, PutIfAbsentKeepsWhatIsThere) {
    Heap heap;
    Twin twin(heap, type());
    for (uint64_t i = 0; i < count(); i++)
        EXPECT_EQ(TH_ABSENT, twin.putIfAbsent(key(i), value(i)));
    for (uint64_t i = 0; i < count(); i++)
        EXPECT_EQ(TH_PRESENT, twin.putIfAbsent(key(i), value(i + 1)));
    assertConsistent(twin);
}

TEST_P(BasicTest, RemoveTakesOneEntryOnly) {
    Heap heap;
    Twin twin(heap, type());
    for (uint64_t i = 0; i < count(); i++)
        twin.put(key(i), value(i));
    for (uint64_t i = 0; i < count(); i += 2)
        EXPECT_EQ(TH_PRESENT, twin.remove(key(i)));
    assertConsistent(twin);
    for (uint64_t i = 0; i < count(); i += 2)
        EXPECT_EQ(TH_ABSENT, twin.remove(key(i)));
    for (uint64_t i = 0; i < count(); i += 2)
        EXPECT_EQ(TH_ABSENT, twin.put(key(i), value(i + 7)));
    assertConsistent(twin);
    for (uint64_t i = 0; i < count(); i++)
        EXPECT_EQ(TH_PRESENT, twin.remove(key(i)));
    assertConsistent(twin);
}

TEST_P(BasicTest, ClearAndShrinkAndReserve) {
    Heap heap;
    Twin twin(heap, type());
    for (uint64_t i = 0; i < count(); i++)
        twin.put(key(i), value(i));
    EXPECT_EQ(TH_OK, twin.clear());
    assertConsistent(twin);
    for (uint64_t i = 0; i < count() / 4; i++)
        EXPECT_EQ(TH_ABSENT, twin.put(key(i), value(i)));
    EXPECT_EQ(TH_OK, twin.shrink());
    assertConsistent(twin);
    EXPECT_EQ(TH_OK, twin.reserve(count()));
    assertConsistent(twin);
    for (uint64_t i = 0; i < count(); i++)
        twin.put(key(i), value(i + 3));
    assertConsistent(twin);
}

TEST_P(BasicTest, RandomOperations) {
    Heap heap;
    Twin twin(heap, type());
    Random random(mix(type().key_size * 2000u + type().value_size));
    for (uint64_t round = 0; round < scaled(4, 2); round++) {
        for (uint64_t i = 0; i < scaled(400, 100); i++) {
            std::string k = key(random.below(count() * 2));
            uint64_t what = random.below(10);
            if (what < 4) {
                twin.put(k, value(random.next()));
            } else if (what < 6) {
                twin.putIfAbsent(k, value(random.next()));
            } else if (what < 9) {
                twin.remove(k);
            } else {
                twin.find(k);
            }
        }
        assertConsistent(twin);
    }
}

TEST_P(BasicTest, WrongLengthsAreInvalid) {
    Heap heap;
    Twin twin(heap, type());
    twin.put(key(1), value(1));
    std::string right = key(1), wrong = right + "x";
    if (type().key_kind == TH_KIND_FIXED) {
        EXPECT_EQ(TH_INVALID, twin.map.find(wrong));
        EXPECT_EQ(TH_INVALID, twin.map.put(wrong, value(1)));
        EXPECT_EQ(TH_INVALID, twin.map.put(right.substr(1), value(1)));
        EXPECT_EQ(TH_INVALID, twin.map.putIfAbsent(wrong, value(1)));
        EXPECT_EQ(TH_INVALID, twin.map.remove(wrong));
    }
    if (type().value_kind == TH_KIND_FIXED) {
        EXPECT_EQ(TH_INVALID, twin.map.put(right, value(1) + "x"));
        EXPECT_EQ(TH_INVALID, twin.map.put(key(2), value(1) + "x"));
        EXPECT_EQ(TH_INVALID, twin.map.putIfAbsent(key(2), value(1) + "x"));
    }
    assertConsistent(twin);
}

std::string nameOf(const testing::TestParamInfo<TypeAndKernel> &info) {
    return std::get<0>(info.param).name + "_" + std::get<1>(info.param);
}

INSTANTIATE_TEST_SUITE_P(Types, BasicTest,
                         testing::Combine(testing::ValuesIn(allTypes()), testing::ValuesIn(kernels())),
                         nameOf);

/* All of a small type's keys at once: 256 keys of one byte. */
TEST(Basic, EveryKeyOfOneByte) {
    Heap heap;
    Twin twin(heap, typeOf({"", TH_KIND_FIXED, 1, 1}, {"", TH_KIND_FIXED, 1, 1}));
    for (int i = 0; i < 256; i++)
        twin.put(std::string(1, static_cast<char>(i)), std::string(1, static_cast<char>(~i)));
    EXPECT_EQ(256, twin.map.size());
    expectConsistent(twin);
}

TEST(Basic, EveryKeyOfTwoBytes) {
    Heap heap;
    Twin twin(heap, typeOf({"", TH_KIND_FIXED, 2, 2}, {"", TH_KIND_FIXED, 0, 1}));
    for (uint64_t i = 0; i < 65536; i += scaled(1) * 16)
        twin.put(packed(i).substr(0, 2), "");
    expectConsistent(twin);
}

TEST(Basic, BoundaryKeysAndValues) {
    const uint64_t edges[] = {0,
                              1,
                              4,
                              5,
                              255,
                              256,
                              0x7fffffff,
                              0x80000000,
                              0xffffffff,
                              uint64_t{1} << 32,
                              uint64_t{1} << 63,
                              (uint64_t{1} << 63) - 1,
                              ~uint64_t{0},
                              ~uint64_t{0} - 1};
    for (bool quick : {false, true}) {
        Heap heap;
        Twin twin(heap, longType());
        twin.quick = quick;
        for (uint64_t key : edges) {
            for (uint64_t value : edges)
                twin.put(packed(key), packed(value));
        }
        expectConsistent(twin);
        for (uint64_t key : edges)
            EXPECT_EQ(TH_PRESENT, twin.remove(packed(key)));
        expectConsistent(twin);
    }
}

/* A set's find answers, and gives a length of 0. */
TEST(Basic, SetsFindWithoutValue) {
    Heap heap;
    Map map(heap, typeOf(kKeyParts[0], {"", TH_KIND_FIXED, 0, 1}));
    ASSERT_EQ(TH_ABSENT, map.put(packed(1), ""));
    uint64_t length = 99;
    const void *value = nullptr;
    EXPECT_EQ(TH_PRESENT, th_find(map.raw(), map.stamp(), packed(1).data(), 8, &value, &length));
    EXPECT_EQ(0u, length);
}

/* NULL stands for no bytes, as Java's empty arrays and C callers pass it. */
TEST(Basic, NullIsAnEmptyKey) {
    Heap heap;
    Map map(heap, bytesBytesType());
    EXPECT_EQ(TH_ABSENT, th_put(map.raw(), map.stamp(), nullptr, 0, nullptr, 0));
    EXPECT_EQ(TH_PRESENT, th_find(map.raw(), map.stamp(), nullptr, 0, nullptr, nullptr));
    EXPECT_EQ(TH_PRESENT, map.find(""));
    EXPECT_EQ(TH_PRESENT, th_remove(map.raw(), map.stamp(), nullptr, 0));
    EXPECT_EQ(0, map.size());
}

} // namespace
} // namespace tophash::test
