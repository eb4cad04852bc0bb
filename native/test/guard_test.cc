/*
 * Pages that nobody may touch: arguments lie right before (or right after) one, and every region that the
 * engine maps is followed by one. A read or write past the end ends the test program.
 */
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>

#include "support.h"

#if defined(__SANITIZE_ADDRESS__) || TOPHASH_TSAN
#define TOPHASH_OWN_MMAP 0 /* the sanitizers have a mmap of their own */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TOPHASH_OWN_MMAP 0
#endif
#endif
#ifndef TOPHASH_OWN_MMAP
#define TOPHASH_OWN_MMAP 1
#endif

namespace {

size_t pageSize() {
    static const size_t size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    return size;
}

} // namespace

#if TOPHASH_OWN_MMAP
namespace {

/* Ends of guarded mappings. A plain array: this runs inside mmap and must not allocate. */
constexpr size_t kMost = 1 << 16;
uintptr_t guarded[kMost];
size_t guardedCount;
uint64_t guardsMade;
std::mutex guardedLock;

void *systemMap(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
    long result = syscall(SYS_mmap, address, length, protection, flags, fd, offset);
    return result == -1 ? MAP_FAILED : reinterpret_cast<void *>(result);
}

uintptr_t roundedUp(uintptr_t n) {
    return (n + pageSize() - 1) / pageSize() * pageSize();
}

} // namespace

/*
 * Stands before the C library's function for the engine, which is linked into this program: maps one page
 * more and forbids it. The engine's own idea of its regions does not change.
 */
extern "C" void *mmap(void *address, size_t length, int protection, int flags, int fd,
                      off_t offset) noexcept {
    if (address != nullptr || fd != -1 || (protection & PROT_WRITE) == 0) {
        return systemMap(address, length, protection, flags, fd, offset);
    }
    size_t inner = roundedUp(length);
    void *start = systemMap(nullptr, inner + pageSize(), protection, flags, fd, offset);
    if (start == MAP_FAILED)
        return start;
    std::lock_guard<std::mutex> lock(guardedLock);
    uintptr_t end = reinterpret_cast<uintptr_t>(start) + inner;
    if (guardedCount < kMost && mprotect(reinterpret_cast<void *>(end), pageSize(), PROT_NONE) == 0) {
        guarded[guardedCount++] = end;
        guardsMade++;
    } else {
        syscall(SYS_munmap, end, pageSize());
    }
    return start;
}

extern "C" int munmap(void *address, size_t length) noexcept {
    uintptr_t end = roundedUp(reinterpret_cast<uintptr_t>(address) + length);
    std::lock_guard<std::mutex> lock(guardedLock);
    uintptr_t *at = std::find(guarded, guarded + guardedCount, end);
    if (at != guarded + guardedCount) {
        *at = guarded[--guardedCount];
        length = end - reinterpret_cast<uintptr_t>(address) + pageSize();
    }
    return static_cast<int>(syscall(SYS_munmap, address, length));
}
#endif

namespace tophash::test {
namespace {

/* Memory between two forbidden pages. */
class Fenced {
  public:
    Fenced() {
        void *start =
            mmap(nullptr, 3 * pageSize() + kRoom, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (start == MAP_FAILED)
            printAndAbort("no memory for a fence");
        base_ = static_cast<uint8_t *>(start);
        mprotect(base_, pageSize(), PROT_NONE);
        mprotect(base_ + pageSize() + kRoom, pageSize(), PROT_NONE);
    }
    Fenced(const Fenced &) = delete;
    Fenced &operator=(const Fenced &) = delete;
    ~Fenced() { munmap(base_, 3 * pageSize() + kRoom); }

    /* n bytes that end where the fence begins. */
    uint8_t *before(size_t n) { return base_ + pageSize() + kRoom - n; }
    /* Bytes that begin where the other fence ends. */
    uint8_t *after() { return base_ + pageSize(); }

    uint8_t *placed(std::string_view bytes, bool atEnd) {
        uint8_t *to = atEnd ? before(bytes.size()) : after();
        if (!bytes.empty())
            std::memcpy(to, bytes.data(), bytes.size());
        return to;
    }

    static constexpr size_t kRoom = 1 << 16;

  private:
    uint8_t *base_;
};

class GuardTest : public testing::TestWithParam<std::string> {
  protected:
    Fenced keys_, values_, starts_, ends_;

