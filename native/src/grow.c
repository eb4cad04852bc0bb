/*
 * Arrays and growth: everything that a quick call leaves to th_make_room.
 *
 * An array doubles when an insertion would bring it over 6.5 entries a bucket. It is replaced by one of the
 * same size when it has used as many overflow buckets as main ones (Go's rule), which removals bring about,
 * or when the bytes heap has more dead bytes than live ones. Either way the old array is evacuated a few
 * buckets with each write, and its pages go back to the OS as evacuation passes them.
 *
 * Overflow buckets follow the main ones in the array. While an array fills, an overflow bucket is added to
 * a chain only when the chain is full, so W insertions take at most W / 8 of them; at most 6.5 * 2^B
 * entries are moved in and 2^B inserted before growth has ended and the next can begin, which makes 2^B
 * overflow buckets enough for that. Once replaced, an array still takes the entries whose old bucket is not
 * evacuated: one overflow bucket for each of the 2^B / TH_EVACUATE_STEP writes until growth has ended. (From
 * B = 32 on links set the limit; 2^32 overflow buckets are enough for random keys up to B = 34. Beyond that
 * the array doubles a little early, and all at once if its last overflow bucket goes before it is evacuated.)
 * Regions reserve that many (untouched, they cost nothing); blocks, where every byte counts, get a few and
 * are replaced by larger ones when these are used up.
 */
#include "map.h"

#include "functions.h"
#include "hash.h"
#include "memory/heap.h"
#include "os/os.h"

/* A bytes heap is compacted by growth when this much of it is dead, and more than is live. */
#define COMPACT_BYTES ((uint64_t)64 << 10)

uint32_t th_b_for(uint64_t entries) {
    uint32_t b = 0;
    while (b <= TH_MAX_B && th_over_load(entries, b)) {
        b++;
    }
    return b;
}

uint64_t th_grow_at(uint32_t b) {
    uint64_t load = TH_LOAD_NUMERATOR * (((uint64_t)1 << b) / TH_LOAD_DENOMINATOR);
    return load > TH_SLOTS ? load : TH_SLOTS;
}

uint64_t th_overflow_most(uint32_t b) {
    uint64_t main = (uint64_t)1 << b;
    uint64_t most = main + main / TH_EVACUATE_STEP + 4;
    return most < UINT32_MAX ? most : UINT32_MAX; /* links have 32 bits */
}

static size_t array_bytes(const th_shape *s, uint64_t buckets) {
    return sizeof(th_array) + buckets * s->bucket_size;
}

uint64_t th_overflow_first(const th_shape *s, uint32_t b) {
    uint64_t main = (uint64_t)1 << b;
    if (th_heap_is_region(array_bytes(s, main + main / 4))) {
        return th_overflow_most(b);
    }
    return b == 0 ? 0 : b == 1 ? 1 : main / 4;
}

th_array_word th_array_new(const th_extra *x, uint32_t b, uint64_t overflow) {
    uint64_t buckets = ((uint64_t)1 << b) + overflow;
    size_t bytes = array_bytes(&x->shape, buckets);
    th_array *a = th_heap_new(x->memory, bytes, x->pages);
    if (a == NULL) {
        return 0;
    }
    a->capacity = buckets;
    a->used = (uint64_t)1 << b;
    a->bytes = bytes;
    return (th_array_word)(uintptr_t)(a + 1) | (63u - b);
}

void th_array_retire(th_heap *memory, th_array_word word) {
    th_array *a = th_array_of(word);
    th_heap_retire(memory, a, a->bytes);
}

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
    return TH_OK;
}

/*
 * Replaces a block, current or old, by a larger one with room for more overflow buckets; links are indexes
 * and stay good.
 */
