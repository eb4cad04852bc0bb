/*
 * What the files of this folder share: a heap, its nodes, and the fronts that its callers come in by.
 *
 *   caller on CPU c
 *     |  cpu_front[c]
 *     v
 *   front      lock | credit | a chunk for blocks, one for headers | free lists | retired queue
 *     |  whole batches, when a free list runs full or empty
 *     v
 *   node       lock | depot: full batches by list | a span that chunks are cut from
 *     |
 *     v
 *   span       16 MiB of address space, placed on the node: 1 MiB chunks, aligned to their size
 *
 * Locks, in the order in which one may be taken while another is held: a front's (several only by
 * th_fronts_lock, in the order of their numbers), then one of a node's, the room's, the regions', the heap's.
 */
#ifndef TH_MEMORY_INTERNAL_H
#define TH_MEMORY_INTERNAL_H

#include "memory/heap.h"
#include "memory/policy.h"
#include "os/os.h"

#define TH_LINES __attribute__((aligned(128))) /* two cache lines: CPUs fetch them in pairs */

#define TH_POOL_CLASSES 36u
#define TH_POOL_HEADERS TH_POOL_CLASSES /* number of the list of headers; below it those of blocks */
#define TH_POOL_LISTS (TH_POOL_CLASSES + 1u)
#define TH_POOL_CHUNK ((size_t)1 << 20)
#define TH_POOL_SPAN (16 * TH_POOL_CHUNK)

#define TH_FRONTS_MAX 128u

/*
 * Bytes of the limit that a front draws at a time, and half of what it keeps, so that the shared counter is
 * touched once in a hundred small blocks.
 */
#define TH_CREDIT ((uint64_t)64 << 10)

/* ---- retired memory ------------------------------------------------------------------------------ */

#define TH_LEAF_RECORDS 255u

typedef struct th_retired_record {
    uint64_t what;  /* address | number of its list */
    uint64_t batch; /* the one that was open when it was retired */
} th_retired_record;

/* A page of records. They lie outside the retired memory, because a late reader may still look there. */
typedef struct th_leaf {
    struct th_leaf *next;
    uint32_t begin; /* oldest record that is still held */
    uint32_t end;
    th_retired_record record[TH_LEAF_RECORDS];
} th_leaf;

/* What was retired through one front, oldest first. Only the first and the last leaf have empty places. */
typedef struct th_retired_queue {
    th_leaf *first;
    th_leaf *last;
    uint64_t items;
    uint64_t bytes;
    uint64_t reported; /* how many of `bytes` are in th_heap.retired_bytes */
} th_retired_queue;

/*
 * Leaves for all fronts. A chunk is opened only when there is room for a record of everything that can be
 * cut from it, so that retiring cannot fail.
 */
typedef struct th_room {
    th_os_lock lock;
    uint64_t promised; /* leaves that chunks and fronts may ask for */
    uint64_t leaves;   /* leaves there are, used or not; at least as many once a chunk is open */
    th_leaf *free;
    uint8_t *at; /* leaves that nobody has used yet, of one slab */
    uint8_t *end;
    th_leaf *next;  /* the slab after that one */
    th_leaf *slabs; /* pieces of memory, oldest first, linked by their first leaves, which hold no records */
    th_leaf *last;
} th_room;

typedef struct th_retired_region {
    void *memory;
    uint64_t size;
    uint64_t batch;
} th_retired_region;

/* Retired regions in order of retirement; has always room for every region that is in use. */
typedef struct th_retired_regions {
    th_os_lock lock;
    th_retired_region *items;
    size_t items_bytes;
    uint64_t in_use;
    uint64_t begin; /* places in items */
    uint64_t end;
    uint64_t bytes;
} th_retired_regions;

/* ---- pools --------------------------------------------------------------------------------------- */

/* A chunk's first 64 bytes; a block's chunk is found by cutting its address to a multiple of 1 MiB. */
typedef struct th_chunk {
    struct th_chunk *next_span; /* of a span's first chunk: */
    uint64_t span_bytes;
    uint64_t node; /* index */
    uint64_t spare[5];
} th_chunk;

/* Memory of a chunk that was never handed out. */
typedef struct th_bump {
    uint8_t *at;
    uint8_t *end;
} th_bump;

