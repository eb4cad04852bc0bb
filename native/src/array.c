/*
 * Arrays: how large they are, and the overflow buckets that follow the main ones.
 *
 * While an array fills, an overflow bucket is added to a chain only when the chain is full, so W insertions
 * take at most W / 8 of them; at most 6.5 * 2^B entries are moved in and 2^B inserted before growth has ended
 * and the next can begin, which makes 2^B overflow buckets enough for that. Once replaced, an array still
 * takes the entries whose old bucket is not evacuated: one overflow bucket for each of the 2^B /
 * TH_EVACUATE_STEP writes until growth has ended. (From B = 32 on links set the limit; 2^32 overflow buckets
 * are enough for random keys up to B = 34. Beyond that the array doubles a little early, and all at once if
 * its last overflow bucket goes before it is evacuated.) Regions reserve that many (untouched, they cost
 * nothing); blocks, where every byte counts, get a few and are replaced by larger ones when these are used
 * up.
 */
#include "map.h"
#include "memory/heap.h"

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

size_t th_array_bytes(const th_shape *s, uint64_t buckets) {
    return sizeof(th_array) + buckets * s->bucket_size;
}

uint64_t th_overflow_first(const th_shape *s, uint32_t b) {
    uint64_t main = (uint64_t)1 << b;
    if (th_heap_is_region(th_array_bytes(s, main + main / 4))) {
        return th_overflow_most(b);
    }
    return b == 0 ? 0 : b == 1 ? 1 : main / 4;
}

th_array_word th_array_new(const th_extra *x, uint32_t b, uint64_t overflow) {
    uint64_t buckets = ((uint64_t)1 << b) + overflow;
    size_t bytes = th_array_bytes(&x->shape, buckets);
    /* Random keys need an overflow bucket for up to one main bucket in eight. */
    uint64_t main = (uint64_t)1 << b;
    size_t dense = th_array_bytes(&x->shape, overflow < main / 8 ? buckets : main + main / 8);
    th_array *a = th_heap_new(x->memory, bytes, dense, x->policy);
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

/* A copy with room for so many overflow buckets, where the policy says; 0 when there is no memory. */
static th_array_word copy_of(const th_extra *x, th_array_word array, uint64_t overflow) {
    const th_array *a = th_array_of(array);
    th_array_word copy = th_array_new(x, th_array_b(array), overflow);
    if (copy != 0) {
        memcpy(th_array_base(copy), th_array_base(array), a->used * x->shape.bucket_size);
        th_array_of(copy)->used = a->used;
    }
    return copy;
}

/* Overflow buckets that fit. */
static uint64_t overflow_of(th_array_word array) {
    return th_array_of(array)->capacity - th_array_main(array);
}

static th_status replace(const th_map *m, th_array_word *which, uint64_t overflow) {
    const th_extra *x = m->h.extra;
    th_array_word array = *which;
    th_array_word copy = copy_of(x, array, overflow);
    if (copy == 0) {
        return TH_NO_MEMORY;
    }
    th_hide(m);
    th_store_word(which, copy);
    th_show(m);
    th_array_retire(x->memory, array);
    return TH_OK;
}

th_status th_array_extend(const th_map *m, th_array_word *which) {
    uint64_t most = th_overflow_most(th_array_b(*which));
    uint64_t overflow = 2 * overflow_of(*which) + 1;
    return replace(m, which, overflow < most ? overflow : most);
}

th_status th_array_copy(const th_map *m, th_array_word *which) {
    return replace(m, which, overflow_of(*which));
}

th_array_word th_array_clone(const th_extra *x, th_array_word array) {
    return copy_of(x, array, overflow_of(array));
}

bool th_array_can_extend(th_array_word array) {
    return th_array_of(array)->capacity < th_array_main(array) + th_overflow_most(th_array_b(array));
}
