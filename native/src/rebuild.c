/*
 * Rebuilding a map at once: every entry is copied into new arrays. It is how maps shrink, reserve while empty
 * and change their seed, and the way out when growth cannot go on as planned.
 */
#include "functions.h"
#include "hash.h"
#include "map.h"
#include "memory/heap.h"
#include "os/os.h"

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
    return (x->bytes == NULL ? 0 : th_bytes_in_use(x->bytes)) + th_bytes_to_move(x);
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
        *bytes = th_bytes_new(x->memory, x->policy, live_bytes(x));
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

th_status th_copy_entries(th_map *m, uint32_t b, uint32_t seed, th_array_word *array, th_bytes_heap **bytes) {
    th_status status = copy_all(m, b, th_overflow_first(&m->h.extra->shape, b), seed, array, bytes);
    if (status == TH_LIMIT) {
        status = copy_all(m, b, th_overflow_most(b), seed, array, bytes);
    }
    /* That many entries has only a map which racing writers have damaged. */
    return status == TH_LIMIT ? TH_CONCURRENT : status;
}

th_status th_clone_entries(th_map *m, th_array_word *array, th_bytes_heap **bytes) {
    const th_extra *x = m->h.extra;
    if (m->h.oldbuckets != 0 || m->h.buckets == 0) {
        return th_copy_entries(m, m->h.B, m->h.hash0, array, bytes);
    }
    *bytes = NULL;
    *array = th_array_clone(x, m->h.buckets);
    if (*array == 0) {
        return TH_NO_MEMORY;
    }
    if (x->bytes != NULL) {
        *bytes = th_bytes_clone(x->memory, x->bytes);
        if (*bytes == NULL) {
            th_array_retire(x->memory, *array);
            return TH_NO_MEMORY;
        }
    }
    return TH_OK;
}

th_status th_rebuild(th_map *m, uint32_t b, uint32_t seed) {
    th_extra *x = m->h.extra;
    th_array_word array;
    th_bytes_heap *bytes;
    th_status status = th_copy_entries(m, b, seed, &array, &bytes);
    if (status != TH_OK) {
        return status;
    }
    th_header before = m->h;
    th_extra extra_before = *x;
    th_begin_move(m);
    th_store_bytes(&x->bytes, bytes);
    th_store_bytes(&x->old_bytes, bytes);
    x->wants_seed = 0;
    x->grow_at = th_grow_at(b);
    m->h.B = (uint8_t)b;
    th_store_seed(m, seed);
    th_store_nevacuate(m, 0);
    th_mark_same_size(m, false);
    th_store_word(&m->h.oldbuckets, 0);
    th_store_word(&m->h.buckets, array);
    th_show(m);
    m->h.noverflow = th_noverflow(th_array_of(array)->used - th_array_main(array), b);
    retire_replaced(x->memory, &before, &extra_before);
    return TH_OK;
}

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
void th_reseed(th_map *m) {
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
