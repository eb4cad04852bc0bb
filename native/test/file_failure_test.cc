/* Saving and opening when something fails, at every point where it can; and crashes in the middle of a save.
 */
#include <sys/resource.h>

#include <csignal>
#include <functional>

#include "file_bytes.h"
#include "files.h"
#include "sharded.h"

namespace tophash::test {
namespace {

/* The calls of a save, as a test hooks into them. */
class Calls {
  public:
    using Before = std::function<int(int call, const void *data, size_t bytes, uint64_t offset)>;

    explicit Calls(Before before) {
        before_ = std::move(before);
        th_test_file_calls([](int call, const void *data, size_t bytes, uint64_t offset) {
            return before_(call, data, bytes, offset);
        });
    }
    Calls(const Calls &) = delete;
    Calls &operator=(const Calls &) = delete;
    ~Calls() {
        th_test_file_calls(nullptr);
        before_ = nullptr;
    }

  private:
    static inline Before before_;
};

/* Whether the file at `path` is whole and has these entries. */
bool holds(const std::string &path, const Model &model) {
    Heap heap(0, true);
    Opened opened(heap, path);
    if (opened.status != TH_OK || opened.verify() != TH_OK)
        return false;
    std::vector<Entry> entries = walkAll(*opened.map);
    return Model(entries.begin(), entries.end()) == model;
}

int openFiles() {
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

class FileFailure : public testing::Test {
  protected:
    void SetUp() override {
        fill(map_, model_, 3000);
        ASSERT_EQ(TH_OK, save(path_, map_));
        before_ = model_;
        map_.put("another key, which is a long one", "value");
        model_["another key, which is a long one"] = "value";
    }

    Folder folder_;
    std::string path_ = folder_ / "map";
    Heap heap_{0, true};
    Map map_{heap_, bytesBytesType()};
    Model model_;  /* what the map has */
    Model before_; /* what the file has */
};

TEST_F(FileFailure, OfEverySystemCall) {
    int files = openFiles();
    bool failed = true;
    int last = -1;
    for (int nth = 0; failed; nth++) {
        int at = 0;
        failed = false;
        th_file_error error{};
        th_status status;
        {
            Calls calls([&](int call, const void *, size_t, uint64_t) {
                failed |= at == nth;
                last = call;
                return at++ == nth ? EIO : 0;
            });
            status = save(path_, map_, &error);
        }
        ASSERT_EQ(failed ? TH_BAD_FILE : TH_OK, status);
        if (failed) {
            EXPECT_EQ(uint32_t{TH_FILE_OS}, error.reason);
            EXPECT_EQ(EIO, error.os_error);
            const uint32_t what[] = {TH_FILE_OPEN, TH_FILE_WRITE, TH_FILE_SYNC, TH_FILE_RENAME, TH_FILE_SYNC};
            EXPECT_EQ(what[last], error.what);
        }
        /* Once it is renamed it is there, though nobody knows for how long. */
        bool renamed = !failed || last == TH_TEST_FILE_SYNC_FOLDER;
        EXPECT_TRUE(holds(path_, renamed ? model_ : before_)) << nth;
        EXPECT_EQ(std::vector<std::string>{"map"}, folder_.names());
        EXPECT_EQ(files, openFiles());
    }
    EXPECT_EQ(int{TH_TEST_FILE_SYNC_FOLDER}, last);
}

/* The order of calls: everything is written before the sync, the header last, then the rename. */
TEST_F(FileFailure, HeaderLastThenSyncThenRename) {
    std::vector<std::pair<int, uint64_t>> seen;
    {
        Calls calls([&](int call, const void *, size_t, uint64_t offset) {
            seen.emplace_back(call, offset);
            return 0;
        });
        ASSERT_EQ(TH_OK, save(path_, map_));
    }
    ASSERT_GE(seen.size(), 6u);
    EXPECT_EQ(int{TH_TEST_FILE_CREATE}, seen.front().first);
    size_t n = seen.size();
    EXPECT_EQ(std::make_pair(int{TH_TEST_FILE_WRITE}, uint64_t{0}), seen[n - 4]);
    EXPECT_EQ(int{TH_TEST_FILE_SYNC}, seen[n - 3].first);
    EXPECT_EQ(int{TH_TEST_FILE_RENAME}, seen[n - 2].first);
    EXPECT_EQ(int{TH_TEST_FILE_SYNC_FOLDER}, seen[n - 1].first);
    for (size_t i = 1; i < n - 4; i++) {
        EXPECT_EQ(int{TH_TEST_FILE_WRITE}, seen[i].first);
        EXPECT_NE(0u, seen[i].second);
    }
}

/* A crash after any of the writes, the last one half done: the old file is whole, the new one is none. */
TEST_F(FileFailure, EveryPrefixOfTheWrites) {
    struct Write {
        std::string data;
        uint64_t offset;
    };
    std::vector<Write> writes;
    bool renamed = false;
    {
        Calls calls([&](int call, const void *data, size_t bytes, uint64_t offset) {
            renamed |= call == TH_TEST_FILE_RENAME;
            EXPECT_TRUE(holds(path_, renamed && call != TH_TEST_FILE_RENAME ? model_ : before_));
            if (call == TH_TEST_FILE_WRITE)
                writes.push_back({std::string(static_cast<const char *>(data), bytes), offset});
            return 0;
        });
        ASSERT_EQ(TH_OK, save(path_, map_));
    }
    std::string image;
    auto apply = [&](const Write &write, size_t bytes) {
        if (image.size() < write.offset + bytes)
            image.resize(write.offset + bytes);
        image.replace(write.offset, bytes, write.data, 0, bytes);
    };
    Heap heap(0, true);
    std::string torn = folder_ / "torn";
    auto expectRefused = [&] {
        writeFile(torn, image);
        Opened opened(heap, torn);
        EXPECT_EQ(TH_BAD_FILE, opened.status);
    };
    for (size_t i = 0; i < writes.size(); i++) {
        expectRefused();
        std::string before = image;
        for (size_t bytes : {size_t{1}, writes[i].data.size() / 2, writes[i].data.size() - 1}) {
            image = before;
            apply(writes[i], bytes);
            expectRefused();
        }
        image = before;
        apply(writes[i], writes[i].data.size());
    }
    EXPECT_EQ(contents(path_), image);
    EXPECT_TRUE(holds(path_, model_));

    /* Writes that are lost, in whatever order the disk took them: the file is refused, by verifying at last.
     */
    for (size_t lost = 0; lost < writes.size(); lost++) {
        image.clear();
        for (size_t i = 0; i < writes.size(); i++) {
            if (i != lost)
                apply(writes[i], writes[i].data.size());
        }
        writeFile(torn, image);
        EXPECT_FALSE(holds(torn, model_)) << lost;
    }
}

TEST_F(FileFailure, FullDisk) {
    struct rlimit limit {};
    struct sigaction ignored {
    }, before{};
    ignored.sa_handler = SIG_IGN;
    sigaction(SIGXFSZ, &ignored, &before);
    getrlimit(RLIMIT_FSIZE, &limit);
    uint64_t whole = contents(path_).size();
    for (uint64_t room : {uint64_t{0}, uint64_t{4096}, uint64_t{10000}, whole / 2, whole - 1}) {
        struct rlimit small {
            room, limit.rlim_max
        };
        setrlimit(RLIMIT_FSIZE, &small);
        th_file_error error{};
        th_status status = save(path_, map_, &error);
        setrlimit(RLIMIT_FSIZE, &limit);
        EXPECT_EQ(TH_BAD_FILE, status);
        EXPECT_EQ(EFBIG, error.os_error);
        EXPECT_EQ(uint32_t{TH_FILE_WRITE}, error.what);
        EXPECT_TRUE(holds(path_, before_));
        EXPECT_EQ(std::vector<std::string>{"map"}, folder_.names());
    }
    sigaction(SIGXFSZ, &before, nullptr);
    EXPECT_EQ(TH_OK, save(path_, map_));
    EXPECT_TRUE(holds(path_, model_));
}

TEST_F(FileFailure, OfPlaces) {
    th_file_error error{};
    EXPECT_EQ(TH_BAD_FILE, save(folder_ / "missing/map", map_, &error));
    EXPECT_EQ(ENOENT, error.os_error);
    EXPECT_EQ(TH_BAD_FILE, save(folder_.path(), map_, &error)) << "a folder is not replaced";
    EXPECT_EQ(uint32_t{TH_FILE_RENAME}, error.what);
    EXPECT_EQ(TH_BAD_FILE, save(folder_ / std::string(300, 'x'), map_, &error));
    EXPECT_EQ(ENAMETOOLONG, error.os_error);
    EXPECT_EQ(std::vector<std::string>{"map"}, folder_.names());
    if (geteuid() != 0) {
        ASSERT_EQ(0, chmod(folder_.path().c_str(), 0500));
        EXPECT_EQ(TH_BAD_FILE, save(folder_ / "other", map_, &error));
        EXPECT_EQ(EACCES, error.os_error);
        ASSERT_EQ(0, chmod(folder_.path().c_str(), 0700));
    }
}

TEST_F(FileFailure, UsesThatAreWrong) {
    th_save *save = nullptr;
    th_type type = map_.type();
    EXPECT_EQ(TH_INVALID, th_save_begin(nullptr, &type, 0, 0, "", "", "", &save, nullptr));
    EXPECT_EQ(TH_INVALID, th_save_begin(path_.c_str(), &type, 3, 0, "", "", "", &save, nullptr));
    EXPECT_EQ(TH_LIMIT, th_save_begin(path_.c_str(), &type, 8192, 0, "", "", "", &save, nullptr));
    th_save_end(nullptr);

    /* Too few parts, a map of another type, a closed one, a sharded one. */
    ASSERT_EQ(TH_OK, th_save_begin(path_.c_str(), &type, 2, 0, "", "", "", &save, nullptr));
    EXPECT_EQ(TH_INVALID, th_save_commit(save, nullptr));
    EXPECT_EQ(TH_OK, th_save_part(save, map_.raw(), map_.stamp(), nullptr));
    EXPECT_EQ(TH_INVALID, th_save_commit(save, nullptr));
    Map other(heap_, longType());
    EXPECT_EQ(TH_INVALID, th_save_part(save, other.raw(), other.stamp(), nullptr));
    Map many(heap_, type, sharded(2));
    EXPECT_EQ(TH_INVALID, th_save_part(save, many.raw(), many.stamp(), nullptr));
    EXPECT_EQ(TH_CLOSED, th_save_part(save, th_empty_map(), th_empty_stamp(), nullptr));
    Map closed(heap_, type);
    closed.close();
    EXPECT_EQ(TH_CLOSED, th_save_part(save, closed.raw(), closed.stamp(), nullptr));
    th_save_end(save);
    EXPECT_EQ(std::vector<std::string>{"map"}, folder_.names());
    EXPECT_TRUE(holds(path_, before_));
}

/* ---- memory --------------------------------------------------------------------------------------- */

/* Lets each allocation fail in its turn; what `act` made is closed by it. */
void failEach(Heap &heap, const std::function<th_status()> &act) {
    heap.reclaim();
    th_heap_stats before = heap.stats();
    th_status status = TH_NO_MEMORY;
    for (int nth = 0; status == TH_NO_MEMORY; nth++) {
        ASSERT_LT(nth, 1000);
        th_test_fail_allocation(heap.raw(), nth);
        status = act();
        th_test_fail_allocation(heap.raw(), -1);
        heap.reclaim();
        EXPECT_EQ(before.maps, heap.stats().maps) << nth;
        EXPECT_EQ(before.live_bytes, heap.stats().live_bytes) << nth;
        EXPECT_EQ(0u, heap.stats().retired_bytes);
    }
    EXPECT_EQ(TH_OK, status);
}

TEST_F(FileFailure, OfEveryAllocation) {
    Heap heap(0, true);
    failEach(heap, [&] { return Opened(heap, path_).status; });
    failEach(heap, [&] { return Loaded(heap, path_).status; });
    failEach(heap, [&] { return Loaded(heap, path_, sharded(4)).status; });

    Map many(heap, map_.type(), sharded(4));
    for (const auto &[key, value] : model_) {
        Map shard(many, static_cast<uint32_t>(shardOf(many, key)));
        ASSERT_LE(0, shard.put(key, value));
    }
    failEach(heap, [&] {
        th_map *copy = nullptr;
        uint64_t stamp = 0;
        th_status status = th_shard_copy(many.raw(), many.stamp(), 1, &copy, &stamp);
        if (status == TH_OK)
            th_map_close(copy, stamp);
        return status;
    });
    failEach(heap, [&] { return saveSharded(folder_ / "sharded", many, 4); });
    failEach(heap, [&] { return Opened(heap, folder_ / "sharded").status; });
    failEach(heap, [&] { return Loaded(heap, folder_ / "sharded").status; });

    /* A save that has to copy the map. */
    Map removed(heap, map_.type());
    Model model;
    fill(removed, model, 2000);
    for (uint64_t i = 0; i < 2000; i += 3)
        removed.remove(makeKey(removed.type(), i));
    failEach(heap, [&] { return save(path_, removed); });
    EXPECT_TRUE(isSound(removed));
}

TEST_F(FileFailure, UnderALimit) {
    Heap heap(100000, true);
    {
        Opened opened(heap, path_); /* larger than the limit, and no memory of the heap's */
        ASSERT_EQ(TH_OK, opened.status);
        EXPECT_GT(opened.info.bytes, 200000u);
        EXPECT_TRUE(isConsistent(*opened.map, before_));
        Loaded loaded(heap, path_);
        EXPECT_EQ(TH_NO_MEMORY, loaded.status);
    }
    heap.reclaim();
    EXPECT_EQ(0u, heap.stats().live_bytes);
    ASSERT_EQ(TH_OK, th_heap_set_limit(heap.raw(), 100));
    EXPECT_EQ(TH_NO_MEMORY, Opened(heap, path_).status);
}

TEST(FileMany, OpenAtOnce) {
    Folder folder;
    Heap heap(0, true);
    Map map(heap, longType());
    map.put(packed(1), packed(2));
    ASSERT_EQ(TH_OK, save(folder / "map", map));
    int files = openFiles();
    std::vector<std::unique_ptr<Opened>> all;
    for (int i = 0; i < 1000; i++) {
        all.push_back(std::make_unique<Opened>(heap, folder / "map"));
        ASSERT_EQ(TH_OK, all.back()->status);
        ASSERT_EQ(2u, th_word_get(all.back()->map->raw(), all.back()->map->stamp(), 1, 0));
    }
    EXPECT_EQ(files, openFiles());
    bool lacks = lacksPages(contents(folder / "map"), 0);
    ASSERT_EQ(0, truncate((folder / "map").c_str(), 0));
    for (auto &opened : all) {
        ASSERT_EQ(lacks ? 7u : 2u, th_word_get(opened->map->raw(), opened->map->stamp(), 1, 7));
        ASSERT_EQ(lacks ? TH_BAD_FILE : TH_OK, opened->state());
    }
}

} // namespace
} // namespace tophash::test
