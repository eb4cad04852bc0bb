/*
 * Growth: everything that a quick call leaves to th_make_room.
 *
 * An array doubles when an insertion would bring it over 6.5 entries a bucket. It is replaced by one of the
 * same size when it has used as many overflow buckets as main ones (Go's rule), which removals bring about,
 * or when the bytes heap has more dead bytes than live ones. Either way the old array is evacuated a few
 * buckets with each write, and its pages go back to the OS as evacuation passes them.
 */
#include "map.h"

#include "functions.h"
#include "memory/heap.h"
#include "os/os.h"

/* A bytes heap is compacted by growth when this much of it is dead, and more than is live. */
#define COMPACT_BYTES ((uint64_t)64 << 10)

/* ---- the current array --------------------------------------------------------------------------- */

static th_status first_array(th_map *m) {
    th_extra *x = m->h.extra;
    th_array_word array = th_array_new(x, x->first_b, th_overflow_first(&x->shape, x->first_b));
    if (array == 0) {
        return TH_NO_MEMORY;
    }
    m->h.B = x->first_b;
    x->grow_at = th_grow_at(x->first_b);
    th_store_word(&m->h.buckets, array);
    th_show(m);
    return TH_OK;
}

/* ---- growth -------------------------------------------------------------------------------------- */

static bool worth_compacting(const th_bytes_heap *heap) {
    return heap != NULL && heap->dead > heap->live && heap->dead > COMPACT_BYTES;
}

/* Starts an incremental growth to 2^b buckets. */
static th_status start_growth(th_map *m, uint32_t b) {
    th_extra *x = m->h.extra;
    if (b > TH_MAX_B) {
        return TH_LIMIT;
    }
    th_array_word array = th_array_new(x, b, th_overflow_first(&x->shape, b));
    if (array == 0) {
        return TH_NO_MEMORY;
    }
    th_bytes_heap *bytes = x->bytes;
    if (worth_compacting(x->bytes)) {
        /* Without memory for a second bytes heap growth goes on with the first. */
        th_bytes_heap *fresh = th_bytes_new(x->memory, x->policy, th_bytes_in_use(x->bytes));
        bytes = fresh == NULL ? x->bytes : fresh;
    }
    th_array_word old = m->h.buckets;
    th_begin_move(m);
    th_store_bytes(&x->old_bytes, x->bytes);
    th_store_bytes(&x->bytes, bytes);
    th_store_nevacuate(m, 0);
    m->h.noverflow = 0;
    th_mark_same_size(m, b == m->h.B);
    m->h.B = (uint8_t)b;
    th_store_word(&m->h.oldbuckets, old);
    th_store_word(&m->h.buckets, array);
    x->grow_at = th_grow_at(b);
    return TH_OK;
}

/* Retires the old array once all of it is evacuated. */
static void end_growth(th_map *m) {
    th_extra *x = m->h.extra;
    th_array_word old = m->h.oldbuckets;
    th_store_word(&m->h.oldbuckets, 0);
    th_array_retire(x->memory, old);
    if (x->old_bytes != x->bytes) {
        th_bytes_retire(x->memory, x->old_bytes);
    }
    th_store_bytes(&x->old_bytes, x->bytes);
    th_store_nevacuate(m, 0);
    th_show(m);
    th_mark_same_size(m, false);
    x->grow_at = x->wants_seed ? 0 : th_grow_at(m->h.B);
}

/*
 * Gives back the pages of the old array that evacuation has passed, in whole pieces so that huge pages are
 * not split; whether there were any. The page of the descriptor stays.
 */
static bool release_passed(th_map *m) {
    th_extra *x = m->h.extra;
    th_array *a = th_array_of(m->h.oldbuckets);
    if (!th_heap_is_region(a->bytes)) {
        return false;
    }
    size_t page = th_os_page_size();
    uint64_t main = th_array_main(m->h.oldbuckets);
    uint64_t front = th_load_nevacuate(m);
    uint64_t passed =
        (front < main ? front : main) * x->shape.bucket_size / TH_RELEASE_BYTES * TH_RELEASE_BYTES;
    uint64_t from = a->released < page ? page : a->released;
    if (passed <= from) {
        return false;
    }
    /* Refused at the first piece, which begins inside a page, where pages are explicit huge ones: see
     * region.c. */
    if (!a->kept) {
        a->kept = !th_os_discard((uint8_t *)a + from, passed - from);
    }
    a->released = passed;
    return true;
}

