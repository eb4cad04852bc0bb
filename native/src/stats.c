/* Statistics: counters at once, and on request a look at every bucket. */
#include "functions.h"
#include "map.h"
#include "memory/heap.h"

static uint32_t live_slots(const uint8_t *bucket) {
    uint32_t live = 0;
    for (uint32_t slot = 0; slot < TH_SLOTS; slot++) {
        live += bucket[slot] >= TH_MIN_TOPHASH;
    }
    return live;
}

/* Adds the chains of buckets `first` to `end`, exclusive. */
static void add_chains(const th_shape *s, th_array_word array, uint64_t first, uint64_t end,
                       th_map_stats *stats) {
    for (; first < end; first++) {
        uint64_t length = 0;
        uint64_t index = first;
        uint8_t *bucket = th_bucket_at(s, array, index);
        do {
            length++;
            stats->occupancy[live_slots(bucket)]++;
            index = th_next_bucket(array, bucket, index);
            bucket = th_bucket_at(s, array, index);
        } while (index != 0);
        stats->longest_chain = length > stats->longest_chain ? length : stats->longest_chain;
    }
}

static void add_bytes(const th_bytes_heap *heap, th_map_stats *stats) {
    if (heap != NULL) {
        stats->heap_bytes_live += heap->live;
        stats->heap_bytes_dead += heap->dead;
        stats->header_bytes += th_heap_size(sizeof *heap);
        stats->reserved_bytes += heap->reserved;
    }
}

/* Overflow buckets in use: none once a racing writer has retired the array, which then reads as zeros. */
static uint64_t overflow_of(th_array_word array) {
    uint64_t used = __atomic_load_n(&th_array_of(array)->used, __ATOMIC_RELAXED);
    uint64_t main = th_array_main(array);
    return used > main ? used - main : 0;
}

static void fill(const th_map *m, bool full, th_map_stats *stats) {
    const th_extra *x = m->h.extra;
    stats->size = m->h.count;
    stats->header_bytes = sizeof *m + th_heap_size(sizeof *x);
    stats->seed_changes = x->seed_changes;
    const th_bytes_heap *bytes = th_load_bytes(&x->bytes);
    const th_bytes_heap *old_bytes = th_load_bytes(&x->old_bytes);
    add_bytes(bytes, stats);
    if (old_bytes != bytes) {
        add_bytes(old_bytes, stats);
    }
    th_array_word array = th_load_word(&m->h.buckets);
    if (array != 0) {
        const th_array *a = th_array_of(array);
        stats->b = (uint8_t)th_array_b(array);
        stats->buckets = th_array_main(array);
        stats->overflow_buckets = overflow_of(array);
        stats->grow_at = th_grow_at(stats->b);
        stats->bucket_bytes = stats->buckets * x->shape.bucket_size;
        stats->overflow_bytes = stats->overflow_buckets * x->shape.bucket_size;
        stats->reserved_bytes += th_heap_size(a->bytes);
        if (full) {
            add_chains(&x->shape, array, 0, th_array_main(array), stats);
        }
    }
    th_array_word old = th_load_word(&m->h.oldbuckets);
    if (old != 0) {
        const th_array *a = th_array_of(old);
        stats->growing = 1;
        stats->same_size = (th_load_flags(m) & TH_SAME_SIZE_GROW) != 0;
        stats->old_buckets = th_array_main(old);
        stats->evacuated = th_load_nevacuate(m);
        stats->bucket_bytes += stats->old_buckets * x->shape.bucket_size;
        stats->overflow_bytes += overflow_of(old) * x->shape.bucket_size;
        stats->reserved_bytes += th_heap_size(a->bytes);
        if (full) {
            add_chains(&x->shape, old, th_load_nevacuate(m), th_array_main(old), stats);
        }
    }
    stats->reserved_bytes += stats->header_bytes;
}

th_status th_map_get_stats(th_map *map, uint64_t stamp, uint8_t full, th_map_stats *stats) {
    if (map == NULL || stats == NULL) {
        return TH_INVALID;
    }
    memset(stats, 0, sizeof *stats);
    if (map == th_empty_map()) {
        return stamp == th_empty_stamp() ? TH_OK : TH_CLOSED;
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
