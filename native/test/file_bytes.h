/*
 * The bytes of a map file as docs/file-format.md draws them, written down a second time, so that a change of
 * src/file/format.h that changes files is seen.
 */
#ifndef TOPHASH_TEST_FILE_BYTES_H
#define TOPHASH_TEST_FILE_BYTES_H

#define XXH_INLINE_ALL
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "tophash/tophash.h"

namespace tophash::test {

struct FileHeader {
    char magic[8];
    uint32_t version;
    uint32_t headerBytes;
    uint64_t features;
    uint64_t bytes;
    uint64_t created;
    uint64_t entries;
    uint32_t seed;
    uint32_t shards;
    th_type type;
    uint16_t zero;
    uint32_t bucketSize;
    uint64_t tables;
    uint64_t blocks;
    uint32_t parts;
    uint32_t regions;
    uint64_t tablesSum;
    char keyName[64];
    char valueName[64];
    char tool[64];
    uint8_t zeros[3792];
    uint64_t sum;
};
static_assert(sizeof(FileHeader) == 4096);
inline constexpr size_t kSumOffset = 4088;

struct FilePart {
    uint64_t entries;
    uint64_t used;
    uint64_t live;
    uint32_t regions;
    uint8_t b;
    uint8_t zero[3];
};
static_assert(sizeof(FilePart) == 32);

struct FileRegion {
    uint64_t offset;
    uint64_t bytes;
    uint32_t kind;
    uint16_t firstSegment;
    uint16_t segments;
};
static_assert(sizeof(FileRegion) == 24);

inline FileHeader headerOf(const std::string &bytes) {
    FileHeader header;
    std::memcpy(&header, bytes.data(), sizeof header);
    return header;
}

/* Where regions and checksums are listed. */
inline uint64_t regionsAt(const FileHeader &header) {
    return header.tables + uint64_t{header.parts} * sizeof(FilePart);
}
inline uint64_t sumsAt(const FileHeader &header) {
    return regionsAt(header) + uint64_t{header.regions} * sizeof(FileRegion);
}

inline std::vector<FileRegion> regionsOf(const std::string &bytes) {
    FileHeader header = headerOf(bytes);
    uint64_t at = regionsAt(header), size = uint64_t{header.regions} * sizeof(FileRegion);
    if (at > bytes.size() || size > bytes.size() - at)
        return {};
    std::vector<FileRegion> regions(header.regions);
    if (size > 0)
        std::memcpy(regions.data(), bytes.data() + at, size);
    return regions;
}

inline uint64_t pageBytes() {
    return static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

/* Whether a region can be mapped with this machine's pages; others are copied when the file is opened. */
inline bool isMapped(const FileRegion &region) {
    return region.offset % pageBytes() == 0;
}

/* Whether a file that is cut off lacks pages of a region that is mapped. */
inline bool lacksPages(const std::string &bytes, uint64_t left) {
    for (const FileRegion &region : regionsOf(bytes)) {
        uint64_t page = pageBytes();
        if (isMapped(region) && (left + page - 1) / page * page < region.offset + region.bytes)
            return true;
    }
    return false;
}

/* Makes the checksums of blocks right, of regions that are in the file. */
inline void mendBlocks(std::string &bytes) {
    FileHeader header = headerOf(bytes);
    uint64_t at = sumsAt(header);
    for (const FileRegion &region : regionsOf(bytes)) {
        if (region.offset > bytes.size() || region.bytes > bytes.size() - region.offset)
            return;
        for (uint64_t done = 0; done < region.bytes; done += TH_FILE_BLOCK, at += 8) {
            uint64_t size = std::min<uint64_t>(TH_FILE_BLOCK, region.bytes - done);
            uint64_t sum = XXH3_64bits(bytes.data() + region.offset + done, size);
            if (at > bytes.size() || bytes.size() - at < sizeof sum)
                return;
            std::memcpy(bytes.data() + at, &sum, sizeof sum);
        }
    }
}

/* Puts a changed header back, with the checksums that it and the tables should have. */
inline void mend(std::string &bytes, FileHeader header) {
    if (header.tables <= bytes.size())
        header.tablesSum = XXH3_64bits(bytes.data() + header.tables, bytes.size() - header.tables);
    header.sum = XXH3_64bits(&header, kSumOffset);
    std::memcpy(bytes.data(), &header, sizeof header);
}

} // namespace tophash::test

#endif
