/* What single calls of the entry and word functions answer; family_test.cc has them against the model. */
#include "support.h"

namespace tophash::test {
namespace {

const uint8_t *bytes(const std::string &key) {
    return Twin::bytes(key);
}

TEST(Entry, SmallBuffersChangeNothing) {
    for (const th_type &type : {bytesBytesType(), typeOf(kKeyParts[5], kValueParts[6])}) {
        Heap heap;
        Map map(heap, type);
        th_map *m = map.raw();
        uint64_t s = map.stamp();
        std::string key = makeKey(type, 5), value = makeValue(type, 60), other = makeValue(type, 121);
        ASSERT_EQ(value.size(), other.size());
        ASSERT_GT(value.size(), 1000u);
        ASSERT_EQ(TH_ABSENT, map.put(key, value));
        std::vector<uint8_t> small(value.size() - 1, 0x55), untouched = small;
        for (uint64_t room : {uint64_t{0}, uint64_t{1}, value.size() - 1}) {
            for (uint32_t mode : {TH_PUT_ALWAYS, TH_PUT_IF_ABSENT, TH_PUT_IF_PRESENT}) {
                uint64_t length = 0;
                EXPECT_EQ(TH_SMALL_BUFFER, map.withRoom(other.size(), [&] {
                    return th_entry_put(m, s, bytes(key), key.size(), bytes(other), other.size(), mode,
                                        small.data(), room, &length);
                }));
                EXPECT_EQ(value.size(), length);
            }
            uint64_t length = 0;
            EXPECT_EQ(TH_SMALL_BUFFER,
                      th_entry_get(m, s, bytes(key), key.size(), small.data(), room, &length));
            EXPECT_EQ(value.size(), length);
            EXPECT_EQ(TH_SMALL_BUFFER,
                      th_entry_remove(m, s, bytes(key), key.size(), small.data(), room, nullptr));
        }
        EXPECT_EQ(TH_SMALL_BUFFER, th_entry_get(m, s, bytes(key), key.size(), nullptr, 99999, nullptr));
        EXPECT_EQ(untouched, small);
        std::string now;
        EXPECT_EQ(TH_PRESENT, map.find(key, &now));
        EXPECT_EQ(value, now);
        EXPECT_TRUE(isSound(map));
    }
}

/* Room for a new value is seen to before the old one goes. */
TEST(Entry, PutNeedsRoomBeforeItReplaces) {
    Heap heap;
    Map map(heap, bytesBytesType());
    ASSERT_EQ(TH_ABSENT, map.put("key", std::string(300, 'a')));
    std::string large(100000, 'b'), value;
    std::vector<uint8_t> before(300);
    uint64_t length = 77;
    auto put = [&](uint32_t mode) {
        return th_entry_put(map.raw(), map.stamp(), bytes("key"), 3, bytes(large), large.size(), mode,
                            before.data(), before.size(), &length);
    };
    EXPECT_EQ(TH_NEEDS_ROOM, put(TH_PUT_ALWAYS));
    EXPECT_EQ(TH_NEEDS_ROOM, put(TH_PUT_IF_PRESENT));
    EXPECT_EQ(77u, length);
    EXPECT_EQ(TH_PRESENT, map.find("key", &value));
    EXPECT_EQ(std::string(300, 'a'), value);
    EXPECT_EQ(TH_PRESENT, put(TH_PUT_IF_ABSENT)) << "nothing is stored, so no room is needed";
    EXPECT_EQ(300u, length);
    ASSERT_EQ(TH_OK, th_make_room(map.raw(), map.stamp(), large.size()));
    EXPECT_EQ(TH_PRESENT, put(TH_PUT_ALWAYS));
    EXPECT_EQ(std::string(300, 'a'), std::string(before.begin(), before.end()));
    EXPECT_EQ(TH_PRESENT, map.find("key", &value));
    EXPECT_EQ(large, value);
    EXPECT_TRUE(isSound(map));
}

TEST(Entry, IfPresentNeverInserts) {
    for (const NamedType &named : keyKinds()) {
        Heap heap;
        Map map(heap, named.type);
        std::string key = makeKey(named.type, 1), value = makeValue(named.type, 1);
        EXPECT_EQ(TH_ABSENT, th_entry_put(map.raw(), map.stamp(), bytes(key), key.size(), bytes(value),
                                          value.size(), TH_PUT_IF_PRESENT, nullptr, 0, nullptr));
        EXPECT_EQ(0u, map.stats().buckets) << "it took no room";
        map.put(makeKey(named.type, 2), value);
        EXPECT_EQ(TH_ABSENT, map.withRoom(0, [&] {
            return th_entry_put(map.raw(), map.stamp(), bytes(key), key.size(), bytes(value), value.size(),
                                TH_PUT_IF_PRESENT, nullptr, 0, nullptr);
        }));
        EXPECT_EQ(1, map.size());
        EXPECT_TRUE(isSound(map)) << named.name;
    }
}

TEST(Entry, WrongArgumentsAreInvalid) {
    for (const NamedType &named : allTypes()) {
        Heap heap;
        Map map(heap, named.type);
        th_map *m = map.raw();
        uint64_t s = map.stamp(), length = 5;
        std::string key = makeKey(named.type, 1), value = makeValue(named.type, 1);
        uint8_t room[2000];
        ASSERT_EQ(TH_ABSENT, map.put(key, value));
        auto put = [&](const std::string &k, const std::string &v, uint32_t mode) {
            return th_entry_put(m, s, bytes(k), k.size(), bytes(v), v.size(), mode, room, sizeof room,
                                &length);
        };
        EXPECT_EQ(TH_INVALID, put(key, value, 3)) << named.name;
        EXPECT_EQ(TH_INVALID,
                  th_entry_get(m, s, nullptr, std::max<uint64_t>(key.size(), 1), room, 2000, &length));
        EXPECT_EQ(TH_INVALID, th_entry_put(m, s, bytes(key), key.size(), nullptr, value.size() + 1, 0,
                                           nullptr, 0, nullptr));
        if (named.type.key_kind == TH_KIND_FIXED) {
            for (const std::string &wrong : {key + "x", key.substr(1)}) {
                EXPECT_EQ(TH_INVALID, put(wrong, value, TH_PUT_ALWAYS)) << named.name;
                EXPECT_EQ(TH_INVALID, th_entry_get(m, s, bytes(wrong), wrong.size(), room, 2000, &length));
                EXPECT_EQ(TH_INVALID, th_entry_remove(m, s, bytes(wrong), wrong.size(), room, 2000, &length));
            }
        } else {
            EXPECT_EQ(TH_LIMIT, th_entry_get(m, s, bytes(key), uint64_t{1} << 31, room, 2000, &length));
        }
        if (named.type.value_kind == TH_KIND_FIXED) {
            EXPECT_EQ(TH_INVALID, put(key, value + "x", TH_PUT_ALWAYS)) << named.name;
        }
        EXPECT_EQ(5u, length);
        EXPECT_EQ(1, map.size());
        EXPECT_TRUE(isSound(map)) << named.name;
    }
}

/* A batch stops where an element is not right, with what came before it done. */
TEST(Entry, BatchesStopAtAWrongElement) {
    Heap heap;
    Map map(heap, typeOf(kKeyParts[5], kValueParts[7]));
    th_map *m = map.raw();
    uint64_t s = map.stamp();
    const uint8_t data[16] = "abcdefghijklmno";
    const uint64_t good[4] = {0, 3, 6, 9}, goodEnds[4] = {3, 6, 9, 12};
    auto putAll = [&](const uint64_t *starts, const uint64_t *ends, uint64_t size, const uint64_t *valueEnds,
                      uint64_t done) {
        th_progress p{};
        map.clear();
        EXPECT_EQ(TH_INVALID, map.withRoom(64, [&] {
            return th_entry_put_all(m, s, data, size, starts, ends, data, 15, good, valueEnds, 4, &p);
        }));
        EXPECT_EQ(done, p.done);
        EXPECT_EQ(static_cast<int64_t>(done), map.size());
    };
    const uint64_t shortEnds[4] = {3, 6, 8, 12}, beyond[4] = {3, 6, 9, 16}, before[4] = {3, 2, 9, 12};
    putAll(good, shortEnds, 15, goodEnds, 2);
    putAll(good, goodEnds, 11, goodEnds, 3);
    putAll(good, goodEnds, 15, beyond, 3);
    putAll(good, goodEnds, 15, before, 1);
    putAll(nullptr, nullptr, 11, goodEnds, 3);
    putAll(good, nullptr, 15, goodEnds, 0);
    putAll(nullptr, goodEnds, 15, goodEnds, 0);
    putAll(good, goodEnds, 15, nullptr, 0);

    th_progress p{};
    uint8_t found[4], values[16];
    uint64_t ends[4];
    EXPECT_EQ(TH_INVALID,
              th_entry_get_all(m, s, data, 15, good, goodEnds, values, 16, nullptr, found, 4, &p));
    EXPECT_EQ(TH_INVALID,
              th_entry_get_all(m, s, nullptr, 15, good, goodEnds, values, 16, ends, found, 4, &p));
    EXPECT_EQ(TH_INVALID, th_bytes_remove_all(m, s, data, 15, nullptr, goodEnds, 4, &p));
    EXPECT_EQ(0u, p.done);
}

TEST(Entry, GetAllSaysWhereAValueWouldEnd) {
    Heap heap;
    Map map(heap, bytesBytesType());
    map.put("a", std::string(10, 'x'));
    map.put("c", std::string(20, 'y'));
    const uint8_t data[] = {'a', 'b', 'c'};
    const uint64_t starts[] = {0, 1, 2}, keyEnds[] = {1, 2, 3};
    std::vector<uint8_t> values(29);
    uint64_t ends[3] = {};
    uint8_t found[3] = {9, 9, 9};
    th_progress p{};
    auto get = [&] {
        return th_entry_get_all(map.raw(), map.stamp(), data, 3, starts, keyEnds, values.data(),
                                values.size(), ends, found, 3, &p);
    };
    EXPECT_EQ(TH_SMALL_BUFFER, get());
    EXPECT_EQ(2u, p.done);
    EXPECT_EQ(1u, p.hits);
    EXPECT_EQ(10u, ends[0]);
    EXPECT_EQ(10u, ends[1]);
    EXPECT_EQ(30u, ends[2]);
    values.resize(30);
    EXPECT_EQ(TH_OK, get());
    EXPECT_EQ(2u, p.hits);
    EXPECT_EQ(std::string(10, 'x') + std::string(20, 'y'), std::string(values.begin(), values.end()));
    EXPECT_EQ(std::string({1, 0, 1}), std::string(found, found + 3));
}

/* A call moves some 64 KiB; a wrong key that it has seen ahead is told only when the batch comes to it. */
TEST(Entry, BatchesOfLargeValuesTakeManyCalls) {
    Heap heap;
    Map map(heap, typeOf(kKeyParts[0], kValueParts[6]));
    const uint64_t n = 150, wrong = 140;
    std::vector<uint8_t> keys(8 * n), values(1024 * n), found(n);
    std::vector<uint64_t> starts, ends;
    for (uint64_t i = 0; i < n; i++) {
        keys[8 * i] = static_cast<uint8_t>(i);
        values[1024 * i] = static_cast<uint8_t>(i);
        starts.push_back(8 * i);
        ends.push_back(8 * i + (i == wrong ? 7 : 8));
    }
    for (bool puts : {true, false}) {
        th_progress p{};
        for (uint64_t before = 0;; before = p.done) {
            th_status status = map.withRoom(0, [&] {
                return puts ? th_entry_put_all(map.raw(), map.stamp(), keys.data(), keys.size(),
                                               starts.data(), ends.data(), values.data(), values.size(),
                                               nullptr, nullptr, n, &p)
                            : th_entry_get_all(map.raw(), map.stamp(), keys.data(), keys.size(),
                                               starts.data(), ends.data(), values.data(), values.size(),
                                               nullptr, found.data(), n, &p);
            });
            if (!puts) {
                EXPECT_LE(p.done - before, 64u);
            }
            if (status == TH_MORE)
                continue;
            EXPECT_EQ(TH_INVALID, status);
            break;
        }
        EXPECT_EQ(wrong, p.done);
        EXPECT_EQ(static_cast<int64_t>(wrong), map.size());
    }
    EXPECT_TRUE(isSound(map));
}

TEST(Word, AddWrapsAtTheValuesWidth) {
    for (uint16_t size : {1, 2, 4, 8}) {
        Heap heap;
        Map map(heap, typeOf(kKeyParts[1], {"", TH_KIND_FIXED, size, size}));
        auto add = [&](uint64_t delta, uint64_t otherwise) {
            return map.withRoom(0, [&] { return th_word_add(map.raw(), map.stamp(), 3, delta, otherwise); });
        };
        uint64_t most = ~uint64_t{0} >> (64 - 8 * size);
        EXPECT_EQ(TH_ABSENT, add(0, ~uint64_t{0}));
        EXPECT_EQ(most, th_word_get(map.raw(), map.stamp(), 3, 0));
        EXPECT_EQ(TH_PRESENT, add(2, 0));
        EXPECT_EQ(most, map.previous());
        EXPECT_EQ(1u, th_word_get(map.raw(), map.stamp(), 3, 0)) << size;
    }
}

uint64_t bits(double value) {
    uint64_t word;
    std::memcpy(&word, &value, sizeof word);
    return word;
}

TEST(Word, AddsDoubles) {
    for (uint16_t size : {1, 2, 4, 8}) {
        Heap heap;
        Map map(heap, typeOf({"", TH_KIND_FIXED, size, size}, kValueParts[0]));
        th_map *m = map.raw();
        uint64_t s = map.stamp();
        auto add = [&](double delta) {
            return map.withRoom(0, [&] { return th_word_add_double(m, s, 3, bits(delta), bits(0.5)); });
        };
        EXPECT_EQ(TH_ABSENT, add(0.25));
        EXPECT_EQ(bits(0.75), th_word_get(m, s, 3, 0));
        EXPECT_EQ(TH_PRESENT, add(-1e300));
        EXPECT_EQ(bits(0.75), map.previous());
        EXPECT_EQ(bits(-1e300), th_word_get(m, s, 3, 0));

        std::vector<uint8_t> keys;
        std::vector<double> deltas;
        for (uint64_t i = 0; i < 100; i++) {
            std::string key = packed(i % 20).substr(0, size);
            keys.insert(keys.end(), key.begin(), key.end());
            deltas.push_back(static_cast<double>(i) / 8);
        }
        ASSERT_EQ(TH_OK, map.clear());
        th_progress p{};
        EXPECT_EQ(TH_OK, map.withRoom(0, [&] {
            return th_word_add_all_double(m, s, keys.data(), deltas.data(), 100, bits(0.5), &p);
        }));
        EXPECT_EQ(80u, p.hits);
        for (uint64_t k = 0; k < 20; k++) {
            double sum = 0.5;
            for (uint64_t i = k; i < 100; i += 20)
                sum += deltas[i];
            EXPECT_EQ(bits(sum), th_word_get(m, s, k, 0));
        }
    }
    Heap heap;
    for (const th_type &type : {typeOf(kKeyParts[0], kValueParts[8]), bytesLongType()}) {
        Map map(heap, type);
        th_progress p{};
        uint64_t word = 1;
        EXPECT_EQ(TH_INVALID, th_word_add_double(map.raw(), map.stamp(), 3, 0, 0));
        EXPECT_EQ(TH_INVALID, th_word_add_all_double(map.raw(), map.stamp(), &word, &word, 1, 0, &p));
    }
}

/* Each constant shape is what the layout of its type comes to, or maps of it would go without its functions.
 */
TEST(Word, CommonTypesHaveShapesOfTheirOwn) {
    const std::pair<std::pair<int, int>, uint64_t> known[] = {
        {{0, 0}, 2}, {{2, 0}, 3}, {{1, 8}, 5}, {{1, 0}, 6},
        {{0, 8}, 7}, {{0, 1}, 8}, {{2, 1}, 9}, {{5, 7}, 1},
    };
    Heap heap;
    for (const auto &[parts, number] : known) {
        Map map(heap, typeOf(kKeyParts[parts.first], kValueParts[parts.second]));
        EXPECT_EQ(number, map.stamp() >> 1 & 0x7f) << kKeyParts[parts.first].name;
    }
}

} // namespace
} // namespace tophash::test