/*
 * Free memory by list number: an active stack of fewer than a batch or a whole one, and, beside it, a whole
 * batch or nothing. So a front holds at most two batches of each kind.
 */
typedef struct th_front {
    uint32_t held; /* the lock: see th_front_lock */
    uint32_t id;
    uint32_t node; /* index */
    uint64_t credit;
    int64_t maps;      /* made less closed: the sum over all fronts counts */
    uint64_t attempts; /* small allocations asked for, for tests */
    th_bump blocks;
    th_bump headers;
    th_retired_queue retired;
    void *active[TH_POOL_LISTS];
    void *spare[TH_POOL_LISTS];
    uint8_t count[TH_POOL_LISTS]; /* of the active stack */
} TH_LINES th_front;

typedef struct th_node {
    th_os_lock lock;
    uint32_t id; /* the kernel's number */
    bool has_memory;
    uint32_t first_front;
    uint32_t fronts;
    th_bump span;
    th_chunk *spans;
    void *depot[TH_POOL_LISTS]; /* a batch's blocks are linked by their first words, batches by the second
                                   word of their first block */
} TH_LINES th_node;

struct th_heap {
    /* Written when the heap is made. */
    size_t own_bytes;
    size_t page;
    bool deferred;
    bool huge_pages;
    uint32_t fronts;
    uint32_t nodes;
    uint32_t cpu_limit;
    th_front *front;
    th_node *node;
    uint8_t *cpu_front;    /* number of a CPU's front */
    uint32_t (*cpu)(void); /* th_os_cpu, or what a test puts in its place */
    int64_t fail_after;    /* test builds: this many more allocations succeed; -1: all */

    /* Accounting: bytes that are live or a front's credit; the limit changes under the locks of all fronts */
    uint64_t drawn TH_LINES;
    uint64_t limit;
    uint64_t pool_bytes;
    uint64_t retired_bytes; /* of fronts, to within a step of each */
    uint64_t retired_regions;
    uint64_t region_attempts; /* for tests */
    uint64_t batch;           /* the open one, from 1 */

    th_os_lock lock TH_LINES; /* of what changes rarely: */
    uint64_t refusals;        /* how often the limit has said no, and to how many bytes the last time */
    uint64_t refused_bytes;
    uint64_t refused_live;
    uint64_t refused_thread; /* whose allocation that was; 0 once it has failed for another reason */

    th_room room TH_LINES;
    th_retired_regions regions TH_LINES;
    th_policies policies; /* large, and hardly touched by who does without */
};

#define TH_LOAD(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)
#define TH_ADD(field, value) (void)__atomic_fetch_add(&(field), (value), __ATOMIC_RELAXED)
#define TH_SUBTRACT(field, value) (void)__atomic_fetch_sub(&(field), (value), __ATOMIC_RELAXED)

/* heap.c: a heap for a topology; `cpu` tells the caller's CPU. */
th_status th_heap_create_on(const th_heap_options *options, const th_topology *topology,
                            uint32_t (*cpu)(void), th_heap **heap);

/* front.c */

/*
 * How many fronts a topology gets, at most TH_FRONTS_MAX. cpu_front, if not NULL, gets the front of each CPU
 * below cpu_limit, and front_node, if not NULL, the index of each front's node, in ascending order.
 */
uint32_t th_fronts_plan(const th_topology *topology, uint8_t *cpu_front, uint8_t *front_node);

/* The caller's front. */
static inline th_front *th_front_here(const th_heap *heap) {
    uint32_t cpu = heap->cpu();
    return &heap->front[cpu < heap->cpu_limit ? heap->cpu_front[cpu] : cpu % heap->fronts];
}

/* The front of a node (an index) that is the caller's, or shared with the fewest others. */
th_front *th_front_on(const th_heap *heap, uint32_t node);

/* The front that small memory of this policy comes from. Without locks. */
th_front *th_front_for(th_heap *heap, th_policy policy);

/*
 * A front's lock. Who holds it mostly does so for some twenty instructions, and mostly nobody else wants it,
 * as a front is one CPU's: so it takes one atomic operation, where a mutex takes two. Who has to wait looks a
 * few times and then sleeps for a moment at a time, as the holder may have lost its CPU or be opening a
 * chunk.
 */
void th_front_wait(th_front *front);

static inline void th_front_lock(th_front *front) {
    if (__atomic_exchange_n(&front->held, 1, __ATOMIC_ACQUIRE) != 0) {
        th_front_wait(front);
    }
}

