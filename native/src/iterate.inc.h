/*
 * Iteration in the order of hashes.
 *
 * A bucket's number is the high bits of the hash, so bucket i of 2^b holds the hashes of one interval:
 * [i << (64 - b), (i + 1) << (64 - b)). A stage of a walk is one position in the space of hashes that moves
 * from its start upwards, wraps, and ends behind its last hash; everything it has passed has been visited.
 * That is true whatever array the entries lie in, so growth (which splits intervals), shrinking (which joins
 * them) and growth in progress (where the old bucket is read until it is evacuated) need no special care,
 * and the promises of th_cursor hold. Hashes count from the stage's start:
 *
 *   start                 passed                                 last
 *   |#######visited########|------------- not yet ----------------|-- another cursor's, after a split --
 *
 * A whole walk's last hash is the one before its start; a split gives the upper half of what is left to
 * another cursor.
 *
 * A new seed changes every hash. The walk then keeps what it has visited as a finished stage, starts a new
 * one over all hashes under the new seed, and leaves out entries that an earlier stage had visited or that
 * were never of this cursor's part.
 */

typedef struct walk_range {
    uint64_t first; /* hashes from here */
    uint64_t last;  /* to here, inclusive */
    bool exact;     /* the whole bucket lies in the range */
} walk_range;

/* The last hash of the current stage, counted from its start. */
TH_INLINE uint64_t stage_last(const th_cursor *c) {
    return c->stage == 0 ? c->last : UINT64_MAX;
}

/* Whether the earlier stages leave an entry to the current one. */
TH_INLINE bool left_by_earlier(const th_shape *s, const th_cursor *c, const uint8_t *key,
                               const th_bytes_heap *heap) {
    for (uint32_t i = 0; i < c->stage; i++) {
        uint64_t at = th_slot_hash(s, key, heap, c->seeds[i]) - c->start[i];
        bool foreign = i == 0 && at > c->last;
        if (foreign || c->done[i] || at < c->passed[i]) {
            return false;
        }
    }
    return true;
}

TH_INLINE bool in_walk(const th_shape *s, const th_cursor *c, const walk_range *range, const uint8_t *key,
                       const th_bytes_heap *heap) {
    if (TH_UNLIKELY(!range->exact)) {
        uint64_t hash = th_slot_hash(s, key, heap, c->seeds[c->stage]);
        if (hash < range->first || hash > range->last) {
            return false;
        }
    }
    return c->stage == 0 || left_by_earlier(s, c, key, heap);
}

/* Where the entries go, and how much of it is used. */
typedef struct walk_out {
    uint8_t *keys;
    uint8_t *values;
    uint64_t *key_ends;
    uint64_t *value_ends;
    uint64_t key_room;
    uint64_t value_room;
    uint64_t key_bytes;
    uint64_t value_bytes;
    uint32_t capacity;
    uint32_t count;
} walk_out;

/* Bytes that one stored key or value takes in the output. */
TH_INLINE uint64_t out_size(bool bytes, uint16_t size, const uint8_t *slot) {
    return bytes ? th_load32(slot) : size;
}

/* size is what out_size said and has been found to fit: the slot may say something else by now. */
TH_INLINE void emit(bool bytes, uint64_t size, const uint8_t *slot, const th_bytes_heap *heap, uint8_t *out,
                    uint64_t *at, uint64_t *ends, uint32_t i) {
    if (out == NULL) {
        return;
    }
    const uint8_t *from = slot;
    if (bytes) {
        from = size <= TH_INLINE_BYTES ? slot + 4 : th_bytes_at(heap, th_load64(slot + 8), size);
    }
    if (from != NULL) {
        memcpy(out + *at, from, size);
        *at += size;
    }
    if (bytes) {
        ends[i] = *at;
    }
}

/* Where the next key, or value, goes; NULL when it is not asked for. */
TH_INLINE uint8_t *out_at(uint8_t *out, uint64_t used) {
    return out == NULL ? NULL : out + used;
}

TH_INLINE bool has_room(const walk_out *out, uint64_t entries, uint64_t key_bytes, uint64_t value_bytes) {
    return entries <= out->capacity - out->count &&
           (out->keys == NULL || key_bytes <= out->key_room - out->key_bytes) &&
           (out->values == NULL || value_bytes <= out->value_room - out->value_bytes);
}

