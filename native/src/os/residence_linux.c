/* What stands behind an address range: asked for by statistics, which may take their time. */
#define _GNU_SOURCE

#include "os/os.h"

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

uint64_t th_os_resident(const void *address, size_t bytes) {
    size_t page = th_os_page_size();
    uint64_t resident = 0;
    unsigned char pages[PAGES_A_CALL];
    for (size_t at = 0; at < bytes; at += PAGES_A_CALL * page) {
        size_t length = bytes - at < PAGES_A_CALL * page ? bytes - at : PAGES_A_CALL * page;
        if (mincore((uint8_t *)(uintptr_t)address + at, length, pages) != 0) {
            return bytes;
        }
        for (size_t i = 0; i < (length + page - 1) / page; i++) {
            resident += (pages[i] & 1) != 0 ? page : 0;
        }
    }
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
