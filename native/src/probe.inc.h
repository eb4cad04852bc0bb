/*
 * Finding a key: the one probe loop. Compiled once per kernel, and for the shapes that are constants once
 * per shape.
 */

#define CACHE_LINE 64u
#define FETCHED_LINES 5u /* of a bucket with bytes keys; those of the compiled shapes have 3 and 4 */

/* Where an entry is, or where it could go. */
typedef struct th_place {
    uint8_t *bucket;
    uint64_t index; /* of the bucket in its array */
    uint32_t slot;
    th_array_word array;
    th_bytes_heap *heap; /* that goes with the array */
} th_place;

/* What a failed search for a key saw on its way: the first free slot, the chain's end and its length. */
typedef struct th_gap {
    uint8_t *bucket; /* NULL: the chain is full */
    uint32_t slot;
    uint8_t *last;
    uint64_t last_index;
    uint32_t hops;
} th_gap;

/*
 * Asks for a bucket's lines after the first: the next one, which most slots of words lie in; where a lookup
 * of bytes takes so many instructions that a few more do not count, those of all slots, unless large values
 * make them many.
 */
TH_INLINE void fetch_rest(const th_shape *s, const uint8_t *bucket) {
    uint32_t lines = s->key_class == TH_KEY_BYTES ? FETCHED_LINES : 2;
    uint32_t end = s->bucket_size < lines * CACHE_LINE ? s->bucket_size : lines * CACHE_LINE;
    for (uint32_t at = CACHE_LINE; at < end; at += CACHE_LINE) {
        __builtin_prefetch(bucket + at);
    }
}

/*
 * Searches the chain that the hash selects in one array. Ends early at a slot after which nothing was ever
 * stored (TH_EMPTY_REST). With gap != NULL (a constant) it also notes where the key could be inserted.
 * alone (a constant): no pipeline has fetched anything, so the bucket's other lines are asked for together
 * with the first instead of after it. racing (a constant): another thread may be writing. first (a constant):
 * looks at the first bucket only, which takes half the registers, and is TH_MORE if there are others to look
 * at.
 */
TH_INLINE th_status probe(const th_shape *s, th_array_word array, const th_key *key, uint64_t hash,
                          bool alone, bool racing, bool first, th_bytes_heap *heap, th_place *place,
                          th_gap *gap) {
    uint64_t index = th_index(array, hash);
    uint8_t *bucket = th_bucket_at(s, array, index);
    uint8_t top = th_tophash(hash);
    if (alone) {
        fetch_rest(s, bucket);
    }
    for (uint32_t hops = 0;; hops++) {
        uint64_t word = __atomic_load_n((const uint64_t *)(const void *)bucket,
                                        racing ? __ATOMIC_ACQUIRE : __ATOMIC_RELAXED);
        for (th_mask hit = kernel_match(word, top); hit != 0; hit = TH_MASK_NEXT(hit)) {
            uint32_t slot = TH_MASK_SLOT(hit);
            const uint8_t *stored = th_bucket_key(s, bucket, slot);
            if (racing) {
                stored = th_offset_last(stored, TH_SLOTS_OFFSET);
            }
            if (TH_LIKELY(th_key_equal(s, stored, key, heap, racing))) {
                *place = (th_place){bucket, index, slot, array, heap};
                return TH_PRESENT;
            }
        }
        if (gap != NULL && gap->bucket == NULL) {
            th_mask empty = kernel_match_empty(word);
            if (empty != 0) {
                gap->bucket = bucket;
                gap->slot = TH_MASK_SLOT(empty);
            }
        }
        if (first) {
            return th_has_next(bucket) ? TH_MORE : TH_ABSENT;
        }
        uint64_t next = th_next_bucket(array, bucket, index);
        if (TH_LIKELY(next == 0 || kernel_match_rest(word) != 0)) {
            if (gap != NULL) {
                gap->last = bucket;
                gap->last_index = index;
                gap->hops = hops;
            }
            return TH_ABSENT;
        }
        index = next;
        bucket = th_bucket_at(s, array, index);
    }
}

/* The bytes heap that goes with the old or the current array; NULL for shapes that have none. */
TH_INLINE th_bytes_heap *bytes_of(const th_shape *s, const th_map *m, bool old) {
    if (s->key_class != TH_KEY_BYTES && !s->value_bytes) {
        return NULL;
    }
    return th_load_bytes(old ? &m->h.extra->old_bytes : &m->h.extra->bytes);
}

/* Whether a hash's entries are still in the old array. */
TH_INLINE bool lies_in_old(const th_map *m, th_array_word old, uint64_t hash) {
    return TH_UNLIKELY(old != 0) && !th_is_evacuated(m, th_index(old, hash));
}

/* Finds a key in the one array where it can be. */
TH_INLINE bool lookup(const th_shape *s, const th_map *m, const th_key *key, uint64_t hash, bool alone,
                      th_place *place) {
    th_array_word array = th_load_word(&m->h.buckets);
    if (TH_UNLIKELY(!th_is_array(array))) {
        return false;
    }
    th_array_word old = th_load_word(&m->h.oldbuckets);
    bool in_old = lies_in_old(m, old, hash);
    return probe(s, in_old ? old : array, key, hash, alone, false, false, bytes_of(s, m, in_old), place,
                 NULL) == TH_PRESENT;
}