static inline void th_front_unlock(th_front *front) {
    __atomic_store_n(&front->held, 0, __ATOMIC_RELEASE);
}

/* All fronts at once, for what must be exact. */
void th_fronts_lock(th_heap *heap);
void th_fronts_unlock(th_heap *heap);

/* account.c */

/* For a front whose credit is spent, and for one that has more than it should. With its lock. */
bool th_draw_credit(th_heap *heap, th_front *front, uint64_t size);
void th_return_credit(th_heap *heap, th_front *front);

/* Whether `size` bytes more may live; counts them if so. With the front's lock; false: ask th_admit_late. */
static inline bool th_admit(th_heap *heap, th_front *front, uint64_t size) {
    /* Over the limit, which can be lowered below what lives, credit counts for nothing. */
    bool over = TH_LOAD(heap->drawn) > TH_LOAD(heap->limit);
    if (over || (front->credit < size && !th_draw_credit(heap, front, size))) {
        return false;
    }
    front->credit -= size;
    return true;
}
/* The last word on it, and the note of a refusal. Without locks. */
bool th_admit_late(th_heap *heap, uint64_t size);
/* The first and last word on a region. Without locks. */
bool th_admit_region(th_heap *heap, uint64_t size);
/* The opposite: with the front's lock, and without locks. */
static inline void th_forget(th_heap *heap, th_front *front, uint64_t size) {
    front->credit += size;
    if (front->credit > 2 * TH_CREDIT) {
        th_return_credit(heap, front);
    }
}
void th_forget_region(th_heap *heap, uint64_t size);
/* Whether no test wants this allocation to fail. */
bool th_may_try(th_heap *heap);
/* An allocation has failed, but not because of the limit. */
void th_note_failure(th_heap *heap);

/* pool.c: with the front's lock, which is one of the node's */
uint32_t th_pool_list(size_t bytes);
extern const uint16_t th_pool_sizes[TH_POOL_LISTS];
extern const uint8_t th_pool_batches[TH_POOL_LISTS];
static inline size_t th_pool_size(uint32_t list) {
    return th_pool_sizes[list];
}
/* How much memory of a list moves between a front and its node's depot at a time. */
static inline uint32_t th_pool_batch(uint32_t list) {
    return th_pool_batches[list];
}
/* Memory of the list's size, *fresh: never used and zero; NULL when the OS refuses. */
void *th_pool_take(th_heap *heap, th_front *front, uint32_t list, bool *fresh);
/* To a front of the node that the memory is from. */
void th_pool_give(th_heap *heap, th_front *front, uint32_t list, void *memory);
/* Index of the node that small memory is from. Needs no lock. */
static inline uint32_t th_pool_node(const th_heap *heap, const void *memory) {
    uintptr_t chunk = (uintptr_t)memory & ~(uintptr_t)(TH_POOL_CHUNK - 1);
    return heap->nodes == 1 ? 0 : (uint32_t)((const th_chunk *)chunk)->node;
}
void th_pool_free_all(th_heap *heap);

/* region.c: without locks. dense: see th_heap_new. */
void *th_region_new(th_heap *heap, size_t bytes, size_t dense, th_policy policy);
void th_region_discard(th_heap *heap, void *region, size_t bytes);
void th_region_free(th_heap *heap, void *region, size_t bytes);

/* room.c: with or without a front's lock */
bool th_room_promise(th_heap *heap, uint64_t records);
void th_room_unpromise(th_heap *heap, uint64_t records);
th_leaf *th_room_take(th_heap *heap);
void th_room_give(th_heap *heap, th_leaf *leaf);
void th_room_free_all(th_heap *heap);
/* Room to retire one more region; false when the OS refuses. Given up again by retiring, or by
 * th_regions_unpromise. */
bool th_regions_promise(th_heap *heap);
void th_regions_unpromise(th_heap *heap);

/* retired.c */
/* Without locks. In immediate mode this frees. */
void th_retire(th_heap *heap, uint32_t list, void *memory, int64_t maps);
void th_retire_region(th_heap *heap, void *region, uint64_t size);
/* The same of what does not count as live. */
void th_retire_range(th_heap *heap, void *range, uint64_t size);
void th_retired_free_all(th_heap *heap);

#endif
