/* The record of layouts in the library says what the code in it does. */
#include "support.h"

#include "../src/describe.h"

namespace tophash::test {
namespace {

constexpr uint32_t kSeed = 0x12345678;

std::vector<th_described_field> fieldsOf(int part) {
    std::vector<th_described_field> found;
    for (const th_described_field &field : th_description.fields) {
        if (field.part == part)
            found.push_back(field);
    }
    return found;
}

const th_described_field &field(const std::string &name) {
    for (const th_described_field &field : th_description.fields) {
        if (name == field.name)
            return field;
    }
    printAndAbort("no field " + name);
    std::abort();
}

/* What lies in a field of some memory. */
uint64_t valueOf(const void *memory, const std::string &name) {
    const th_described_field &at = field(name);
    uint64_t value = 0;
    std::memcpy(&value, static_cast<const char *>(memory) + at.offset, std::min<size_t>(at.size, 8));
    return value;
}

std::string word(uint64_t value) {
    return packed(value);
}

TEST(DescribeTest, IsMarkedAndSized) {
    EXPECT_EQ("THLAYOUT", std::string(th_description.magic, 8));
    EXPECT_EQ(TH_DESCRIPTION_VERSION, th_description.version);
    EXPECT_EQ(sizeof th_description, th_description.bytes);
    EXPECT_EQ(th_description.bytes,
              th_description.shapes_offset + th_description.shape_count * sizeof(th_described_shape));
    EXPECT_EQ(th_description.shapes_offset,
              th_description.fields_offset + th_description.field_count * sizeof(th_described_field));
    EXPECT_EQ(sizeof(void *), th_description.pointer_size);
#ifdef __x86_64__
    EXPECT_STREQ("x86_64", th_description.architecture);
#else
    EXPECT_STREQ("aarch64", th_description.architecture);
#endif
}

/* Every byte of the header, of the cache line and of a bucket's start belongs to one field. */
TEST(DescribeTest, FieldsLieSideBySideAndAligned) {
    uint32_t end = 0;
    for (int part : {TH_FIELD_HEADER, TH_FIELD_MAP, TH_FIELD_BUCKET}) {
        end = part == TH_FIELD_BUCKET ? 0 : end;
        uint32_t whole = part == TH_FIELD_HEADER ? th_description.header_size
                         : part == TH_FIELD_MAP  ? th_description.map_size
                                                 : th_description.slots_offset;
        for (const th_described_field &field : fieldsOf(part)) {
            EXPECT_EQ(end, field.offset) << field.name;
            EXPECT_EQ(0, field.offset % field.align) << field.name;
            end = field.offset + field.size;
        }
        EXPECT_EQ(whole, end);
    }
    EXPECT_EQ(48u, th_description.header_size);
}

/* Reads a live map by the record alone. */
TEST(DescribeTest, FieldsOfAMapHoldWhatTheyAreNamedFor) {
    Heap heap;
    Map map(heap, longType(), seeded(kSeed));
    const void *memory = map.raw();
    EXPECT_EQ(0u, valueOf(memory, "buckets"));
    for (uint64_t i = 0; i < 1000; i++) {
        ASSERT_EQ(TH_ABSENT, map.put(word(i), word(i + 7)));
    }
    ASSERT_EQ(TH_PRESENT, map.put(word(3), word(99)));
    th_map_stats stats = map.stats();
    EXPECT_EQ(1000u, valueOf(memory, "count"));
    EXPECT_EQ(0u, valueOf(memory, "flags") & ~uint64_t{8}) << "at most growing";
    EXPECT_EQ(stats.b, valueOf(memory, "B"));
    EXPECT_EQ(stats.overflow_buckets, valueOf(memory, "noverflow"));
    EXPECT_EQ(kSeed, valueOf(memory, "hash0"));
    EXPECT_EQ(63u - stats.b, valueOf(memory, "buckets") & 63u);
    EXPECT_EQ(stats.old_buckets != 0, valueOf(memory, "oldbuckets") != 0);
    EXPECT_EQ(stats.evacuated, stats.old_buckets == 0 ? 0 : valueOf(memory, "nevacuate"));
    EXPECT_NE(0u, valueOf(memory, "extra"));
    EXPECT_EQ(map.stamp(), valueOf(memory, "stamp"));
    EXPECT_EQ(10u, valueOf(memory, "previous"));
    EXPECT_EQ(TH_PREVIOUS_OFFSET, field("previous").offset);
}

TEST(DescribeTest, FieldsOfABucketHoldWhatTheyAreNamedFor) {
    Heap heap;
    Map map(heap, longType(), seeded(kSeed));
    ASSERT_EQ(TH_ABSENT, map.put(word(5), word(6)));
    uint64_t array = valueOf(map.raw(), "buckets") & ~uint64_t{63};
    const char *bucket = reinterpret_cast<const char *>(static_cast<uintptr_t>(array));
    const char *slot = bucket + th_description.slots_offset;
    EXPECT_EQ(word(5) + word(6), std::string(slot, 16));
    EXPECT_LE(5u, valueOf(bucket, "tophash")) << "one entry, in the first slot";
    EXPECT_GE(255u, valueOf(bucket, "tophash"));
    EXPECT_EQ(th_description.slots, field("tophash").size);
    EXPECT_EQ(0u, valueOf(bucket, "overflow"));
}

/* Each overflow bucket is linked from one place. */
TEST(DescribeTest, LinksLieWhereItSays) {
    Heap heap;
    Map map(heap, longType(), seeded(kSeed, 10000));
    for (uint64_t i = 0; i < 10000; i++) {
        ASSERT_EQ(TH_ABSENT, map.put(word(mix(i)), word(i)));
    }
    th_map_stats stats = map.stats();
    ASSERT_EQ(0u, stats.old_buckets);
    ASSERT_LT(10u, stats.overflow_buckets);
    th_layout layout{};
    ASSERT_EQ(TH_OK, th_type_layout(&map.type(), &layout));
    uint64_t array = valueOf(map.raw(), "buckets") & ~uint64_t{63};
    uint64_t links = 0;
    for (uint64_t i = 0; i < stats.buckets + stats.overflow_buckets; i++) {
        uintptr_t bucket = static_cast<uintptr_t>(array + i * layout.bucket_size);
        links += valueOf(reinterpret_cast<const char *>(bucket), "overflow") != 0;
    }
    EXPECT_EQ(stats.overflow_buckets, links);
}

/* The shapes that code was compiled for are what the rule makes of their types. */
TEST(DescribeTest, ShapesAreWhatTheRuleSays) {
    EXPECT_EQ(TH_DESCRIBED_SHAPES, th_description.shape_count);
    for (const th_described_shape &shape : th_description.shapes) {
        th_type type{};
        type.key_kind = shape.key_bytes ? TH_KIND_BYTES : TH_KIND_FIXED;
        type.key_size = type.key_align = static_cast<uint16_t>(shape.key_bytes ? 0 : shape.key_size);
        type.value_size = static_cast<uint16_t>(shape.value_size);
        type.value_align = static_cast<uint16_t>(std::max(shape.value_size, 1u));
        th_layout layout{};
        ASSERT_EQ(TH_OK, th_type_layout(&type, &layout)) << shape.id;
        EXPECT_EQ(layout.key_stride, shape.key_stride) << shape.id;
        EXPECT_EQ(layout.value_offset, shape.value_offset) << shape.id;
        EXPECT_EQ(layout.value_stride, shape.value_stride) << shape.id;
        EXPECT_EQ(layout.bucket_size, shape.bucket_size) << shape.id;
        EXPECT_EQ(layout.header_size, th_description.header_size);
        EXPECT_EQ(layout.slots_offset, th_description.slots_offset);
        EXPECT_EQ(layout.bucket_align, th_description.bucket_align) << shape.id;
        if (shape.key_bytes != 0) {
            EXPECT_EQ(th_description.bytes_slot, shape.key_size) << shape.id;
        }
    }
}

th_status fixed(uint32_t key, uint32_t value, uint32_t align) {
    th_type type{};
    type.key_size = static_cast<uint16_t>(key);
    type.value_size = static_cast<uint16_t>(value);
    type.key_align = type.value_align = static_cast<uint16_t>(align);
    th_layout layout{};
    return th_type_layout(&type, &layout);
}

TEST(DescribeTest, LimitsAreThoseOfTheRule) {
    uint32_t key = th_description.max_fixed_key, value = th_description.max_fixed_value;
    uint32_t align = th_description.max_align;
    EXPECT_EQ(TH_OK, fixed(key, value, 1));
    EXPECT_EQ(TH_INVALID, fixed(key + 1, value, 1));
    EXPECT_EQ(TH_INVALID, fixed(key, value + 1, 1));
    EXPECT_EQ(TH_OK, fixed(2 * align, 2 * align, align));
    EXPECT_EQ(TH_INVALID, fixed(2 * align, 2 * align, 2 * align));

    th_type type = bytesBytesType();
    th_layout layout{};
    ASSERT_EQ(TH_OK, th_type_layout(&type, &layout));
    EXPECT_EQ(2 * th_description.bytes_slot, layout.key_stride);
    EXPECT_EQ(th_description.slots_offset + 2 * th_description.slots * th_description.bytes_slot,
              layout.bucket_size);
    type.key_kind = TH_KIND_FIXED;
    type.key_size = type.key_align = 1; /* eight bytes of keys: bytes values begin where they may */
    ASSERT_EQ(TH_OK, th_type_layout(&type, &layout));
    EXPECT_EQ(0u, layout.value_offset % th_description.bytes_align);
}

TEST(DescribeTest, ShortBytesLieInTheirSlot) {
    Heap heap;
    Map map(heap, bytesLongType(), seeded(kSeed));
    ASSERT_EQ(TH_ABSENT, map.put(std::string(th_description.inline_bytes, 'x'), word(1)));
    EXPECT_EQ(0u, map.stats().heap_bytes_live);
    ASSERT_EQ(TH_ABSENT, map.put(std::string(th_description.inline_bytes + 1, 'x'), word(1)));
    EXPECT_NE(0u, map.stats().heap_bytes_live);
}

TEST(DescribeTest, TheArrayDoublesAtTheLoadFactor) {
    Heap heap;
    Map map(heap, longType(), seeded(kSeed));
    for (uint64_t i = 0; i < 100; i++) {
        ASSERT_EQ(TH_ABSENT, map.put(word(i), word(i)));
    }
    th_map_stats stats = map.stats();
    EXPECT_EQ(stats.buckets * th_description.load_numerator / th_description.load_denominator, stats.grow_at);
}

} // namespace
} // namespace tophash::test
