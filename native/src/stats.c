/* Statistics: counters at once, and on request a look at every bucket and at the memory behind them. */
#include "functions.h"
#include "map.h"
#include "memory/heap.h"
#include "opened.h"
#include "os/os.h"
#include "sharded.h"

static uint32_t live_slots(const uint8_t *bucket) {
    uint32_t live = 0;
    for (uint32_t slot = 0; slot < TH_SLOTS; slot++) {
        live += bucket[slot] >= TH_MIN_TOPHASH;
    }
    return live;
}

/* Whether the bucket has a slot after which nothing was ever stored: a search for an absent key ends there.
 */
static bool ends_searches(const uint8_t *bucket) {
    return memchr(bucket, TH_EMPTY_REST, TH_SLOTS) != NULL;
}

static void count_depth(uint64_t *classes, uint64_t depth, uint64_t count) {
    classes[(depth < TH_STATS_DEPTH ? depth : TH_STATS_DEPTH) - 1] += count;
}

/* The part of the array that a bucket lies in: hashes are in the order of buckets, whatever the array's size.
 */
static uint32_t part_of(th_array_word array, uint64_t index) {
    uint32_t b = th_array_b(array);
    return (uint32_t)(b > 8 ? index >> (b - 8) : index << (8 - b));
}
_Static_assert(TH_STATS_PARTS == 1 << 8, "part_of");

static void add_chain(const th_shape *s, th_array_word array, uint64_t first, th_map_stats *stats) {
    uint64_t length = 0;
    uint64_t looked_at = 0;
    uint64_t index = first;
    do {
        uint8_t *bucket = th_bucket_at(s, array, index);
        uint32_t live = live_slots(bucket);
        length++;
        looked_at = looked_at == 0 && ends_searches(bucket) ? length : looked_at;
        stats->occupancy[live]++;
        stats->density[part_of(array, first)] += live;
        count_depth(stats->hit_probes, length, live);
        index = th_next_bucket(array, bucket, index);
    } while (index != 0);
    count_depth(stats->chains, length, 1);
    count_depth(stats->miss_probes, looked_at == 0 ? length : looked_at, 1);
    stats->longest_chain = length > stats->longest_chain ? length : stats->longest_chain;
}

/* Adds the chains of buckets `first` to `end`, exclusive. */
static void add_chains(const th_shape *s, th_array_word array, uint64_t first, uint64_t end,
                       th_map_stats *stats) {
    for (; first < end; first++) {
        add_chain(s, array, first, stats);
    }
}

/* Adds memory that the map holds. full: and what stands behind it. */
static void add_memory(const void *memory, uint64_t bytes, bool full, th_map_stats *stats) {
    uint64_t held = th_heap_size(bytes);
    bool region = th_heap_is_region(bytes);
    stats->reserved_bytes += held;
    stats->pool_bytes += region ? 0 : held;
    if (full && region) {
        uint64_t resident = th_os_resident(memory, held);
        uint64_t huge = th_os_huge(memory, held);
        stats->resident_bytes += resident;
        stats->huge_bytes += huge < resident ? huge : resident;
        th_os_nodes(memory, held, stats->node_bytes, TH_STATS_NODES);
    } else if (full) {
        stats->resident_bytes += held;
    }
}

/* segments: they are the heap's own, not a file's. */
static void add_bytes(const th_bytes_heap *heap, bool segments, bool full, th_map_stats *stats) {
    if (heap == NULL) {
        return;
    }
    stats->heap_bytes_live += heap->live;
    stats->heap_bytes_dead += heap->dead;
    stats->header_bytes += th_heap_size(sizeof *heap);
    add_memory(heap, sizeof *heap, full, stats);
    for (uint32_t k = 0; k < TH_SEGMENTS && segments; k++) {
        if (heap->segments[k] != NULL) {
            add_memory(heap->segments[k], th_segment_size(k), full, stats);
        }
    }
}

/* Overflow buckets in use: none once a racing writer has retired the array, which then reads as zeros. */
static uint64_t overflow_of(th_array_word array) {
    uint64_t used = __atomic_load_n(&th_array_of(array)->used, __ATOMIC_RELAXED);
    uint64_t main = th_array_main(array);
    return used > main ? used - main : 0;
}

