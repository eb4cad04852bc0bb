/* What stands behind an address range: asked for by statistics, which may take their time. */
#define _DEFAULT_SOURCE

#include "os/os.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HUGE_PAGE ((size_t)2 << 20) /* the smallest that Linux has with pages of 4 KiB */

/* Pages asked about in one system call. */
#define PAGES_A_CALL 1024u

/* Pages of a range whose node is looked up. A region's policy is one, so that few tell enough. */
#define NODE_SAMPLE 256u

/*
 * An entry of /proc/self/pagemap: the page is there, and it is this process's own. Pages that were only read
 * are all one page of zeros, which many mappings share.
 */
#define PAGE_PRESENT ((uint64_t)1 << 63)
#define PAGE_OWN ((uint64_t)1 << 56)

uint64_t th_os_resident(const void *address, size_t bytes) {
    size_t page = th_os_page_size();
    uint64_t first = (uintptr_t)address / page;
    uint64_t end = ((uintptr_t)address + bytes + page - 1) / page;
    int map = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (map < 0) {
        return bytes;
    }
    uint64_t resident = 0;
    uint64_t entries[PAGES_A_CALL];
    while (first < end) {
        size_t count = end - first < PAGES_A_CALL ? (size_t)(end - first) : PAGES_A_CALL;
        ssize_t got = pread(map, entries, count * sizeof *entries, (off_t)(first * sizeof *entries));
        if (got < (ssize_t)sizeof *entries) {
            (void)close(map);
            return bytes;
        }
        count = (size_t)got / sizeof *entries;
        for (size_t i = 0; i < count; i++) {
            resident += (entries[i] & PAGE_PRESENT) != 0 && (entries[i] & PAGE_OWN) != 0 ? page : 0;
        }
        first += count;
    }
    (void)close(map);
    return resident < bytes ? resident : bytes;
}

uint64_t th_os_huge(const void *address, size_t bytes) {
    if (bytes < HUGE_PAGE) {
        return 0;
    }
    FILE *maps = fopen("/proc/self/smaps", "re");
    if (maps == NULL) {
        return 0;
    }
    uint64_t first = (uintptr_t)address;
    uint64_t huge = 0;
    bool inside = false;
    char line[512];
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long long from;
        unsigned long long to;
        unsigned long long kib;
        if (sscanf(line, "%llx-%llx ", &from, &to) == 2) {
            inside = from < first + bytes && first < to;
        } else if (inside && sscanf(line, "AnonHugePages: %llu kB", &kib) == 1) {
            huge += (uint64_t)kib << 10;
        }
    }
    (void)fclose(maps);
    return huge;
}

/* The nodes of `count` pages, each negative for one that is not there. false: the OS does not say. */
static bool nodes_of(void **pages, unsigned long count, int *nodes) {
    return syscall(SYS_move_pages, 0, count, pages, NULL, nodes, 0) == 0;
}

void th_os_nodes(const void *address, size_t bytes, uint64_t *node_bytes, uint32_t count) {
    size_t page = th_os_page_size();
    size_t all = bytes / page;
    size_t sample = all < NODE_SAMPLE ? all : NODE_SAMPLE;
    void *pages[NODE_SAMPLE];
    int nodes[NODE_SAMPLE];
    for (size_t i = 0; i < sample; i++) {
        /* Spread evenly; the product cannot overflow, as a range has less than 2^48 pages. */
        pages[i] = (uint8_t *)(uintptr_t)address + i * all / sample * page;
    }
    if (sample == 0 || !nodes_of(pages, (unsigned long)sample, nodes)) {
        return;
    }
    for (size_t i = 0; i < sample; i++) {
        if (nodes[i] >= 0) {
            uint32_t node = (uint32_t)nodes[i] < count ? (uint32_t)nodes[i] : count - 1;
            node_bytes[node] += all * page / sample;
        }
    }
}