th_status th_finish_growth(th_map *m) {
    while (m->h.oldbuckets != 0) {
        uint64_t left = th_functions_in_use->drain(m, 4096);
        if (left == 0) {
            end_growth(m);
        } else if (left == UINT64_MAX) {
            if (!th_array_can_extend(m->h.buckets)) {
                return th_rebuild(m, m->h.B, m->h.hash0);
            }
            th_status status = th_array_extend(m, &m->h.buckets);
            if (status != TH_OK) {
                return status;
            }
        } else {
            (void)release_passed(m);
        }
    }
    return TH_OK;
}

/* ---- making room --------------------------------------------------------------------------------- */

/* Whether the overflow buckets left might not do for one step of growth and an insertion. */
static bool overflow_is_short(th_array_word array, uint64_t need) {
    const th_array *a = th_array_of(array);
    return a->capacity - a->used < need;
}

/* An old chain of c entries takes at most c / 8 overflow buckets, and all old entries are few in a block. */
static bool new_is_short(const th_map *m) {
    return overflow_is_short(m->h.buckets, m->h.count / TH_SLOTS + 2);
}

static bool old_is_short(const th_map *m) {
    return overflow_is_short(m->h.oldbuckets, 1);
}

/* Room in the old and the new array while growing. */
static th_status room_while_growing(th_map *m, bool *acted) {
    *acted = release_passed(m);
    if (*acted) {
        return TH_OK;
    }
    /* One at a time: the new array is short by an estimate, and the write may do without. */
    if (old_is_short(m) && th_array_can_extend(m->h.oldbuckets)) {
        *acted = true;
        th_status status = th_array_extend(m, &m->h.oldbuckets);
        /* No memory for an array that is about to go: it is a block, so what is left in it is soon moved. */
        return status == TH_OK ? TH_OK : th_finish_growth(m);
    }
    if (new_is_short(m) && th_array_can_extend(m->h.buckets)) {
        *acted = true;
        return th_array_extend(m, &m->h.buckets);
    }
    return TH_OK;
}

/* Room in the arrays for one insertion. *acted: whether anything was done. */
static th_status room_in_arrays(th_map *m, bool *acted) {
    th_extra *x = m->h.extra;
    *acted = true;
    if (m->h.buckets == 0) {
        return first_array(m);
    }
    if (m->h.oldbuckets != 0) {
        if (th_load_nevacuate(m) < th_array_main(m->h.oldbuckets)) {
            return room_while_growing(m, acted);
        }
        end_growth(m);
        return TH_OK; /* a removal needs no more, and must not fail for want of it */
    }
    if (x->wants_seed) {
        th_reseed(m);
    }
    if (m->h.count >= x->grow_at) {
        return start_growth(m, m->h.B + 1u);
    }
    th_array_word array = m->h.buckets;
    uint64_t overflow = th_array_of(array)->used - th_array_main(array);
    if (overflow >= th_array_main(array) || worth_compacting(x->bytes)) {
        return start_growth(m, m->h.B);
    }
    if (th_array_of(array)->used >= th_array_of(array)->capacity) {
        return th_array_can_extend(array) ? th_array_extend(m, &m->h.buckets) : start_growth(m, m->h.B + 1u);
    }
    return TH_OK;
}

/* Room in a bytes heap for blocks of `bytes` bytes in all. */
static th_status room_in_heap(th_heap *memory, th_bytes_heap *heap, uint64_t bytes, bool *acted) {
    if (heap->limit - heap->top >= bytes) {
        return TH_OK;
    }
    *acted = true;
    return th_bytes_extend(memory, heap, bytes);
}

