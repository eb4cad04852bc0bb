/*
 * Batches: a rolling pipeline that keeps many cache misses in flight. Key i + 2D is hashed and its bucket's
 * first line fetched; key i + D, whose tophash bytes have arrived, gets the line of its slot fetched; key i
 * is finished. A drain between phases would leave the memory idle.
 */

typedef enum { WRITE_PUT, WRITE_IF_ABSENT, WRITE_ADD, WRITE_REMOVE } write_kind;

/* One write of an 8-byte value, hash known. Leaves what was there before in m->previous. */
TH_INLINE th_status write_one(const th_shape *s, th_map *m, const th_key *key, uint64_t hash, write_kind kind,
                              uint64_t operand, uint64_t otherwise) {
    th_place place;
    th_status status = kind == WRITE_REMOVE ? find_to_remove(s, m, key, hash, &place)
                                            : upsert(s, m, key, hash, 0, bytes_of(s, m, false), &place);
    if (status < 0 || (kind == WRITE_REMOVE && status == TH_ABSENT)) {
        return status;
    }
    uint8_t *value = th_bucket_value(s, place.bucket, place.slot);
    if (status == TH_ABSENT) {
        th_store64(value, kind == WRITE_ADD ? otherwise + operand : operand);
        return status;
    }
    uint64_t before = th_load64(value);
    m->previous = before;
    if (kind == WRITE_REMOVE) {
        erase(s, m, &place, hash);
    } else if (kind != WRITE_IF_ABSENT) {
        th_store64(value, kind == WRITE_ADD ? before + operand : operand);
    }
    return status;
}

typedef enum { BATCH_GET, BATCH_CONTAINS, BATCH_PUT, BATCH_ADD, BATCH_REMOVE } batch_kind;

/* The keys of a batch: words, or spans of one piece of memory. */
typedef struct key_source {
    const uint64_t *words;
    const uint8_t *data;
    uint64_t size;
    const uint64_t *starts;
    const uint64_t *ends;
} key_source;

typedef struct batch {
    key_source keys;
    batch_kind kind;
    uint64_t *values;
    uint8_t *found;
    const uint64_t *operands;
    uint64_t otherwise;
} batch;

#define PIPE_DISTANCE 12u               /* D: see docs/decisions.md for the table */
#define BATCH_BYTES ((uint64_t)1 << 16) /* of keys in one quick call; more than one key may have */
#define PIPE_RING 32u                   /* a power of two above 2D */

typedef struct pipe {
    th_key keys[PIPE_RING]; /* of bytes; words are cheaper to read again than to keep */
    uint64_t hashes[PIPE_RING];
} pipe;

TH_INLINE bool batch_key(const th_shape *s, const key_source *source, uint64_t i, th_key *key) {
    if (s->key_class != TH_KEY_BYTES) {
        *key = th_key_word(source->words[i]);
        return true;
    }
    uint64_t start = source->starts[i];
    uint64_t end = source->ends[i];
    if (start > end || end > source->size || end - start > TH_MAX_BYTES) {
        return false;
    }
    /* All keys may be empty and data NULL, to which nothing may be added. */
    const uint8_t *bytes = source->data == NULL ? NULL : source->data + start;
    *key = th_key_bytes_within(bytes, end - start, source->size - start);
    return true;
}

/* Fetches the lines that hold a slot's key and the value next to it. */
TH_INLINE void fetch_slot(const th_shape *s, const uint8_t *slot) {
    __builtin_prefetch(slot);
    if (s->key_stride > 16) {
        __builtin_prefetch(slot + s->key_stride - 1);
    }
}

TH_INLINE void fetch_match(const th_shape *s, th_array_word array, uint64_t hash) {
    uint8_t *bucket = th_bucket_at(s, array, th_index(array, hash));
    uint64_t word = th_load64(bucket);
    th_mask hit = kernel_match(word, th_tophash(hash));
    if (hit != 0) {
        fetch_slot(s, th_bucket_key(s, bucket, TH_MASK_SLOT(hit)));
        return;
    }
    uint64_t next = kernel_match_rest(word) != 0 ? 0 : th_next_bucket(array, bucket, th_index(array, hash));
    if (next != 0) {
        __builtin_prefetch(th_bucket_at(s, array, next));
    }
}

