/*
 * Evacuation: moving entries to the buckets of a new array. Bucket numbers are the hash's highest bits, so
 * old bucket i goes to the neighbours 2i and 2i+1 (to i itself when the size stays, to 2^d neighbours when
 * a reservation grows by d doublings), and both arrays are worked through front to back.
 *
 * One number, nevacuate, is the front: an entry whose old bucket lies below it is in the new array, every
 * other one in the old. New entries follow the same rule. So a lookup during growth reads one array only, and
 * as the new array is touched in order and the old one given back in order, together they hardly take more
 * memory than the new one will. (Go evacuates the bucket a write touches as well; with random keys that
 * touches all of the new array at once, while the old one is still full.)
 */

/* Links a fresh overflow bucket after `last`; NULL when the array has none left. */
TH_INLINE uint8_t *add_overflow(const th_shape *s, th_map *m, th_array_word array, uint8_t *last,
                                uint64_t last_index, uint64_t *index) {
    th_array *a = th_array_of(array);
    uint64_t next = a->used;
    if (next >= a->capacity || next <= last_index) {
        return NULL;
    }
    uint64_t link = next - th_array_main(array) + 1;
    __atomic_store_n(&a->used, next + 1, __ATOMIC_RELAXED); /* th_map_get_stats may be counting */
    __atomic_store_n((uint32_t *)(void *)(last + TH_OVERFLOW_OFFSET), (uint32_t)link, __ATOMIC_RELEASE);
    if (array == m->h.buckets) {
        m->h.noverflow = th_noverflow(link, th_array_b(array));
    }
    *index = next;
    return th_bucket_at(s, array, next);
}

/* The next free slot at the end of a bucket's chain, for a chain without holes. NULL: no overflow left. */
TH_INLINE uint8_t *append_slot(const th_shape *s, th_map *m, th_array_word array, uint64_t index,
                               uint32_t *slot) {
    uint8_t *bucket = th_bucket_at(s, array, index);
    for (;;) {
        th_mask rest = kernel_match_rest(th_load64(bucket));
        if (rest != 0) {
            *slot = TH_MASK_SLOT(rest);
            return bucket;
        }
        uint64_t next = th_next_bucket(array, bucket, index);
        if (next == 0) {
            bucket = add_overflow(s, m, array, bucket, index, &next);
            *slot = 0;
            return bucket;
        }
        index = next;
        bucket = th_bucket_at(s, array, index);
    }
}

typedef struct th_move {
    th_array_word from;
    th_array_word to;
    th_bytes_heap *from_bytes;
    th_bytes_heap *to_bytes;
    uint32_t seed; /* of the new array */
    bool new_seed; /* the tophash byte and a long key's half hash change */
} th_move;

/* Copies one entry to the end of its new chain. false: no overflow bucket left, nothing copied. */
TH_INLINE bool move_entry(const th_shape *s, th_map *m, const th_move *move, uint8_t *bucket, uint32_t slot,
                          uint64_t *new_index) {
    uint8_t *key = th_bucket_key(s, bucket, slot);
    uint32_t b = th_array_b(move->to);
    uint64_t hash = move->new_seed ? th_slot_hash(s, key, move->from_bytes, move->seed)
                                   : th_slot_bucket_hash(s, key, move->from_bytes, move->seed, b);
    *new_index = th_index(move->to, hash);
    uint32_t to_slot;
    uint8_t *to = append_slot(s, m, move->to, *new_index, &to_slot);
    if (to == NULL) {
        return false;
    }
    to[to_slot] = move->new_seed ? th_tophash(hash) : bucket[slot];
    uint8_t *to_key = th_bucket_key(s, to, to_slot);
    if (s->key_class == TH_KEY_BYTES) {
        th_bytes_move(to_key, key, move->to_bytes, move->from_bytes);
        if (move->new_seed && th_load32(key) > TH_INLINE_BYTES) {
            th_store32(to_key + 4, (uint32_t)(hash >> 32));
        }
    } else {
        memcpy(to_key, key, s->key_size);
    }
    uint8_t *value = th_bucket_value(s, bucket, slot);
    uint8_t *to_value = th_bucket_value(s, to, to_slot);
    if (s->value_bytes) {
        th_bytes_move(to_value, value, move->to_bytes, move->from_bytes);
    } else {
        memcpy(to_value, value, s->value_size);
    }
    return true;
}

/* Entries in the chain of an old bucket. */
TH_INLINE uint64_t chain_entries(const th_shape *s, th_array_word array, uint64_t index) {
    uint64_t entries = 0;
    uint8_t *bucket = th_bucket_at(s, array, index);
    do {
        entries += TH_MASK_COUNT(kernel_match_live(th_load64(bucket)));
        index = th_next_bucket(array, bucket, index);
        bucket = th_bucket_at(s, array, index);
    } while (index != 0);
    return entries;
}

/* What a compacting growth still has to copy out of the old bytes heap shrinks with each moved block. */
TH_INLINE void count_moved_bytes(const th_shape *s, const th_move *move, uint8_t *bucket, uint32_t slot) {
    if (move->from_bytes == move->to_bytes || move->from_bytes == NULL) {
        return;
    }
    uint64_t moved = 0;
    if (s->key_class == TH_KEY_BYTES) {
        moved += th_bytes_block(th_load32(th_bucket_key(s, bucket, slot)));
    }
    if (s->value_bytes) {
        moved += th_bytes_block(th_load32(th_bucket_value(s, bucket, slot)));
    }
    move->from_bytes->live -= moved;
}

