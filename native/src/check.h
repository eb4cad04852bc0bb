/* Test builds only: the invariant checker, and doors that no user has. */
#ifndef TH_CHECK_H
#define TH_CHECK_H

#include <tophash/tophash.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Whether all invariants hold: every entry is found where it lies and nowhere else, every chain is linked
 * forward and every overflow bucket belongs to one chain, nothing follows an "empty rest", all counters are
 * right, no two blocks of the bytes heap overlap. Otherwise 0, and message says what is broken.
 */
int th_check_map(th_map *map, uint64_t stamp, char *message, size_t size);

/* The nth allocation from now fails, once: 0 is the next one; -1: none. */
void th_test_fail_allocation(th_heap *heap, int64_t nth);

/* Allocations asked for so far. */
int64_t th_test_allocations(th_heap *heap);

/* Overwrites the number of entries, and nothing else. */
void th_test_set_count(th_map *map, uint64_t stamp, uint64_t count);

/* The same of the bytes in use that the bytes heaps count, as racing writers might. */
void th_test_set_live_bytes(th_map *map, uint64_t stamp, uint64_t bytes);

/* Replaces the arrays of an empty map by an untouched one of 2^b buckets: address space, not memory. */
th_status th_test_sparse(th_map *map, uint64_t stamp, uint8_t b);

/* The hash of a key under the map's seed. */
uint64_t th_test_hash(th_map *map, uint64_t stamp, const void *key, uint64_t key_len);

/* Calls of a save, in the order in which the first ones of each kind come. */
enum {
    TH_TEST_FILE_CREATE,
    TH_TEST_FILE_WRITE,
    TH_TEST_FILE_SYNC,
    TH_TEST_FILE_RENAME,
    TH_TEST_FILE_SYNC_FOLDER
};

/*
 * Has `before` asked before each of these calls, with what is to be written where; an errno makes the call
 * fail, 0 lets it go on. NULL: nobody is asked.
 */
void th_test_file_calls(int (*before)(int call, const void *data, size_t bytes, uint64_t offset));

/* Seconds since 1970 to save with; 0: the clock's. */
void th_test_file_time(uint64_t now);

#ifdef __cplusplus
}
#endif

#endif
