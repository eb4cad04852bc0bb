/*
 * Bytes taken for a map file, opened, read in every way, verified and loaded. The fuzzer feeds it what it
 * likes, the tests the kept inputs.
 *
 * A header is checked before anything else is looked at, so few inputs would get further. Hence a second form
 * of input: a byte other than the first one of a file, then the header up to its zeros, then all that follows
 * a header. Its checksums, and if the byte is odd the sizes, are made right.
 */
#ifndef TOPHASH_FUZZ_FILES_H
#define TOPHASH_FUZZ_FILES_H

#include <sys/mman.h>
#include <unistd.h>

#include "../test/file_bytes.h"
#include "../test/types.h"

namespace tophash::test {

/* A file that is nowhere but in memory. */
class MemoryFile {
  public:
    explicit MemoryFile(const std::string &bytes) : file_(memfd_create("map", MFD_CLOEXEC)) {
        if (file_ < 0 || write(file_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
            printAndAbort("memfd_create");
    }
    MemoryFile(const MemoryFile &) = delete;
    MemoryFile &operator=(const MemoryFile &) = delete;
    ~MemoryFile() { ::close(file_); }

    std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }
    void cut(size_t bytes) {
        if (ftruncate(file_, static_cast<off_t>(bytes)) != 0)
            printAndAbort("ftruncate");
    }

  private:
    int file_;
};

class FilePlayer {
  public:
    FilePlayer(const uint8_t *data, size_t size) : bytes_(data, data + size) {
        if (!bytes_.empty() && bytes_[0] != 'T')
            expand();
    }

    void play() {
        MemoryFile file(bytes_);
        Heap heap(uint64_t{1} << 30, true);
        th_map *map = nullptr;
        uint64_t stamp = 0;
        th_file_info info{};
        th_file_error error{};
        th_status status = th_map_open(heap.raw(), file.path().c_str(), nullptr, &map, &stamp, &info, &error);
        th_file_info told{};
        th_status telling = th_file_read_info(file.path().c_str(), &told, &error);
        if (status != TH_OK) {
            if (status != TH_BAD_FILE && status != TH_NO_MEMORY)
                complain(th_status_name(status));
            return;
        }
        if (telling != TH_OK || std::memcmp(&told, &info, sizeof info) != 0)
            complain("what is opened cannot be told of");
        {
            Map opened(info.type, map, stamp);
            read(opened, info);
            bool whole = th_map_verify(map, stamp, &error) == TH_OK;
            load(heap, file, info, whole);
            if (whole && info.shards == 0 && walk(opened) != info.entries)
                complain("a verified file has another number of entries");
            file.cut(bytes_.size() / 2);
            read(opened, info);
        }
        heap.reclaim();
    }

  private:
    void expand() {
        bool sizes = bytes_[0] & 1;
        std::string file(sizeof(FileHeader), '\0');
        size_t head = std::min<size_t>(bytes_.size() - 1, offsetof(FileHeader, zeros));
        file.replace(0, head, bytes_, 1, head);
        file += bytes_.substr(1 + head);
        FileHeader header = headerOf(file);
        if (sizes) {
            std::memcpy(header.magic, "TOPHASH\x1a", 8);
            header.version = TH_FILE_VERSION;
            header.headerBytes = sizeof header;
            header.features = 0;
            header.bytes = file.size();
            std::memcpy(file.data(), &header, sizeof header);
        }
        mendBlocks(file);
        mend(file, header);
        bytes_ = file;
    }

    static void read(const Map &map, const th_file_info &info) {
        std::vector<uint8_t> value(4096);
        uint64_t length = 0;
        for (uint64_t i = 0; i < 40; i++) {
            std::string key = makeKey(info.type, i);
            auto bytes = reinterpret_cast<const uint8_t *>(key.data());
            th_status status =
                th_entry_get(map.raw(), map.stamp(), bytes, key.size(), value.data(), value.size(), &length);
            if (status < 0 && status != TH_SMALL_BUFFER)
                complain(th_status_name(status));
        }
        uint64_t keys[16] = {}, values[16], at = 0;
        for (uint64_t &key : keys)
            key = at++;
        if (map.hasWordKey() && map.hasWordValue()) {
            th_progress progress{};
            th_word_get_all(map.raw(), map.stamp(), keys, values, info.type.key_size == 8 ? 16 : 2, 0,
                            &progress);
        }
        map.stats();
        if (info.shards == 0) {
            walk(map);
        } else {
            for (uint32_t i = 0; i < info.shards && i < 4; i++)
                walk(Map(map, i));
        }
    }

    /* How many entries a walk meets, as far as it gets with buffers of this size. */
    static uint64_t walk(const Map &map) {
        th_cursor cursor{};
        constexpr uint32_t kCapacity = 1 << 12;
        static std::vector<uint8_t> keys(1 << 20), values(1 << 20);
        static std::vector<uint64_t> keyEnds(kCapacity), valueEnds(kCapacity);
        uint64_t entries = 0;
        uint32_t count = 0;
        th_status status = th_cursor_start(map.raw(), map.stamp(), 12345, &cursor);
        for (status = status == TH_OK ? TH_MORE : status; status == TH_MORE; entries += count)
            status =
                th_cursor_next(map.raw(), map.stamp(), &cursor, kCapacity, &count, keys.data(), keys.size(),
                               keyEnds.data(), values.data(), values.size(), valueEnds.data());
        return entries;
    }

    static void load(Heap &heap, const MemoryFile &file, const th_file_info &info, bool whole) {
        th_map *map = nullptr;
        uint64_t stamp = 0;
        th_map_options options{};
        th_status status =
            th_map_load(heap.raw(), file.path().c_str(), nullptr, &options, &map, &stamp, nullptr, nullptr);
        if (status != TH_OK) {
            if (whole && status != TH_NO_MEMORY)
                complain("a verified file is not loaded");
            return;
        }
        Map loaded(info.type, map, stamp);
        char message[512] = "";
        if (!whole)
            complain("a file was loaded that is not whole");
        if (!th_check_map(map, stamp, message, sizeof message))
            complain(message);
    }

    std::string bytes_;
};

inline void playFile(const uint8_t *data, size_t size) {
    FilePlayer(data, size).play();
}

} // namespace tophash::test

#endif