/* The current array. While it grows, only the buckets that evacuation has filled are looked at. */
static void add_array(const th_map *m, th_array_word array, th_array_word old, bool full,
                      th_map_stats *stats) {
    const th_shape *s = &m->h.extra->shape;
    stats->b = (uint8_t)th_array_b(array);
    stats->buckets = th_array_main(array);
    stats->overflow_buckets = overflow_of(array);
    stats->grow_at = th_grow_at(stats->b);
    stats->bucket_bytes = stats->buckets * s->bucket_size;
    stats->overflow_bytes = stats->overflow_buckets * s->bucket_size;
    if (m->h.extra->file == NULL) {
        add_memory(th_array_of(array), th_array_of(array)->bytes, full, stats);
    }
    if (full) {
        uint64_t filled = stats->buckets;
        if (old != 0) {
            filled = th_load_nevacuate(m) << (stats->b - th_array_b(old));
        }
        add_chains(s, array, 0, filled, stats);
    }
}

static void add_old_array(const th_map *m, th_array_word old, bool full, th_map_stats *stats) {
    const th_shape *s = &m->h.extra->shape;
    stats->growing = 1;
    stats->same_size = (th_load_flags(m) & TH_SAME_SIZE_GROW) != 0;
    stats->old_buckets = th_array_main(old);
    stats->evacuated = th_load_nevacuate(m);
    stats->bucket_bytes += stats->old_buckets * s->bucket_size;
    stats->overflow_bytes += overflow_of(old) * s->bucket_size;
    add_memory(th_array_of(old), th_array_of(old)->bytes, full, stats);
    if (full) {
        add_chains(s, old, stats->evacuated, stats->old_buckets, stats);
    }
}

static void fill(const th_map *m, bool full, th_map_stats *stats) {
    const th_extra *x = m->h.extra;
    stats->size = __atomic_load_n(&m->h.count, __ATOMIC_RELAXED);
    stats->seed_changes = x->seed_changes;
    stats->clears = x->epoch;
    stats->header_bytes = sizeof *m;
    th_policy_tell(x->memory, x->policy, NULL, stats);
    stats->reserved_bytes = sizeof *m;
    stats->resident_bytes = full ? sizeof *m : 0;
    stats->pool_bytes = sizeof *m;
    stats->header_bytes += th_heap_size(sizeof *x);
    add_memory(x, sizeof *x, full, stats);
    const th_bytes_heap *bytes = th_load_bytes(&x->bytes);
    const th_bytes_heap *old_bytes = th_load_bytes(&x->old_bytes);
    add_bytes(bytes, x->file == NULL, full, stats);
    if (old_bytes != bytes) {
        add_bytes(old_bytes, x->file == NULL, full, stats);
    }
    if (x->file != NULL && x->whole == NULL) {
        th_opened_add(x->file, full, stats);
    }
    th_array_word array = th_load_word(&m->h.buckets);
    th_array_word old = th_load_word(&m->h.oldbuckets);
    if (th_is_array(array)) {
        add_array(m, array, old, full, stats);
    }
    if (old != 0) {
        add_old_array(m, old, full, stats);
    }
}

th_status th_map_get_stats(th_map *map, uint64_t stamp, uint8_t full, th_map_stats *stats) {
    if (map == NULL || stats == NULL) {
        return TH_INVALID;
    }
    memset(stats, 0, sizeof *stats);
    if (map == th_empty_map()) {
        return stamp == th_empty_stamp() ? TH_OK : TH_CLOSED;
    }
    if (th_is_sharded(stamp)) {
        return th_sharded_stats(map, stamp, full != 0, stats);
    }
    if (full == 0) {
        /* Counters are read as a lookup reads buckets: beside a writer, whom it does not hold up. */
        if (!th_may_read(map, stamp)) {
            return TH_CLOSED;
        }
        fill(map, false, stats);
        return th_may_read(map, stamp) ? TH_OK : TH_CLOSED;
    }
    th_status status = th_enter(map, stamp, true);
    if (status == TH_OK) {
        fill(map, true, stats);
        th_leave(map, stamp);
    }
    return status;
}

th_status th_map_header(th_map *map, uint64_t stamp, uint8_t header[48]) {
    if (map == NULL || header == NULL) {
        return TH_INVALID;
    }
    if (!th_may_read(map, stamp)) {
        return TH_CLOSED;
    }
    memcpy(header, &map->h, sizeof map->h);
    return TH_OK;
}
