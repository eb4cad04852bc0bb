#define _GNU_SOURCE
#include "lines.h"

#include <stddef.h>
#include <sys/mman.h>

#define LINE 64u
#define AHEAD 16u /* a power of two */

void *lines_create(uint64_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return NULL;
    }
    madvise(memory, bytes, MADV_HUGEPAGE);
    for (uint64_t at = 0; at + LINE <= bytes; at += LINE) {
        *(uint64_t *)((char *)memory + at) = at;
    }
    return memory;
}

void lines_destroy(void *memory, uint64_t bytes) {
    munmap(memory, bytes);
}

static uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* The line that a random number selects, without a division. */
static const uint64_t *line_of(const void *memory, uint64_t lines, uint64_t random) {
    __extension__ typedef unsigned __int128 wide;
    uint64_t line = (uint64_t)(((wide)random * lines) >> 64);
    return (const uint64_t *)((const char *)memory + line * LINE);
}

uint64_t lines_walk(const void *memory, uint64_t bytes, uint64_t seed, uint64_t n) {
    const uint64_t *coming[AHEAD];
    uint64_t lines = bytes / LINE, sum = 0;
    for (uint64_t i = 0; i < AHEAD; i++) {
        coming[i] = line_of(memory, lines, mix(seed + i));
        __builtin_prefetch(coming[i]);
    }
    for (uint64_t i = 0; i < n; i++) {
        sum += *coming[i % AHEAD];
        coming[i % AHEAD] = line_of(memory, lines, mix(seed + i + AHEAD));
        __builtin_prefetch(coming[i % AHEAD]);
    }
    return sum;
}