/*
 * The same for a write: in the current heap on top of what compaction still brings, and in the old one, as
 * the entry may belong in the old array.
 */
static th_status room_in_bytes(th_map *m, uint64_t bytes, bool *acted) {
    th_extra *x = m->h.extra;
    if (bytes <= TH_INLINE_BYTES || (x->shape.key_class != TH_KEY_BYTES && !x->shape.value_bytes)) {
        return TH_OK;
    }
    if (x->bytes == NULL) {
        th_bytes_heap *fresh = th_bytes_new(x->memory, x->policy, 0);
        if (fresh == NULL) {
            return TH_NO_MEMORY;
        }
        th_store_bytes(&x->bytes, fresh);
        th_store_bytes(&x->old_bytes, fresh);
    }
    uint64_t blocks = th_bytes_room(bytes);
    th_status status = room_in_heap(x->memory, x->bytes, blocks + th_bytes_to_move(x), acted);
    if (status == TH_OK && x->old_bytes != x->bytes && x->old_bytes != NULL) {
        if (room_in_heap(x->memory, x->old_bytes, blocks, acted) != TH_OK) {
            /* No memory for a heap that is about to go: without the old array it is not needed. */
            status = th_finish_growth(m);
        }
    }
    return status;
}

static th_status make_room(th_map *m, uint64_t bytes) {
    bool acted = false;
    th_status status = room_in_arrays(m, &acted);
    if (status == TH_OK) {
        status = room_in_bytes(m, bytes, &acted);
    }
    if (status == TH_OK && !acted && m->h.oldbuckets != 0 && (new_is_short(m) || old_is_short(m))) {
        /* By the count above, growth cannot run out of overflow buckets. If racing writers have made it do
           so all the same, start over with what is there. */
        status = th_rebuild(m, m->h.B, m->h.hash0);
    }
    return status;
}

th_status th_make_room(th_map *map, uint64_t stamp, uint64_t bytes) {
    if (map == NULL || bytes > 2 * (uint64_t)TH_MAX_BYTES) {
        return TH_INVALID;
    }
    th_status status = th_enter(map, stamp, false);
    if (status != TH_OK) {
        return status;
    }
    status = make_room(map, bytes);
    th_leave(map, stamp);
    return status;
}

/* ---- sizes asked for ----------------------------------------------------------------------------- */

static th_status reserve(th_map *m, uint64_t entries) {
    th_extra *x = m->h.extra;
    uint32_t b = th_b_for(entries);
    if (b > TH_MAX_B) {
        return TH_LIMIT;
    }
    if (m->h.buckets == 0) {
        if (entries == 0) {
            return TH_OK;
        }
        uint8_t before = x->first_b;
        x->first_b = (uint8_t)b;
        th_status status = first_array(m);
        if (status != TH_OK) {
            x->first_b = before;
        }
        return status;
    }
    if (b <= m->h.B) {
        return TH_OK;
    }
    if (m->h.count == 0 && m->h.oldbuckets == 0) {
        return th_rebuild(m, b, m->h.hash0);
    }
    th_status status = th_finish_growth(m);
    return status == TH_OK ? start_growth(m, b) : status;
}

th_status th_map_reserve(th_map *map, uint64_t stamp, uint64_t entries) {
    if (map == NULL) {
        return TH_INVALID;
    }
    th_status status = th_enter(map, stamp, false);
    if (status != TH_OK) {
        return status;
    }
    status = reserve(map, entries);
    th_leave(map, stamp);
    return status;
}

th_status th_map_shrink(th_map *map, uint64_t stamp) {
    if (map == NULL) {
        return TH_INVALID;
    }
    th_status status = th_enter(map, stamp, false);
    if (status != TH_OK) {
        return status;
    }
    th_extra *x = map->h.extra;
    if (map->h.count == 0) {
        th_drop_arrays(map);
        x->first_b = 0;
    } else if (map->h.buckets != 0) {
        status = th_rebuild(map, th_b_for(map->h.count), map->h.hash0);
    }
    th_leave(map, stamp);
    return status;
}
