/*
 * What a map will take, before there is one: the arithmetic of growth without the memory. Everything here
 * asks the functions that growth asks.
 */
#include "map.h"
#include "memory/heap.h"

/* A bytes heap that was filled with equal blocks of `block` bytes: its segments, and their unused ends. */
static th_status plan_heap(uint64_t bytes, uint64_t block, th_capacity_plan *plan) {
    uint64_t segments = 0;
    uint64_t dead = 0;
    for (uint32_t k = 0; bytes > 0; k++) {
        if (k == TH_SEGMENTS) {
            return TH_LIMIT;
        }
        uint64_t size = th_segment_size(k);
        if (size < th_bytes_room(block)) {
            continue; /* growth does not make it */
        }
        uint64_t filled = size / block * block;
        segments += size;
        dead += filled < bytes ? size - filled : 0;
        bytes -= filled < bytes ? filled : bytes;
    }
    plan->heap_bytes_dead = dead;
    plan->header_bytes += th_heap_size(sizeof(th_bytes_heap));
    plan->reserved_bytes += segments;
    return TH_OK;
}

/*
 * Main buckets of both arrays in use at once, at the peak, beyond those of the new one. While f of the old
 * array's m bytes are evacuated and r given back, 2 f + m - r are in use: most of all when nothing is left to
 * evacuate, or just before pages went back for the last time.
 */
static uint64_t most_in_use(uint64_t main, uint64_t bucket_size) {
    uint64_t bytes = main * bucket_size;
    uint64_t last = main < TH_EVACUATE_STEP ? 0 : bytes - TH_EVACUATE_STEP * bucket_size;
    uint64_t released = last / TH_RELEASE_BYTES * TH_RELEASE_BYTES;
    uint64_t end = bytes - released;
    uint64_t before = released == 0 || TH_RELEASE_BYTES < end ? 0 : TH_RELEASE_BYTES - end;
    return end > before ? end : before;
}

/* The growth out of an array of 2^b buckets. */
static void plan_growth(const th_shape *s, uint32_t b, th_capacity_plan *plan) {
    uint64_t main = (uint64_t)1 << b;
    plan->old_buckets = main;
    plan->old_reserved = th_heap_size(th_array_bytes(s, main + th_overflow_first(s, b)));
    plan->old_reserved_most = th_heap_size(th_array_bytes(s, main + th_overflow_most(b)));
    plan->old_kept_bytes = most_in_use(main, s->bucket_size);
    plan->settled_at = th_grow_at(b) + (main + TH_EVACUATE_STEP - 1) / TH_EVACUATE_STEP + 1;
}

th_status th_capacity(const th_type *type, uint64_t entries, uint64_t heap_bytes, th_capacity_plan *plan) {
    th_shape shape;
    if (type == NULL || plan == NULL || th_shape_of(type, &shape, NULL) != TH_OK) {
        return TH_INVALID;
    }
    bool has_heap = shape.key_class == TH_KEY_BYTES || shape.value_bytes;
    if (heap_bytes > 0 && (!has_heap || entries == 0)) {
        return TH_INVALID;
    }
    uint32_t b = th_b_for(entries);
    if (b > TH_MAX_B) {
        return TH_LIMIT;
    }
    *plan = (th_capacity_plan){.bucket_size = shape.bucket_size,
                               .header_bytes = sizeof(th_map) + th_heap_size(sizeof(th_extra))};
    if (heap_bytes > 0) {
        uint64_t block = heap_bytes / entries;
        th_status status = plan_heap(heap_bytes, block > 0 ? block : 1, plan);
        if (status != TH_OK) {
            return status;
        }
    }
    plan->reserved_bytes += plan->header_bytes;
    plan->reserved_most = plan->reserved_bytes;
    if (entries > 0) {
        plan->b = (uint8_t)b;
        plan->buckets = (uint64_t)1 << b;
        plan->grow_at = th_grow_at(b);
        plan->bucket_bytes = plan->buckets * shape.bucket_size;
        uint64_t first = plan->buckets + th_overflow_first(&shape, b);
        plan->reserved_bytes += th_heap_size(th_array_bytes(&shape, first));
        uint64_t most = plan->buckets + th_overflow_most(b);
        plan->reserved_most += th_heap_size(th_array_bytes(&shape, most));
    }
    if (b > 0) {
        plan_growth(&shape, b - 1, plan);
    }
    return TH_OK;
}

uint64_t th_capacity_block(uint64_t length) {
    return th_bytes_block(length);
}