static th_status extend_overflow(th_map *m, th_array_word *which) {
    th_extra *x = m->h.extra;
    th_array_word array = *which;
    uint32_t b = th_array_b(array);
    const th_array *a = th_array_of(array);
    uint64_t most = th_overflow_most(b);
    uint64_t overflow = 2 * (a->capacity - th_array_main(array)) + 1;
    overflow = overflow < most ? overflow : most;
    th_array_word larger = th_array_new(x, b, overflow);
    if (larger == 0) {
        return TH_NO_MEMORY;
    }
    memcpy(th_array_base(larger), th_array_base(array), a->used * x->shape.bucket_size);
    th_array_of(larger)->used = a->used;
    th_store_word(which, larger);
    th_array_retire(x->memory, array);
    return TH_OK;
}

static bool can_extend(th_array_word array) {
    return th_array_of(array)->capacity < th_array_main(array) + th_overflow_most(th_array_b(array));
}

/* ---- growth -------------------------------------------------------------------------------------- */

static bool worth_compacting(const th_bytes_heap *heap) {
    return heap != NULL && heap->dead > heap->live && heap->dead > COMPACT_BYTES;
}

/* A bytes heap with room in one piece for `live` bytes and one more segment's worth. NULL: no memory. */
static th_bytes_heap *bytes_for(const th_extra *x, uint64_t live) {
    th_bytes_heap *heap = th_bytes_new(x->memory, x->pages);
    if (heap != NULL && live > 0 && th_bytes_extend(x->memory, heap, live) != TH_OK) {
        th_bytes_retire(x->memory, heap);
        return NULL;
    }
    return heap;
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
    x->old_bytes = x->bytes;
    if (worth_compacting(x->bytes)) {
        /* Without memory for a second bytes heap growth goes on with the first. */
        th_bytes_heap *fresh = bytes_for(x, x->bytes->live);
        x->bytes = fresh == NULL ? x->bytes : fresh;
    }
    m->h.nevacuate = 0;
    m->h.noverflow = 0;
    th_array_word old = m->h.buckets;
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
    x->old_bytes = x->bytes;
    m->h.nevacuate = 0;
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
    (void)th_os_discard((uint8_t *)a + from, passed - from);
    a->released = passed;
    return true;
}

th_status th_finish_growth(th_map *m) {
    while (m->h.oldbuckets != 0) {
        uint64_t left = th_functions_in_use->drain(m, 4096);
        if (left == 0) {
            end_growth(m);
        } else if (left == UINT64_MAX) {
            if (!can_extend(m->h.buckets)) {
                return th_rebuild(m, m->h.B, m->h.hash0);
            }
            th_status status = extend_overflow(m, &m->h.buckets);
            if (status != TH_OK) {
                return status;
            }
        } else {
            (void)release_passed(m);
        }
    }
    return TH_OK;
}

/* Retires what a rebuild replaces: everything in `before` that the map no longer has. */
static void retire_replaced(th_heap *memory, const th_header *h, const th_extra *before) {
    if (h->oldbuckets != 0) {
        th_array_retire(memory, h->oldbuckets);
    }
    if (h->buckets != 0) {
        th_array_retire(memory, h->buckets);
    }
    if (before->old_bytes != before->bytes) {
        th_bytes_retire(memory, before->old_bytes);
    }
    th_bytes_retire(memory, before->bytes);
}

static uint64_t live_bytes(const th_extra *x) {
    return (x->bytes == NULL ? 0 : x->bytes->live) + th_bytes_to_move(x);
}

/* Copies every entry into new arrays. TH_LIMIT: `overflow` buckets do not do; the map is unchanged. */
static th_status copy_all(th_map *m, uint32_t b, uint64_t overflow, uint32_t seed, th_array_word *array,
                          th_bytes_heap **bytes) {
    th_extra *x = m->h.extra;
    *array = th_array_new(x, b, overflow);
    if (*array == 0) {
        return TH_NO_MEMORY;
    }
    *bytes = NULL;
    if (x->bytes != NULL || x->old_bytes != NULL) {
        *bytes = bytes_for(x, live_bytes(x));
        if (*bytes == NULL) {
            th_array_retire(x->memory, *array);
            return TH_NO_MEMORY;
        }
    }
    const th_functions *f = th_functions_in_use;
    bool copied =
        (m->h.oldbuckets == 0 ||
         f->copy_entries(m, m->h.oldbuckets, x->old_bytes, *array, *bytes, seed, true)) &&
        (m->h.buckets == 0 || f->copy_entries(m, m->h.buckets, x->bytes, *array, *bytes, seed, false));
    if (!copied) {
        th_array_retire(x->memory, *array);
        th_bytes_retire(x->memory, *bytes);
        return TH_LIMIT;
    }
    return TH_OK;
}