    /* The value from before ends where a fence begins, whether it has room or lacks a byte. */
    void entryCalls(Map &map, const uint8_t *key, uint64_t length, const uint8_t *value,
                    const std::string &expected) {
        th_map *m = map.raw();
        uint64_t s = map.stamp(), size = expected.size(), told = 0;
        uint8_t *before = starts_.before(size);
        auto put = [&](uint64_t room) {
            return map.withRoom(length + size, [&] {
                return th_entry_put(m, s, key, length, value, size, TH_PUT_ALWAYS, starts_.before(room), room,
                                    &told);
            });
        };
        if (size > 0) {
            EXPECT_EQ(TH_SMALL_BUFFER, put(size - 1));
            EXPECT_EQ(TH_SMALL_BUFFER,
                      th_entry_get(m, s, key, length, starts_.before(size - 1), size - 1, &told));
        }
        EXPECT_EQ(TH_PRESENT, put(size));
        EXPECT_EQ(expected, std::string(before, before + size));
        EXPECT_EQ(TH_PRESENT, th_entry_get(m, s, key, length, before, size, &told));
        EXPECT_EQ(TH_PRESENT,
                  map.withRoom(0, [&] { return th_entry_remove(m, s, key, length, before, size, &told); }));
        EXPECT_EQ(TH_ABSENT, map.withRoom(length + size, [&] {
            return th_entry_put(m, s, key, length, value, size, TH_PUT_IF_ABSENT, nullptr, 0, nullptr);
        }));
    }

