/* What the tests of map files share: a folder of their own, saving, opening, and files as bytes. */
#ifndef TOPHASH_TEST_FILES_H
#define TOPHASH_TEST_FILES_H

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <memory>

#include "support.h"

namespace tophash::test {

/* A folder that goes with its files. */
class Folder {
  public:
    Folder() {
        path_ = base() + "/tophash-XXXXXX";
        if (!mkdtemp(path_.data()))
            printAndAbort("mkdtemp " + path_);
    }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;
    ~Folder() {
        for (const std::string &name : names())
            std::remove((path_ + "/" + name).c_str());
        rmdir(path_.c_str());
    }

    const std::string &path() const { return path_; }
    std::string operator/(const std::string &name) const { return path_ + "/" + name; }

    std::vector<std::string> names() const {
        std::vector<std::string> names;
        DIR *folder = opendir(path_.c_str());
        while (dirent *entry = folder ? readdir(folder) : nullptr) {
            std::string name = entry->d_name;
            if (name != "." && name != "..")
                names.push_back(name);
        }
        if (folder)
            closedir(folder);
        std::sort(names.begin(), names.end());
        return names;
    }

  private:
    /* In memory where there is enough of it: a sync to a disk that others use can take a second. */
    static std::string base() {
        struct statvfs about {};
        if (const char *wanted = std::getenv("TMPDIR"))
            return wanted;
        bool inMemory = statvfs("/dev/shm", &about) == 0 && about.f_bavail * about.f_bsize > 256u << 20 &&
                        access("/dev/shm", W_OK) == 0;
        return inMemory ? "/dev/shm" : "/tmp";
    }

    std::string path_;
};

inline std::string contents(const std::string &path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void writeFile(const std::string &path, std::string_view bytes) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/* Saves the parts of a map; shards 0: an ordinary map. */
inline th_status saveParts(const std::string &path, const th_type &type, uint32_t shards, uint32_t seed,
                           const std::vector<std::pair<th_map *, uint64_t>> &parts, th_file_error *error) {
    th_save *save = nullptr;
    th_status status =
        th_save_begin(path.c_str(), &type, shards, seed, "key", "value", "tests", &save, error);
    for (size_t i = 0; i < parts.size() && status == TH_OK; i++)
        status = th_save_part(save, parts[i].first, parts[i].second, error);
    if (status == TH_OK)
        status = th_save_commit(save, error);
    th_save_end(save);
    return status;
}

inline th_status save(const std::string &path, const Map &map, th_file_error *error = nullptr) {
    return saveParts(path, map.type(), 0, 0, {{map.raw(), map.stamp()}}, error);
}

inline uint32_t seedOf(const Map &map) {
    uint8_t header[48] = {};
    EXPECT_EQ(TH_OK, th_map_header(map.raw(), map.stamp(), header));
    uint32_t seed = 0;
    std::memcpy(&seed, header + 12, sizeof seed);
    return seed;
}

/* Saves a sharded map by way of copies of its shards. */
inline th_status saveSharded(const std::string &path, const Map &map, uint32_t shards,
                             th_file_error *error = nullptr) {
    std::vector<std::pair<th_map *, uint64_t>> parts;
    std::vector<std::unique_ptr<Map>> copies;
    Heap none;
    for (uint32_t i = 0; i < shards; i++) {
        th_map *copy = nullptr;
        uint64_t stamp = 0;
        th_status status = th_shard_copy(map.raw(), map.stamp(), i, &copy, &stamp);
        if (status != TH_OK)
            return status;
        if (copy) {
            copies.push_back(std::make_unique<Map>(map.type(), copy, stamp));
        } else {
            copies.push_back(std::make_unique<Map>(none, map.type(), seeded(seedOf(map))));
        }
        parts.emplace_back(copies.back()->raw(), copies.back()->stamp());
    }
    th_status status = saveParts(path, map.type(), shards, seedOf(map), parts, error);
    copies.clear();
    return status;
}

/* A map opened from a file, or why it was not. */
struct Opened {
    Opened(Heap &heap, const std::string &path, const th_type *type = nullptr) {
        th_map *raw = nullptr;
        uint64_t stamp = 0;
        status = th_map_open(heap.raw(), path.c_str(), type, &raw, &stamp, &info, &error);
        if (status == TH_OK)
            map = std::make_unique<Map>(info.type, raw, stamp);
    }
    th_status verify() { return th_map_verify(map->raw(), map->stamp(), &error); }
    th_status state() const { return th_map_file_state(map->raw(), map->stamp()); }

    th_status status;
    th_file_info info{};
    th_file_error error{};
    std::unique_ptr<Map> map;
};

/* The same of a map loaded from one. */
struct Loaded {
    Loaded(Heap &heap, const std::string &path, const th_map_options &options = {},
           const th_type *type = nullptr) {
        th_map *raw = nullptr;
        uint64_t stamp = 0;
        status = th_map_load(heap.raw(), path.c_str(), type, &options, &raw, &stamp, &info, &error);
        if (status == TH_OK)
            map = std::make_unique<Map>(info.type, raw, stamp);
    }

    th_status status;
    th_file_info info{};
    th_file_error error{};
    std::unique_ptr<Map> map;
};

inline std::string describe(const th_file_error &error) {
    return "reason " + std::to_string(error.reason) + ", what " + std::to_string(error.what) + ", errno " +
           std::to_string(error.os_error) + ", at " + std::to_string(error.offset) + ", expected " +
           std::to_string(error.expected) + ", found " + std::to_string(error.found);
}

/* A map of `count` entries of a type, with a model to compare with. */
inline void fill(Map &map, Model &model, uint64_t count) {
    uint64_t keys = keyCount(map.type());
    for (uint64_t i = 0; i < std::min(count, keys); i++) {
        std::string key = makeKey(map.type(), i), value = makeValue(map.type(), i);
        ASSERT_LE(0, map.put(key, value));
        model[key] = value;
    }
}

/* The bytes of a file, named "original", of a map with so many entries. */
inline std::string fileOf(const th_type &type, uint64_t count, const Folder &folder) {
    Heap heap;
    Map map(heap, type, seeded(7));
    Model model;
    fill(map, model, count);
    EXPECT_EQ(TH_OK, save(folder / "original", map));
    return contents(folder / "original");
}

/* Reads of an opened map, whatever it holds: single keys, and all of it. */
inline void readAll(const Map &map) {
    const th_type &type = map.type();
    static std::vector<uint8_t> value(1 << 16);
    uint64_t length = 0;
    for (uint64_t i = 0; i < 300; i++) {
        std::string key = makeKey(type, i);
        th_status status = th_entry_get(map.raw(), map.stamp(), reinterpret_cast<const uint8_t *>(key.data()),
                                        key.size(), value.data(), value.size(), &length);
        if (status < 0 && status != TH_SMALL_BUFFER)
            complain(th_status_name(status));
    }
}

inline void walk(const Map &map) {
    th_cursor cursor{};
    ASSERT_EQ(TH_OK, th_cursor_start(map.raw(), map.stamp(), 1, &cursor));
    uint32_t capacity = 4096, count = 0;
    static std::vector<uint8_t> keys(1 << 20), values(1 << 20);
    static std::vector<uint64_t> keyEnds(capacity), valueEnds(capacity);
    th_status status;
    uint64_t before;
    do {
        before = cursor.passed[0];
        status = th_cursor_next(map.raw(), map.stamp(), &cursor, capacity, &count, keys.data(), keys.size(),
                                keyEnds.data(), values.data(), values.size(), valueEnds.data());
    } while (status == TH_MORE && cursor.passed[0] != before);
}

} // namespace tophash::test

#endif