/* Moves one old bucket's chain; the caller has seen to enough overflow buckets and moves the front on. */
TH_INLINE void evacuate(const th_shape *s, th_map *m, th_array_word old, th_array_word array,
                        uint64_t first) {
    th_move move = {old, array, bytes_of(s, m, true), bytes_of(s, m, false), m->h.hash0, false};
    uint64_t index = first;
    uint8_t *bucket = th_bucket_at(s, old, index);
    do {
        for (th_mask live = kernel_match_live(th_load64(bucket)); live != 0; live = TH_MASK_NEXT(live)) {
            uint32_t slot = TH_MASK_SLOT(live);
            uint64_t to;
            if (move_entry(s, m, &move, bucket, slot, &to)) {
                count_moved_bytes(s, &move, bucket, slot);
            }
        }
        index = th_next_bucket(old, bucket, index);
        bucket = th_bucket_at(s, old, index);
    } while (index != 0);
}

/*
 * Evacuates the next bucket in order, and whether there was one for which the new array has the overflow
 * buckets: an old chain of c entries can take c / 8 of them.
 */
TH_INLINE bool evacuate_next(const th_shape *s, th_map *m, th_array_word old, th_array_word array,
                             uint64_t next) {
    const th_array *a = th_array_of(array);
    if (a->used + chain_entries(s, old, next) / TH_SLOTS > a->capacity) {
        return false;
    }
    evacuate(s, m, old, array, next);
    th_store_nevacuate(m, next + 1);
    return true;
}

/* Whether th_make_room has to give old pages back, or the whole old array, before growth goes on. */
TH_INLINE bool release_due(const th_shape *s, const th_map *m, th_array_word old) {
    uint64_t front = th_load_nevacuate(m);
    return front >= th_array_main(old) ||
           front * s->bucket_size >= th_array_of(old)->released + TH_RELEASE_BYTES;
}

/*
 * A write's share of growth: the next buckets in order. false: it takes th_make_room first, and perhaps
 * nothing was done.
 */
TH_INLINE bool growth_step_of(const th_shape *s, th_map *m) {
    th_array_word old = th_load_word(&m->h.oldbuckets);
    th_array_word array = th_load_word(&m->h.buckets);
    uint64_t next = th_load_nevacuate(m);
    if (TH_UNLIKELY(old == 0 || !th_is_array(array) || next >= th_array_main(old))) {
        return false; /* growth is over; th_make_room knows what is next */
    }
    if (release_due(s, m, old)) {
        return false;
    }
    uint64_t end = next + TH_EVACUATE_STEP;
    end = end < th_array_main(old) ? end : th_array_main(old);
    for (; next < end; next++) {
        if (!evacuate_next(s, m, old, array, next)) {
            return false;
        }
    }
    return true;
}

static __attribute__((noinline)) bool TH_K(growth_step_any)(th_map *m) {
    return growth_step_of(&m->h.extra->shape, m);
}

/* Without a constant shape a copy in each writer would gain nothing and make the library half as big again.
 */
TH_INLINE bool growth_step(const th_shape *s, th_map *m) {
    return __builtin_constant_p(s->bucket_size) ? growth_step_of(s, m) : TH_K(growth_step_any)(m);
}

/* Evacuates up to `buckets` in order; the number still to do, or UINT64_MAX when overflow runs out. */
static uint64_t TH_K(drain)(th_map *m, uint64_t buckets) {
    const th_shape *s = &m->h.extra->shape;
    th_array_word old = m->h.oldbuckets;
    th_array_word array = m->h.buckets;
    uint64_t end = th_array_main(old);
    uint64_t next = th_load_nevacuate(m);
    for (; buckets > 0 && next < end; buckets--, next++) {
        if (!evacuate_next(s, m, old, array, next)) {
            return UINT64_MAX;
        }
    }
    return next < end ? end - next : 0;
}

/* Copies every entry of an array that is not evacuated. false: the new array has no room left. */
static bool TH_K(copy_entries)(th_map *m, th_array_word from, th_bytes_heap *from_bytes, th_array_word to,
                               th_bytes_heap *to_bytes, uint32_t seed, bool is_old) {
    const th_shape *s = &m->h.extra->shape;
    th_move move = {from, to, from_bytes, to_bytes, seed, seed != m->h.hash0};
    uint64_t end = th_array_main(from);
    for (uint64_t first = is_old ? m->h.nevacuate : 0; first < end; first++) {
        uint64_t index = first;
        uint8_t *bucket = th_bucket_at(s, from, index);
        do {
            th_mask live = kernel_match_live(th_load64(bucket));
            for (; live != 0; live = TH_MASK_NEXT(live)) {
                uint64_t to_index;
                if (!move_entry(s, m, &move, bucket, TH_MASK_SLOT(live), &to_index)) {
                    return false;
                }
            }
            index = th_next_bucket(from, bucket, index);
            bucket = th_bucket_at(s, from, index);
        } while (index != 0);
    }
    return true;
}