  private:
    KernelScope kernel_{GetParam()};
};

TEST_P(GuardTest, KeysAndValuesAtTheEdge) {
    for (const NamedType &named : keyKinds()) {
        for (bool atEnd : {true, false}) {
            Heap heap;
            Map map(heap, named.type);
            th_map *m = map.raw();
            uint64_t s = map.stamp();
            for (uint64_t i = 0; i < 64; i++) {
                std::string key = makeKey(named.type, i), value = makeValue(named.type, i);
                uint8_t *k = keys_.placed(key, atEnd), *v = values_.placed(value, atEnd);
                EXPECT_EQ(TH_ABSENT, th_find(m, s, k, key.size(), nullptr, nullptr));
                EXPECT_EQ(TH_ABSENT, th_put_if_absent(m, s, k, key.size(), v, value.size()));
                EXPECT_EQ(TH_PRESENT, th_put(m, s, k, key.size(), v, value.size()));
                EXPECT_EQ(TH_PRESENT, th_find(m, s, k, key.size(), nullptr, nullptr));
                entryCalls(map, k, key.size(), v, value);
                if (i % 2) {
                    EXPECT_EQ(TH_PRESENT, th_remove(m, s, k, key.size()));
                }
            }
            EXPECT_TRUE(isSound(map)) << named.name;
        }
    }
}

TEST_P(GuardTest, BytesKeysOfEveryLength) {
    for (bool atEnd : {true, false}) {
        Heap heap;
        Map map(heap, bytesLongType());
        th_map *m = map.raw();
        uint64_t s = map.stamp();
        for (uint64_t length = 0; length <= 300; length++) {
            std::string key(length, static_cast<char>('a' + length % 7));
            uint8_t *k = keys_.placed(key, atEnd);
            EXPECT_EQ(9u, th_bytes_get(m, s, k, length, 9));
            EXPECT_EQ(TH_ABSENT, map.withRoom(length, [&] { return th_bytes_put(m, s, k, length, length); }));
            EXPECT_EQ(TH_PRESENT, th_bytes_contains(m, s, k, length));
            EXPECT_EQ(TH_PRESENT, map.withRoom(length, [&] { return th_bytes_add(m, s, k, length, 1, 0); }));
            EXPECT_EQ(length + 1, th_bytes_get(m, s, k, length, 9));
        }
        for (uint64_t length = 0; length <= 300; length++) {
            std::string key(length, static_cast<char>('a' + length % 7));
            uint8_t *k = keys_.placed(key, atEnd);
            EXPECT_EQ(TH_PRESENT, map.withRoom(0, [&] { return th_bytes_remove(m, s, k, length); }));
        }
        EXPECT_TRUE(isSound(map));
    }
}

/* The pipeline hashes ahead; it must not read keys that are not of the batch. */
TEST_P(GuardTest, LongBatchesOfEveryLength) {
    Heap heap;
    Map map(heap, longType());
    th_map *m = map.raw();
    uint64_t s = map.stamp();
    for (uint64_t n = 0; n <= 80; n++) {
        for (bool atEnd : {true, false}) {
            std::string words;
            for (uint64_t i = 0; i < n; i++)
                words += packed(i * 3);
            auto *keys = reinterpret_cast<uint64_t *>(keys_.placed(words, atEnd));
            auto *values = reinterpret_cast<uint64_t *>(values_.placed(words, atEnd));
            auto *found = ends_.placed(std::string(n, 'x'), atEnd);
            auto all = [&](auto call) {
                th_progress progress{};
                EXPECT_EQ(TH_OK, map.withRoom(0, [&] { return call(&progress); })) << n;
                EXPECT_EQ(n, progress.done);
            };
            all([&](th_progress *p) { return th_word_put_all(m, s, keys, values, n, p); });
            all([&](th_progress *p) { return th_word_get_all(m, s, keys, values, n, 0, p); });
            all([&](th_progress *p) { return th_word_contains_all(m, s, keys, found, n, p); });
            all([&](th_progress *p) { return th_word_add_all(m, s, keys, values, n, 0, p); });
            if (n % 3 == 0)
                all([&](th_progress *p) { return th_word_remove_all(m, s, keys, n, p); });
        }
    }
    EXPECT_TRUE(isSound(map));
}

TEST_P(GuardTest, BytesBatchesOfEveryLength) {
    Heap heap;
    Map map(heap, bytesLongType());
    th_map *m = map.raw();
    uint64_t s = map.stamp();
    for (uint64_t n = 0; n <= 60; n++) {
        for (bool atEnd : {true, false}) {
            std::string data, startWords, endWords;
            for (uint64_t i = 0; i < n; i++) {
                startWords += packed(data.size());
                data += bytesKey(i + n);
                endWords += packed(data.size());
            }
            uint8_t *bytes = keys_.placed(data, atEnd);
            auto *starts = reinterpret_cast<uint64_t *>(starts_.placed(startWords, atEnd));
            auto *ends = reinterpret_cast<uint64_t *>(ends_.placed(endWords, atEnd));
            auto *values = reinterpret_cast<uint64_t *>(values_.placed(startWords, atEnd));
            auto all = [&](auto call) {
                th_progress progress{};
                EXPECT_EQ(TH_OK, map.withRoom(64, [&] { return call(&progress); })) << n;
                EXPECT_EQ(n, progress.done);
            };
            size_t size = data.size();
            all([&](th_progress *p) {
                return th_bytes_put_all(m, s, bytes, size, starts, ends, values, n, p);
            });
            all([&](th_progress *p) {
                return th_bytes_get_all(m, s, bytes, size, starts, ends, values, n, 0, p);
            });
            all([&](th_progress *p) {
                return th_bytes_add_all(m, s, bytes, size, starts, ends, values, n, 0, p);
            });
            if (n % 3 == 0)
                all([&](th_progress *p) {
                    return th_bytes_remove_all(m, s, bytes, size, starts, ends, n, p);
                });
        }
    }
    EXPECT_TRUE(isSound(map));
}

/* A walk writes no byte past the room it was given, even when a chain nearly fits. */
TEST_P(GuardTest, WalksIntoBuffersAtTheEdge) {
    Heap heap;
    Map map(heap, bytesBytesType());
    for (uint64_t i = 0; i < 200; i++)
        ASSERT_EQ(TH_ABSENT, map.put(bytesKey(i), std::string(i % 50, 'v')));
    for (uint64_t room = 300; room < 2000; room += 37) {
        for (uint32_t capacity : {24u, 40u}) {
            th_cursor cursor{};
            ASSERT_EQ(TH_OK, th_cursor_start(map.raw(), map.stamp(), mix(room), &cursor));
            th_status status = TH_MORE;
            uint64_t total = 0;
            for (int calls = 0; status == TH_MORE && calls < 1000; calls++) {
                uint32_t count = 0;
                status = th_cursor_next(map.raw(), map.stamp(), &cursor, capacity, &count, keys_.before(room),
                                        room, reinterpret_cast<uint64_t *>(starts_.before(8 * capacity)),
                                        values_.before(room), room,
                                        reinterpret_cast<uint64_t *>(ends_.before(8 * capacity)));
                total += count;
            }
            EXPECT_TRUE(status == TH_OK || status == TH_SMALL_BUFFER) << th_status_name(status);
            if (status == TH_OK) {
                EXPECT_EQ(200u, total);
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Kernels, GuardTest, testing::ValuesIn(kernels()),
                         [](const auto &param) { return param.param; });

/*
 * Regions: with mmap above every test of this program has guards behind all regions. This one makes sure
 * that they are there, and drives each kind of region to its last byte.
 */
TEST(Guard, RegionsAreUsedToTheirEndAndNoFurther) {
#if TOPHASH_OWN_MMAP
    uint64_t before = guardsMade;
#endif
    for (const NamedType &named : keyKinds()) {
        if (keyCount(named.type) < 60000)
            continue;
        Heap heap;
        Map map(heap, named.type);
        for (uint64_t i = 0; i < scaled(8000, 3000); i++) {
            ASSERT_GE(map.put(makeKey(named.type, i), makeValue(named.type, i)), 0);
            if (i % 3 == 0)
                map.remove(makeKey(named.type, i / 2));
        }
        ASSERT_EQ(TH_OK, map.shrink());
        EXPECT_TRUE(isSound(map)) << named.name;
    }
#if TOPHASH_OWN_MMAP
    EXPECT_GT(guardsMade, before + 10) << "the engine's regions are not guarded";
#endif
}

} // namespace
} // namespace tophash::test
