/* Maps from bytes to 8 bytes through the quick functions, one at a time. */
#include "support.h"

namespace tophash::test {
namespace {

class BytesTest : public testing::TestWithParam<std::string> {
  private:
    KernelScope kernel_{GetParam()};
};

TEST_P(BytesTest, RandomOperations) {
    Heap heap;
    Twin twin(heap, bytesLongType());
    twin.quick = true;
    Random random(1);
    for (uint64_t round = 0; round < scaled(20, 3); round++) {
        for (uint64_t i = 0; i < 500; i++) {
            std::string key = bytesKey(random.below(3000));
            switch (random.below(6)) {
            case 0:
                twin.put(key, packed(random.next()));
                break;
            case 1:
                twin.putIfAbsent(key, packed(random.next()));
                break;
            case 2:
                twin.add(key, random.next());
                break;
            case 3:
                twin.add(key, 1);
                break;
            case 4:
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

/* Keys that differ in one byte, or only in their length, at every length around the inline limit. */
TEST_P(BytesTest, NearlyEqualKeysAreDifferent) {
    Heap heap;
    Twin twin(heap, bytesLongType());
    twin.quick = true;
    for (uint64_t length = 0; length <= 40; length++) {
        std::string key(length, '\0');
        EXPECT_EQ(TH_ABSENT, twin.put(key, packed(length)));
        for (uint64_t i = 0; i < length; i++) {
            std::string other = key;
            other[i] = '\x01';
            EXPECT_EQ(TH_ABSENT, twin.put(other, packed(i)));
        }
    }
    assertConsistent(twin);
    for (uint64_t length = 0; length <= 40; length += 2) {
        EXPECT_EQ(TH_PRESENT, twin.remove(std::string(length, '\0')));
    }
    assertConsistent(twin);
}

/*
 * Of a long key the slot holds the length and 32 bits of the hash. Keys that agree in these exist, but nobody
 * finds any: here the slot of one key is forged to look like another's, which still must not be found.
 */
TEST_P(BytesTest, LongKeysAreComparedToTheirLastByte) {
    for (uint64_t length : {13u, 16u, 17u, 40u, 300u}) {
        for (uint64_t differing : {uint64_t{0}, length / 2, length - 1}) {
            Heap heap;
            Map map(heap, bytesLongType());
            std::string stored(length, 'a'), other = stored;
            other[differing] = 'b';
            ASSERT_EQ(TH_ABSENT, map.put(stored, packed(1)));
            const void *value = nullptr;
            ASSERT_EQ(TH_PRESENT, th_find(map.raw(), map.stamp(), stored.data(), length, &value, nullptr));
            ASSERT_EQ(TH_ABSENT, map.find(other));
            /* One bucket, one entry: its value comes right after the 16 bytes of its key. */
            auto *slot = static_cast<uint8_t *>(const_cast<void *>(value)) - 16;
            auto forge = [&](const std::string &key) {
                uint64_t hash = th_test_hash(map.raw(), map.stamp(), key.data(), length);
                auto half = static_cast<uint32_t>(hash >> 32);
                std::memcpy(slot + 4, &half, 4);
                slot[-16] = static_cast<uint8_t>((hash & 0xff) < 5 ? (hash & 0xff) + 5 : hash & 0xff);
            };
            forge(other);
            EXPECT_EQ(TH_ABSENT, map.find(other)) << length << " bytes, different at " << differing;
            EXPECT_EQ(TH_ABSENT, map.find(stored)) << "it was not the slot that was forged";
            forge(stored);
            EXPECT_EQ(TH_PRESENT, map.find(stored));
        }
    }
}

TEST_P(BytesTest, KeysOfManyLengths) {
    Heap heap;
    Twin twin(heap, bytesLongType());
    twin.quick = true;
    for (uint64_t length :
         {11u, 12u, 13u, 16u, 17u, 100u, 255u, 256u, 257u, 4095u, 4096u, 65535u, 65536u, 1u << 20}) {
        std::string key(length, 'k');
        for (char last : {'a', 'b', '\0'}) {
            key.back() = last;
            EXPECT_EQ(TH_ABSENT, twin.put(key, packed(length)));
            EXPECT_EQ(TH_PRESENT, twin.find(key));
        }
    }
    assertConsistent(twin);
}

/* Keys may be of any kind, but values must be words, and fixed keys have one length. */
TEST_P(BytesTest, QuickCallsOnOtherTypesAreInvalid) {
    Heap heap;
    Map wide(heap, typeOf(kKeyParts[0], kValueParts[4]));
    ASSERT_EQ(TH_ABSENT, wide.put(packed(1), std::string(12, 'v')));
    Map longs(heap, longType());
    ASSERT_EQ(TH_ABSENT, longs.put(packed(1), packed(1)));
    const uint8_t key[8] = {1};
    for (auto [map, length] : {std::pair{&wide, 8u}, std::pair{&longs, 7u}, std::pair{&longs, 0u}}) {
        th_map *m = map->raw();
        uint64_t s = map->stamp(), number = 0, end = length;
        th_progress progress{};
        EXPECT_EQ(42u, th_bytes_get(m, s, key, length, 42));
        EXPECT_EQ(TH_INVALID, th_bytes_put(m, s, key, length, 1));
        EXPECT_EQ(TH_INVALID, th_bytes_put_if_absent(m, s, key, length, 1));
        EXPECT_EQ(TH_INVALID, th_bytes_add(m, s, key, length, 1, 0));
        EXPECT_EQ(TH_INVALID, th_bytes_put_all(m, s, key, 8, &number, &end, &number, 1, &progress));
        EXPECT_EQ(TH_INVALID, th_bytes_get_all(m, s, key, 8, &number, &end, &number, 1, 0, &progress));
        EXPECT_EQ(TH_INVALID, th_bytes_add_all(m, s, key, 8, &number, &end, &number, 1, 0, &progress));
        EXPECT_EQ(1, map->size());
    }
    th_map *m = longs.raw();
    uint64_t s = longs.stamp(), number = 0, end = 7;
    uint8_t found = 0;
    th_progress progress{};
    EXPECT_EQ(TH_INVALID, th_bytes_contains(m, s, key, 7));
    EXPECT_EQ(TH_INVALID, th_bytes_contains(m, s, nullptr, 8));
    EXPECT_EQ(TH_INVALID, th_bytes_remove(m, s, key, 9));
    EXPECT_EQ(TH_INVALID, th_bytes_contains_all(m, s, key, 8, &number, &end, &found, 1, &progress));
    EXPECT_EQ(TH_INVALID, th_bytes_remove_all(m, s, key, 8, &number, &end, 1, &progress));
    EXPECT_EQ(0u, progress.done);
    EXPECT_EQ(1, longs.size());
    Map other(heap, bytesBytesType());
    EXPECT_EQ(TH_INVALID, th_bytes_put(other.raw(), other.stamp(), key, 8, 1)) << "values are bytes";
}

INSTANTIATE_TEST_SUITE_P(Kernels, BytesTest, testing::ValuesIn(kernels()),
                         [](const auto &param) { return param.param; });

} // namespace
} // namespace tophash::test
