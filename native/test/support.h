/*
 * What every test file includes: the engine's owners and the model, reported through GoogleTest.
 *
 * TOPHASH_TEST_SCALE divides the number of rounds of long tests, for emulators and sanitizers.
 */
#ifndef TOPHASH_TEST_SUPPORT_H
#define TOPHASH_TEST_SUPPORT_H

#include <gtest/gtest.h>
#include <sched.h>

#include "twin.h"

#if defined(__SANITIZE_THREAD__)
#define TOPHASH_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TOPHASH_TSAN 1
#endif
#endif
#ifndef TOPHASH_TSAN
#define TOPHASH_TSAN 0
#endif

/* Whether any sanitizer that has memory of its own is compiled in. */
#if defined(__SANITIZE_ADDRESS__) || TOPHASH_TSAN
#define TOPHASH_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TOPHASH_SANITIZED 1
#endif
#endif
#ifndef TOPHASH_SANITIZED
#define TOPHASH_SANITIZED 0
#endif

namespace tophash::test {

inline void recordFailure(const std::string &message) {
    ADD_FAILURE() << message;
}

inline const bool kReportsThroughGoogleTest = (complain = recordFailure, true);

inline uint64_t scaled(uint64_t rounds, uint64_t least = 1) {
    static const uint64_t divisor = [] {
        const char *text = std::getenv("TOPHASH_TEST_SCALE");
        uint64_t value = text ? std::strtoull(text, nullptr, 10) : 1;
        return value ? value : 1;
    }();
    return std::max(rounds / divisor, least);
}

/*
 * Whether terabytes of mere address space cost nothing. An emulator that keeps a table entry for each page
 * pays for them with memory, so a scaled run does without.
 */
inline bool addressSpaceIsFree() {
    return scaled(2) == 2;
}

/*
 * Keeps the calling thread on the CPU it is on, for tests that count what a pool gives out: freed memory
 * waits where it was freed, and another CPU would begin chunks of its own.
 */
class OnOneCpu {
  public:
    OnOneCpu() {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(sched_getcpu(), &one);
        sched_getaffinity(0, sizeof before_, &before_);
        sched_setaffinity(0, sizeof one, &one);
    }
    OnOneCpu(const OnOneCpu &) = delete;
    OnOneCpu &operator=(const OnOneCpu &) = delete;
    ~OnOneCpu() { sched_setaffinity(0, sizeof before_, &before_); }

  private:
    cpu_set_t before_;
};

inline testing::AssertionResult isConsistent(const Map &map, const Model &model) {
    std::string message = difference(map, model);
    return message.empty() ? testing::AssertionSuccess() : testing::AssertionFailure() << message;
}

/* After every batch of operations: invariants, size, every key, and a walk against the model. */
#define expectConsistent(twin) EXPECT_TRUE(isConsistent((twin).map, (twin).model))
#define assertConsistent(twin) ASSERT_TRUE(isConsistent((twin).map, (twin).model))

/* Only the invariants; for maps too large to keep a model of. */
inline testing::AssertionResult isSound(const Map &map) {
    char message[512] = "";
    if (th_check_map(map.raw(), map.stamp(), message, sizeof message))
        return testing::AssertionSuccess();
    return testing::AssertionFailure() << message;
}

inline std::vector<std::string> kernels() {
    std::vector<std::string> names;
    for (uint32_t i = 0; const char *name = th_kernel_at(i); i++)
        names.emplace_back(name);
    return names;
}

/* The kernel is one for the process: a test that selects one leaves the old one behind. */
class KernelScope {
  public:
    explicit KernelScope(const std::string &name) : before_(th_kernel()) {
        EXPECT_EQ(TH_OK, th_kernel_select(name.c_str()));
        EXPECT_EQ(name, th_kernel());
    }
    KernelScope(const KernelScope &) = delete;
    KernelScope &operator=(const KernelScope &) = delete;
    ~KernelScope() { EXPECT_EQ(TH_OK, th_kernel_select(before_.c_str())); }

  private:
    std::string before_;
};

/* Keys in the order of the numbers, through th_word_put; the fastest way to a map of n entries. */
inline void fillLong(Map &map, uint64_t from, uint64_t to) {
    for (uint64_t i = from; i < to; i++) {
        th_status status = map.withRoom(0, [&] { return th_word_put(map.raw(), map.stamp(), i, ~i); });
        ASSERT_EQ(TH_ABSENT, status) << "key " << i;
    }
}

} // namespace tophash::test

#endif
