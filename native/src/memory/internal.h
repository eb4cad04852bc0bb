/* What heap.c, pool.c and retired.c share. Everything here is used under the heap's lock. */
#ifndef TH_MEMORY_INTERNAL_H
#define TH_MEMORY_INTERNAL_H

#include "memory/heap.h"
#include "memory/policy.h"
#include "os/os.h"

#define TH_POOL_CLASSES 36u
#define TH_POOL_CHUNK ((size_t)1 << 20)

typedef enum { TH_RETIRED_BLOCK, TH_RETIRED_REGION, TH_RETIRED_HEADER } th_retired_kind;

typedef struct th_retired {
    void *memory;
    uint64_t size_and_kind; /* size << 2 | kind */
} th_retired;

/*
 * Retired memory in the order of retirement. The list lives outside the retired memory, because a late
 * reader may still look there, and always has room for every object that is in use, so that retiring
 * cannot fail.
 */
typedef struct th_retired_list {
    th_retired *items;
    size_t items_bytes;
    uint64_t begin; /* index of the oldest that is still held, counted from the heap's creation */
    uint64_t end;
    uint64_t first; /* index that items[0] has */
    uint64_t block_bytes;
    uint64_t region_bytes;
    uint64_t regions;
} th_retired_list;

/* A chunk's first 64 bytes, so that the heap finds all of them when it ends. */
typedef struct th_chunk_header {
    struct th_chunk_header *next;
    uint64_t bytes;
    uint64_t spare[6];
} th_chunk_header;

/* Memory of one kind cut from chunks: a free list over a bump pointer. */
typedef struct th_bump {
    uint8_t *at;
    uint8_t *end;
} th_bump;

struct th_heap {
    th_os_lock lock;
    size_t own_bytes;
    size_t page;
    uint64_t limit;
    uint64_t refusals; /* how often the limit has said no, and to how many bytes the last time */
    uint64_t refused_bytes;
    uint64_t refused_live;
    uint64_t refused_thread; /* whose allocation that was; 0 once it has failed for another reason */
    uint64_t live;
    uint64_t objects;
    uint64_t maps;
    uint64_t pool_bytes;
    uint64_t attempts;  /* allocations asked for, for tests */
    int64_t fail_after; /* test builds: this many more allocations succeed; -1: all */
    bool deferred;
    bool huge_pages;
    th_policies policies;
    th_chunk_header *chunks;
    th_bump blocks;
    th_bump headers;
    void *free_blocks[TH_POOL_CLASSES];
    void *free_headers;
    th_retired_list retired;
};

/* pool.c */
size_t th_pool_size(size_t bytes);
void *th_pool_take(th_heap *heap, size_t size);
void th_pool_give(th_heap *heap, void *block, size_t size);
void *th_pool_take_header(th_heap *heap);
void th_pool_give_header(th_heap *heap, void *header);
void th_pool_free_all(th_heap *heap);

/* region.c: without the heap's lock as well. dense: see th_heap_new. */
void *th_region_new(th_heap *heap, size_t bytes, size_t dense, th_policy policy);
void th_region_discard(th_heap *heap, void *region, size_t bytes);
void th_region_free(th_heap *heap, void *region, size_t bytes);

/* retired.c */
bool th_retired_make_room(th_heap *heap);
void th_retire(th_heap *heap, th_retired_kind kind, void *memory, size_t size);
void th_retired_free_all(th_heap *heap);

#endif