/* Finishes key i. TH_NEEDS_ROOM: nothing done. */
TH_INLINE th_status finish_key(const th_shape *s, batch_kind kind, th_map *m, const batch *b, uint64_t i,
                               const th_key *key, uint64_t hash) {
    if (kind == BATCH_GET || kind == BATCH_CONTAINS) {
        th_place place;
        bool found = lookup(s, m, key, hash, &place);
        if (kind == BATCH_GET) {
            b->values[i] = found ? th_load64(th_bucket_value(s, place.bucket, place.slot)) : b->otherwise;
        } else {
            b->found[i] = found;
        }
        return found ? TH_PRESENT : TH_ABSENT;
    }
    write_kind write = kind == BATCH_PUT ? WRITE_PUT : kind == BATCH_ADD ? WRITE_ADD : WRITE_REMOVE;
    return write_one(s, m, key, hash, write, kind == BATCH_REMOVE ? 0 : b->operands[i], b->otherwise);
}

/* Keys [from, to) through the pipeline. Returns where it stopped, and why in *status. */
TH_INLINE uint64_t run_pipe(const th_shape *s, batch_kind kind, th_map *m, const batch *b, uint64_t from,
                            uint64_t to, uint64_t *hits, th_status *status) {
    pipe p;
    th_array_word array = th_load_word(&m->h.buckets);
    uint32_t seed = m->h.hash0;
    uint64_t end = to;
    uint64_t bytes_left = BATCH_BYTES;
    for (uint64_t i = from; i < end + 2 * PIPE_DISTANCE; i++) {
        uint32_t ring = (uint32_t)i & (PIPE_RING - 1);
        if (i < end) {
            th_key key;
            if (batch_key(s, &b->keys, i, &key)) {
                uint64_t hash = th_key_hash(s, &key, seed);
                p.hashes[ring] = hash;
                if (s->key_class == TH_KEY_BYTES) {
                    p.keys[ring] = key;
                    if (key.length >= bytes_left) {
                        end = i + 1; /* the next call goes on */
                    }
                    bytes_left -= key.length;
                }
                if (array != 0) {
                    __builtin_prefetch(th_bucket_at(s, array, th_index(array, hash)));
                }
            } else {
                end = i; /* finish what came before it, then report */
                *status = TH_INVALID;
            }
        }
        uint64_t middle = i - PIPE_DISTANCE;
        if (i >= from + PIPE_DISTANCE && middle < end && array != 0) {
            fetch_match(s, array, p.hashes[middle & (PIPE_RING - 1)]);
        }
        if (i >= from + 2 * PIPE_DISTANCE && i - 2 * PIPE_DISTANCE < end) {
            uint64_t last = i - 2 * PIPE_DISTANCE;
            uint32_t at = (uint32_t)last & (PIPE_RING - 1);
            th_key key = s->key_class == TH_KEY_BYTES ? p.keys[at] : th_key_word(b->keys.words[last]);
            th_status one = finish_key(s, kind, m, b, last, &key, p.hashes[at]);
            if (TH_UNLIKELY(one < 0)) {
                *status = one;
                return last;
            }
            *hits += (uint64_t)one;
        }
    }
    return end;
}

/* One quick call's share of a batch: see the header. kind is a constant, the same as b->kind. */
TH_INLINE th_status run_batch(const th_shape *s, uint32_t shape_id, batch_kind kind, th_map *m,
                              uint64_t stamp, const batch *b, uint64_t n, th_progress *progress) {
    bool writes = kind != BATCH_GET && kind != BATCH_CONTAINS;
    if (writes ? !th_may_write(m, stamp, shape_id) : !th_may_read(m, stamp, shape_id)) {
        th_status refused = writes ? th_refusal(m, stamp, shape_id) : th_refused_read(m, stamp, shape_id);
        if (refused != TH_ABSENT) {
            return refused;
        }
    }
    uint64_t from = progress->done;
    if (from >= n) {
        return TH_OK;
    }
    uint64_t to = n - from > TH_BATCH_CHUNK ? from + TH_BATCH_CHUNK : n;
    if (writes) {
        th_begin_write(m);
    }
    th_status status = TH_OK;
    progress->done = run_pipe(s, kind, m, b, from, to, &progress->hits, &status);
    if (writes) {
        th_end_write(m);
    }
    if (status != TH_OK) {
        return status;
    }
    return progress->done < n ? TH_MORE : TH_OK;
}
