/*
 * What the tests of readers beside writers share: values that tell where they come from, and a heap from
 * which memory is only reclaimed when every thread has left the call it was in.
 */
#ifndef TOPHASH_TEST_SHARDED_H
#define TOPHASH_TEST_SHARDED_H

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include "support.h"

namespace tophash::test {

inline int32_t shardOf(const Map &map, const std::string &key) {
    return th_shard_of(map.raw(), map.stamp(), key.data(), key.size());
}

inline th_status contains(const Map &map, const std::string &key) {
    return th_bytes_contains(map.raw(), map.stamp(), reinterpret_cast<const uint8_t *>(key.data()),
                             key.size());
}

/*
 * Key `number` and its value after write `version`, which can be read back from the value. A value that is
 * not a word is version and number, then bytes that follow from both: a torn or foreign one is seen.
 */
class Told {
  public:
    explicit Told(const th_type &type) : type_(type) {}

    std::string key(uint64_t number) const {
        if (type_.key_kind == TH_KIND_FIXED)
            return makeKey(type_, number);
        return number % 2 ? "k" + std::to_string(number)
                          : std::string(13 + number % 50, 'x') + packed(number);
    }

    std::string value(uint64_t number, uint64_t version) const {
        uint64_t head = version << kNumberBits | number;
        if (type_.value_kind == TH_KIND_FIXED && type_.value_size <= 8)
            return packed(head).substr(0, type_.value_size);
        uint64_t length = type_.value_size;
        if (type_.value_kind == TH_KIND_BYTES)
            length = version % 3 == 0 ? 8 : 8 + mix(head) % 1400;
        std::string text = packed(head);
        text.resize(length);
        for (uint64_t i = 8; i < length; i++)
            text[i] = static_cast<char>(head * 0x9d + i * (2 * number + 1));
        return text;
    }

    /* The version in a value of key `number`; false if it was not written as one. */
    bool versionOf(uint64_t number, std::string_view text, uint64_t *version) const {
        uint64_t head = unpacked(text);
        *version = head >> kNumberBits;
        return text == value(number, *version);
    }

    static constexpr uint32_t kNumberBits = 11;
    static constexpr uint64_t kVersions = 1u << (32 - kNumberBits); /* that a value of 4 bytes can tell */

  private:
    th_type type_;
};

/* Each way that a value can change under a reader, with keys of each kind. */
inline std::vector<NamedType> racedTypes() {
    return {NamedType{"long", longType()},
            NamedType{"k4v4", typeOf(kKeyParts[1], kValueParts[8])},
            NamedType{"k24v16", typeOf(kKeyParts[8], kValueParts[5])},
            NamedType{"k8vBytes", typeOf(kKeyParts[0], kValueParts[7])},
            NamedType{"bytesLong", bytesLongType()},
            NamedType{"bytesV12", typeOf(kKeyParts[2], kValueParts[4])},
            NamedType{"bytesBytes", bytesBytesType()}};
}

/* Each thread counts its calls; memory sealed before all of them have moved on is free to go. */
class Calls {
  public:
    explicit Calls(size_t threads) : count_(threads) {}

    void left(size_t thread) { count_[thread].fetch_add(1, std::memory_order_acq_rel); }
    void done(size_t thread) { count_[thread].store(kDone, std::memory_order_release); }

    /* Whether a thread is still running. */
    bool reclaim(Heap &heap) {
        uint64_t batch = 0;
        if (th_heap_seal(heap.raw(), &batch) != TH_OK)
            complain("seal");
        bool running = false;
        std::vector<uint64_t> seen;
        for (std::atomic<uint64_t> &count : count_)
            seen.push_back(count.load(std::memory_order_acquire));
        for (size_t i = 0; i < count_.size(); i++) {
            while (seen[i] != kDone && count_[i].load(std::memory_order_acquire) == seen[i])
                std::this_thread::yield();
            running |= count_[i].load(std::memory_order_acquire) != kDone;
        }
        if (th_heap_reclaim(heap.raw(), batch) != TH_OK)
            complain("reclaim");
        return running;
    }

  private:
    static constexpr uint64_t kDone = ~uint64_t{0};
    std::vector<std::atomic<uint64_t>> count_;
};

} // namespace tophash::test

#endif