/*
 * Copies all eight slots, each to behind the last entry, so that an empty one is written over: which slots
 * are free is as good as random, and costs a mispredicted jump or two a bucket where it is asked.
 */
TH_INLINE void copy_slots(const th_shape *s, uint8_t *bucket, uint64_t tops, uint8_t *keys, uint8_t *values) {
    for (uint32_t slot = 0; slot < TH_SLOTS; slot++, tops >>= 8) {
        uint32_t live = (uint8_t)tops >= TH_MIN_TOPHASH;
        memcpy(keys, th_bucket_key(s, bucket, slot), s->key_size);
        keys += live * s->key_size;
        if (values != NULL) {
            memcpy(values, th_bucket_value(s, bucket, slot), s->value_size);
            values += live * s->value_size;
        }
    }
}

TH_INLINE void copy_live(const th_shape *s, uint8_t *bucket, th_mask live, uint8_t *keys, uint8_t *values) {
    for (; live != 0; live = TH_MASK_NEXT(live)) {
        uint32_t slot = TH_MASK_SLOT(live);
        if (keys != NULL) {
            memcpy(keys, th_bucket_key(s, bucket, slot), s->key_size);
            keys += s->key_size;
        }
        if (values != NULL) {
            memcpy(values, th_bucket_value(s, bucket, slot), s->value_size);
            values += s->value_size;
        }
    }
}

/*
 * All entries of a bucket, of fixed size: adds up what they take, and copies them when that is asked for and
 * they fit, which is looked at once for the bucket.
 */
TH_INLINE void walk_fixed(const th_shape *s, uint8_t *bucket, uint64_t tops, th_mask live, bool emitting,
                          walk_out *out) {
    uint32_t entries = TH_MASK_COUNT(live);
    uint64_t key_bytes = (uint64_t)entries * s->key_size;
    uint64_t value_bytes = (uint64_t)entries * s->value_size;
    if (emitting) {
        uint8_t *keys = out_at(out->keys, out->key_bytes);
        uint8_t *values = out_at(out->values, out->value_bytes);
        bool known = __builtin_constant_p(s->bucket_size); /* else each copy is a call */
        if (known && keys != NULL &&
            has_room(out, TH_SLOTS, TH_SLOTS * s->key_size, TH_SLOTS * s->value_size)) {
            copy_slots(s, bucket, tops, keys, values);
        } else if (has_room(out, entries, key_bytes, value_bytes)) {
            copy_live(s, bucket, live, keys, values);
        } else {
            return;
        }
    }
    out->count += entries;
    out->key_bytes += key_bytes;
    out->value_bytes += value_bytes;
}

/*
 * One pass over a chain: adds up what it takes (emitting = false), or copies it. A torn read can change a
 * length between the passes, so that copying checks the room again.
 */
TH_INLINE void walk_chain(const th_shape *s, const th_cursor *c, th_array_word array, uint64_t index,
                          const walk_range *range, const th_bytes_heap *heap, bool emitting, walk_out *out) {
    bool key_bytes = s->key_class == TH_KEY_BYTES;
    bool all = TH_LIKELY(range->exact && c->stage == 0);
    uint8_t *bucket = th_bucket_at(s, array, index);
    do {
        uint64_t tops = th_load64(bucket);
        th_mask live = kernel_match_live(tops);
        if (all && !key_bytes && !s->value_bytes) {
            walk_fixed(s, bucket, tops, live, emitting, out);
            live = 0;
        }
        for (; live != 0; live = TH_MASK_NEXT(live)) {
            uint32_t slot = TH_MASK_SLOT(live);
            const uint8_t *key = th_bucket_key(s, bucket, slot);
            const uint8_t *value = th_bucket_value(s, bucket, slot);
            if (!all && !in_walk(s, c, range, key, heap)) {
                continue;
            }
            uint64_t key_size = out_size(key_bytes, s->key_size, key);
            uint64_t value_size = out_size(s->value_bytes, s->value_size, value);
            if (!emitting) {
                out->key_bytes += key_size;
                out->value_bytes += value_size;
                out->count++;
                continue;
            }
            if (has_room(out, 1, key_size, value_size)) {
                emit(key_bytes, key_size, key, heap, out->keys, &out->key_bytes, out->key_ends, out->count);
                emit(s->value_bytes, value_size, value, heap, out->values, &out->value_bytes, out->value_ends,
                     out->count);
                out->count++;
            }
        }
        index = th_next_bucket(array, bucket, index);
        bucket = th_bucket_at(s, array, index);
    } while (index != 0);
}