th_status th_rebuild(th_map *m, uint32_t b, uint32_t seed) {
    th_extra *x = m->h.extra;
    th_array_word array;
    th_bytes_heap *bytes;
    th_status status = copy_all(m, b, th_overflow_first(&x->shape, b), seed, &array, &bytes);
    if (status == TH_LIMIT) {
        status = copy_all(m, b, th_overflow_most(b), seed, &array, &bytes);
    }
    if (status != TH_OK) {
        /* That many entries has only a map which racing writers have damaged. */
        return status == TH_LIMIT ? TH_CONCURRENT : status;
    }
    th_header before = m->h;
    th_extra extra_before = *x;
    x->bytes = bytes;
    x->old_bytes = bytes;
    x->wants_seed = 0;
    x->grow_at = th_grow_at(b);
    m->h.B = (uint8_t)b;
    m->h.hash0 = seed;
    m->h.nevacuate = 0;
    th_mark_same_size(m, false);
    th_store_word(&m->h.oldbuckets, 0);
    th_store_word(&m->h.buckets, array);
    m->h.noverflow = th_noverflow(th_array_of(array)->used - th_array_main(array), b);
    retire_replaced(x->memory, &before, &extra_before);
    return TH_OK;
}

/* ---- making room --------------------------------------------------------------------------------- */

/*
 * A seed whose keys part from those of the old one (th_seeds_part); three of four random ones do, so the loop
 * ends soon.
 */
static bool draw_seed(uint32_t old, uint32_t *seed) {
    do {
        if (!th_os_random32(seed)) {
            return false;
        }
    } while (!th_seeds_part(old, *seed));
    return true;
}

/*
 * A new seed against an attack: everything is hashed again at once, because two seeds in one map would make
 * every walk hash each key twice. At most TH_CURSOR_STAGES - 1 times between two clears. Without memory the
 * map goes on with its long chain.
 */
static void reseed(th_map *m) {
    th_extra *x = m->h.extra;
    uint32_t seed;
    x->wants_seed = 0;
    x->grow_at = th_grow_at(m->h.B);
    if (!draw_seed(m->h.hash0, &seed)) {
        return;
    }
    uint32_t b = th_over_load(m->h.count + 1, m->h.B) && m->h.B < TH_MAX_B ? m->h.B + 1u : m->h.B;
    if (th_rebuild(m, b, seed) == TH_OK) {
        x->seed_changes++;
    }
}

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
    if (old_is_short(m) && can_extend(m->h.oldbuckets)) {
        *acted = true;
        th_status status = extend_overflow(m, &m->h.oldbuckets);
        /* No memory for an array that is about to go: it is a block, so what is left in it is soon moved. */
        return status == TH_OK ? TH_OK : th_finish_growth(m);
    }
    if (new_is_short(m) && can_extend(m->h.buckets)) {
        *acted = true;
        return extend_overflow(m, &m->h.buckets);
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
        reseed(m);
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
        return can_extend(array) ? extend_overflow(m, &m->h.buckets) : start_growth(m, m->h.B + 1u);
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
        x->bytes = th_bytes_new(x->memory, x->pages);
        if (x->bytes == NULL) {
            return TH_NO_MEMORY;
        }
        x->old_bytes = x->bytes;
    }
    /* A block has at most a quarter more than its bytes, two of them at least 16 each. */
    uint64_t blocks = bytes + bytes / 4 + 64;
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
