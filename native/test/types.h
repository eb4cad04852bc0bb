/*
 * The types that the tests go through, and keys and values for them made from numbers: key i and value i
 * are the same on every machine and run.
 */
#ifndef TOPHASH_TEST_TYPES_H
#define TOPHASH_TEST_TYPES_H

#include <algorithm>
#include <string>
#include <vector>

#include "engine.h"

namespace tophash::test {

struct NamedType {
    std::string name;
    th_type type;
};

struct Part {
    const char *name;
    uint8_t kind;
    uint16_t size;
    uint16_t align;
};

/* One of each way that a slot can be laid out and compared, the commonest first. */
inline constexpr Part kKeyParts[] = {
    {"k8", TH_KIND_FIXED, 8, 8},      {"k4", TH_KIND_FIXED, 4, 4},    {"kBytes", TH_KIND_BYTES, 0, 0},
    {"k1", TH_KIND_FIXED, 1, 1},      {"k2", TH_KIND_FIXED, 2, 2},    {"k3", TH_KIND_FIXED, 3, 1},
    {"k12", TH_KIND_FIXED, 12, 4},    {"k16", TH_KIND_FIXED, 16, 16}, {"k24", TH_KIND_FIXED, 24, 8},
    {"k128", TH_KIND_FIXED, 128, 16},
};
inline constexpr Part kValueParts[] = {
    {"v8", TH_KIND_FIXED, 8, 8},        {"v0", TH_KIND_FIXED, 0, 1},     {"v1", TH_KIND_FIXED, 1, 1},
    {"v2", TH_KIND_FIXED, 2, 2},        {"v12", TH_KIND_FIXED, 12, 4},   {"v16", TH_KIND_FIXED, 16, 16},
    {"v1024", TH_KIND_FIXED, 1024, 16}, {"vBytes", TH_KIND_BYTES, 0, 0}, {"v4", TH_KIND_FIXED, 4, 4},
};

inline th_type typeOf(const Part &key, const Part &value) {
    th_type type{};
    type.key_kind = key.kind;
    type.value_kind = value.kind;
    type.key_size = key.size;
    type.key_align = key.align;
    type.value_size = value.size;
    type.value_align = value.align;
    return type;
}

inline const std::vector<NamedType> &allTypes() {
    static const std::vector<NamedType> types = [] {
        std::vector<NamedType> list;
        for (const Part &key : kKeyParts) {
            for (const Part &value : kValueParts) {
                list.push_back({std::string(key.name) + value.name, typeOf(key, value)});
            }
        }
        return list;
    }();
    return types;
}

/* One type per key kind, with the value that is likeliest to go wrong beside it. */
inline std::vector<NamedType> keyKinds() {
    std::vector<NamedType> list;
    size_t i = 0;
    for (const Part &key : kKeyParts) {
        const Part &value = kValueParts[i++ % std::size(kValueParts)];
        list.push_back({std::string(key.name) + value.name, typeOf(key, value)});
    }
    return list;
}

inline th_type longType() {
    return typeOf(kKeyParts[0], kValueParts[0]);
}
inline th_type bytesLongType() {
    return typeOf(kKeyParts[2], kValueParts[0]);
}
inline th_type bytesBytesType() {
    return typeOf(kKeyParts[2], kValueParts[7]);
}

/* How many different keys a type has, at most 2^63. */
inline uint64_t keyCount(const th_type &type) {
    if (type.key_kind == TH_KIND_BYTES || type.key_size >= 8)
        return uint64_t{1} << 63;
    return uint64_t{1} << (8 * type.key_size);
}

inline std::string packed(uint64_t number) {
    return std::string(reinterpret_cast<const char *>(&number), sizeof number);
}

inline uint64_t unpacked(std::string_view bytes) {
    uint64_t number = 0;
    std::memcpy(&number, bytes.data(), std::min(bytes.size(), sizeof number));
    return number;
}

/*
 * Bytes keys: key 0 is empty, the others are the number in hexadecimal and 0 to 40 bytes of padding, so
 * that neighbours differ in length, in the inline part and beyond it. NULs belong to the key.
 */
inline std::string bytesKey(uint64_t i) {
    if (i == 0)
        return {};
    char digits[24];
    std::snprintf(digits, sizeof digits, "%llx", static_cast<unsigned long long>(i));
    return digits + std::string(mix(i) % 41, '\0');
}

/* Entries that give a map of this type an array of a megabyte or two, beyond what batches call small. */
inline uint64_t pipelineSize(const th_type &type) {
    uint64_t key = type.key_kind == TH_KIND_BYTES ? 16 : type.key_size;
    uint64_t value = type.value_kind == TH_KIND_BYTES ? 16 : type.value_size;
    return (uint64_t{1} << 20) / (16 + 8 * (key + value)) * 6;
}

inline std::string makeKey(const th_type &type, uint64_t i) {
    if (type.key_kind == TH_KIND_BYTES)
        return bytesKey(i);
    std::string key = packed(i);
    /* Wide keys differ only in their first bytes or only in their last, by turns. */
    if (type.key_size > 8) {
        std::string padding(type.key_size - 8, '\x5a');
        key = i % 2 ? padding + key : key + padding;
    }
    return key.substr(0, type.key_size);
}

inline std::string makeValue(const th_type &type, uint64_t i) {
    uint64_t length = type.value_size;
    if (type.value_kind == TH_KIND_BYTES)
        length = i % 61 == 60 ? 3000 : mix(~i) % 48;
    std::string value;
    while (value.size() < length)
        value += packed(mix(i + value.size()));
    return value.substr(0, length);
}

} // namespace tophash::test

#endif