/* Makes the cursor follow a new seed. false: the walk is over (the map was cleared). */
TH_INLINE bool follow_seed(const th_map *m, th_cursor *c) {
    const th_extra *x = m->h.extra;
    if (c->epoch != x->epoch || c->stage >= TH_CURSOR_STAGES) {
        return false;
    }
    if (TH_LIKELY(c->seeds[c->stage] == m->h.hash0)) {
        return true;
    }
    /* A stage that has visited nothing need not be kept, unless it tells which part this cursor has. */
    bool untouched = c->passed[c->stage] == 0 && !c->done[c->stage] && stage_last(c) == UINT64_MAX;
    if (!untouched) {
        if (c->stage + 1 >= TH_CURSOR_STAGES) {
            return false;
        }
        c->stage++;
    }
    c->seeds[c->stage] = m->h.hash0;
    c->start[c->stage] = 0;
    c->passed[c->stage] = 0;
    c->done[c->stage] = 0;
    return true;
}

/* Walks one bucket's chain. TH_MORE: go on; TH_OK: it did not fit; TH_SMALL_BUFFER: nor into nothing. */
TH_INLINE th_status walk_bucket(const th_shape *s, const th_map *m, th_cursor *c, walk_out *out) {
    th_array_word array = th_load_word(&m->h.buckets);
    if (TH_UNLIKELY(!th_is_array(array))) {
        return TH_OK; /* closed or shrunk to nothing since the walk looked; the next call will say so */
    }
    th_array_word old = th_load_word(&m->h.oldbuckets);
    uint64_t passed = c->passed[c->stage];
    uint64_t position = c->start[c->stage] + passed;
    bool in_old = lies_in_old(m, old, position);
    th_array_word from = in_old ? old : array;
    uint64_t index = th_index(from, position);
    uint64_t first = index << 1 << (from & 63u);
    uint64_t last = ((index + 1) << 1 << (from & 63u)) - 1; /* wraps for the last bucket */
    /* This bucket or this stage, whichever ends first. */
    uint64_t left = stage_last(c) - passed;
    bool ends_stage = last - position >= left;
    walk_range range = {position, ends_stage ? position + left : last, false};
    range.exact = range.first == first && range.last == last;
    const th_bytes_heap *heap = bytes_of(s, m, in_old);

    walk_out chain = {0};
    walk_chain(s, c, from, index, &range, heap, false, &chain);
    if (!has_room(out, chain.count, chain.key_bytes, chain.value_bytes)) {
        c->needed_keys = chain.key_bytes;
        c->needed_values = chain.value_bytes;
        c->needed_entries = chain.count;
        return out->count == 0 ? TH_SMALL_BUFFER : TH_OK;
    }
    if (chain.count > 0) {
        walk_chain(s, c, from, index, &range, heap, true, out);
    }
    if (ends_stage) {
        c->done[c->stage] = 1;
    } else {
        c->passed[c->stage] = passed + (last - position) + 1;
    }
    return TH_MORE;
}

#define WALK_BUCKETS 1024u /* looked at in one call, so that an emptied map's walk stays quick */

#define CURSOR_PARAMS                                                                                        \
    th_map *m, th_cursor *c, uint32_t capacity, uint32_t *count, uint8_t *keys, uint64_t key_room,           \
        uint64_t *key_ends, uint8_t *values, uint64_t value_room, uint64_t *value_ends
#define CURSOR_ARGS m, c, capacity, count, keys, key_room, key_ends, values, value_room, value_ends

TH_INLINE th_status next_entries(const th_shape *s, CURSOR_PARAMS) {
    walk_out out = {keys, values, key_ends, value_ends, key_room, value_room, 0, 0, capacity, 0};
    th_status status = TH_MORE;
    bool over = !th_is_array(th_load_word(&m->h.buckets)) || !follow_seed(m, c);
    for (uint32_t i = 0; i < WALK_BUCKETS && status == TH_MORE && !over; i++) {
        over = c->done[c->stage] != 0;
        if (!over) {
            status = walk_bucket(s, m, c, &out);
        }
    }
    *count = out.count;
    return status == TH_SMALL_BUFFER ? status : over ? TH_OK : TH_MORE;
}
