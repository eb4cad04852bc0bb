/* Where things lie in a bucket, and which types are refused. */
#include "support.h"

namespace tophash::test {
namespace {

uint32_t slotSize(uint8_t kind, uint16_t size) {
    return kind == TH_KIND_BYTES ? 16 : size;
}
uint32_t slotAlign(uint8_t kind, uint16_t align) {
    return kind == TH_KIND_BYTES ? 8 : std::max<uint32_t>(align, 1);
}

class LayoutTest : public testing::TestWithParam<NamedType> {};

TEST_P(LayoutTest, PutsEverySlotAsideAndAligned) {
    const th_type &type = GetParam().type;
    th_layout layout{};
    ASSERT_EQ(TH_OK, th_type_layout(&type, &layout));
    uint32_t key = slotSize(type.key_kind, type.key_size), value = slotSize(type.value_kind, type.value_size);

    EXPECT_EQ(48u, layout.header_size);
    EXPECT_GE(layout.slots_offset, 16u) << "eight tophash bytes, a link and four spare bytes come first";
    EXPECT_EQ(0u, layout.bucket_align & (layout.bucket_align - 1));
    EXPECT_EQ(0u, layout.bucket_size % layout.bucket_align);
    EXPECT_EQ(layout.bucket_size - 16 - 8 * (key + value), layout.padding);

    /* Paint the bucket: no byte may belong to two things. */
    std::vector<int> owner(layout.bucket_size, -1);
    auto paint = [&](uint32_t offset, uint32_t size, int id) {
        ASSERT_LE(offset + size, layout.bucket_size) << "thing " << id;
        for (uint32_t i = offset; i < offset + size; i++) {
            ASSERT_EQ(-1, owner[i]) << "byte " << i << " of thing " << id;
            owner[i] = id;
        }
    };
    paint(0, 16, 100);
    for (uint32_t i = 0; i < 8; i++) {
        uint32_t keyAt = layout.slots_offset + i * layout.key_stride;
        uint32_t valueAt = layout.value_offset + i * layout.value_stride;
        paint(keyAt, key, static_cast<int>(i));
        if (value != 0)
            paint(valueAt, value, static_cast<int>(10 + i));
        EXPECT_EQ(0u,
                  keyAt % std::min<uint32_t>(slotAlign(type.key_kind, type.key_align), layout.bucket_align));
        if (value != 0) {
            EXPECT_EQ(0u, valueAt % slotAlign(type.value_kind, type.value_align));
        }
    }
    EXPECT_GE(layout.bucket_align, slotAlign(type.key_kind, type.key_align) > 8 ? 16u : 4u);
}

TEST_P(LayoutTest, GroupsWherePaddingWouldCostMemory) {
    const th_type &type = GetParam().type;
    th_layout layout{};
    ASSERT_EQ(TH_OK, th_type_layout(&type, &layout));
    uint32_t key = slotSize(type.key_kind, type.key_size), value = slotSize(type.value_kind, type.value_size);
    if (layout.interleaved) {
        EXPECT_EQ(layout.key_stride, layout.value_stride);
        EXPECT_EQ(key + value, layout.key_stride) << "interleaving pads each pair";
    } else {
        EXPECT_EQ(key, layout.key_stride);
        EXPECT_EQ(value, layout.value_stride);
    }
    EXPECT_LT(layout.padding, layout.bucket_align + 16u);
}

/* The engine must put the values where the layout says: their addresses are aligned for their type. */
TEST_P(LayoutTest, ValuesAreAlignedInMemory) {
    Heap heap;
    Map map(heap, GetParam().type);
    uint64_t count = std::min<uint64_t>(60, keyCount(map.type()));
    for (uint64_t i = 0; i < count; i++) {
        ASSERT_EQ(TH_ABSENT, map.put(makeKey(map.type(), i), makeValue(map.type(), i)));
    }
    uint32_t align = map.type().value_kind == TH_KIND_BYTES ? 1 : slotAlign(0, map.type().value_align);
    for (uint64_t i = 0; i < count; i++) {
        const void *value = nullptr;
        uint64_t length = 0;
        std::string key = makeKey(map.type(), i);
        ASSERT_EQ(TH_PRESENT, th_find(map.raw(), map.stamp(), key.data(), key.size(), &value, &length));
        EXPECT_EQ(0u, reinterpret_cast<uintptr_t>(value) % align);
        EXPECT_EQ(makeValue(map.type(), i).size(), length);
    }
}

INSTANTIATE_TEST_SUITE_P(Types, LayoutTest, testing::ValuesIn(allTypes()),
                         [](const auto &param) { return param.param.name; });

TEST(Layout, LongToLongTakes144Bytes) {
    th_type type = longType();
    th_layout layout{};
    ASSERT_EQ(TH_OK, th_type_layout(&type, &layout));
    EXPECT_EQ(144u, layout.bucket_size);
    EXPECT_EQ(1u, layout.interleaved);
    EXPECT_EQ(16u, layout.key_stride);
    EXPECT_EQ(layout.slots_offset + 8, layout.value_offset);
    EXPECT_EQ(0u, layout.padding);
}

TEST(Layout, LongToByteIsGroupedLikeGo) {
    th_type type = typeOf(kKeyParts[0], {"", TH_KIND_FIXED, 1, 1});
    th_layout layout{};
    ASSERT_EQ(TH_OK, th_type_layout(&type, &layout));
    EXPECT_EQ(0u, layout.interleaved);
    EXPECT_EQ(88u, layout.bucket_size) << "16 + 8 * 8 + 8 * 1";
}

TEST(Layout, SetsHaveNoValues) {
    th_type type = typeOf(kKeyParts[0], {"", TH_KIND_FIXED, 0, 1});
    th_layout layout{};
    ASSERT_EQ(TH_OK, th_type_layout(&type, &layout));
    EXPECT_EQ(80u, layout.bucket_size);
}

struct Refused {
    const char *why;
    th_type type;
};

TEST(Layout, RefusesTypesThatBreakTheRules) {
    const Refused list[] = {
        {"key of no bytes", {TH_KIND_FIXED, TH_KIND_FIXED, 0, 1, 8, 8}},
        {"key too large", {TH_KIND_FIXED, TH_KIND_FIXED, 129, 1, 8, 8}},
        {"value too large", {TH_KIND_FIXED, TH_KIND_FIXED, 8, 8, 1025, 1}},
        {"key align 0", {TH_KIND_FIXED, TH_KIND_FIXED, 8, 0, 8, 8}},
        {"value align 0", {TH_KIND_FIXED, TH_KIND_FIXED, 8, 8, 8, 0}},
        {"key align no power of two", {TH_KIND_FIXED, TH_KIND_FIXED, 12, 3, 8, 8}},
        {"value align no power of two", {TH_KIND_FIXED, TH_KIND_FIXED, 8, 8, 12, 6}},
        {"key align too large", {TH_KIND_FIXED, TH_KIND_FIXED, 64, 32, 8, 8}},
        {"value align too large", {TH_KIND_FIXED, TH_KIND_FIXED, 8, 8, 64, 32}},
        {"key align does not divide", {TH_KIND_FIXED, TH_KIND_FIXED, 12, 8, 8, 8}},
        {"value align does not divide", {TH_KIND_FIXED, TH_KIND_FIXED, 8, 8, 12, 8}},
        {"align above the size", {TH_KIND_FIXED, TH_KIND_FIXED, 2, 4, 8, 8}},
        {"bytes key with a size", {TH_KIND_BYTES, TH_KIND_FIXED, 8, 0, 8, 8}},
        {"bytes key with an align", {TH_KIND_BYTES, TH_KIND_FIXED, 0, 8, 8, 8}},
        {"bytes value with a size", {TH_KIND_FIXED, TH_KIND_BYTES, 8, 8, 16, 0}},
        {"bytes value with an align", {TH_KIND_FIXED, TH_KIND_BYTES, 8, 8, 0, 1}},
        {"unknown key kind", {2, TH_KIND_FIXED, 8, 8, 8, 8}},
        {"unknown value kind", {TH_KIND_FIXED, 255, 8, 8, 8, 8}},
    };
    Heap heap;
    for (const Refused &refused : list) {
        th_layout layout{};
        EXPECT_EQ(TH_INVALID, th_type_layout(&refused.type, &layout)) << refused.why;
        th_map *map = nullptr;
        uint64_t stamp = 0;
        EXPECT_EQ(TH_INVALID, th_map_create(heap.raw(), &refused.type, nullptr, &map, &stamp)) << refused.why;
    }
    EXPECT_EQ(0u, heap.stats().live_bytes);
}

TEST(Layout, AcceptsEverySizeAndEveryAlignThatDividesIt) {
    th_layout layout{};
    for (uint16_t size = 1; size <= TH_MAX_FIXED_KEY; size++) {
        for (uint16_t align = 1; align <= TH_MAX_ALIGN; align = static_cast<uint16_t>(align * 2)) {
            th_type type{TH_KIND_FIXED, TH_KIND_FIXED, size, align, 0, 1};
            EXPECT_EQ(size % align == 0 ? TH_OK : TH_INVALID, th_type_layout(&type, &layout))
                << size << '/' << align;
        }
    }
    for (uint16_t size = 1; size <= TH_MAX_FIXED_VALUE; size++) {
        for (uint16_t align = 1; align <= TH_MAX_ALIGN; align = static_cast<uint16_t>(align * 2)) {
            th_type type{TH_KIND_FIXED, TH_KIND_FIXED, 4, 4, size, align};
            EXPECT_EQ(size % align == 0 ? TH_OK : TH_INVALID, th_type_layout(&type, &layout))
                << size << '/' << align;
        }
    }
}

} // namespace
} // namespace tophash::test
