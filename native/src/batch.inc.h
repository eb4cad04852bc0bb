/*
 * Batches: a rolling pipeline that keeps many cache misses in flight. A key is hashed and its bucket's first
 * line fetched; D keys later, when its tophash bytes have arrived, the line of its slot is fetched; where
 * keys or values can lie in the bytes heap, another D keys later the block that the slot refers to; D keys
 * after that it is finished. A drain between phases would leave the memory idle.
 */

typedef enum {
    BATCH_GET,
    BATCH_CONTAINS,
    BATCH_PUT,
    BATCH_ADD,
    BATCH_ADD_DOUBLE,
    BATCH_REMOVE,
    BATCH_ENTRY_GET,
    BATCH_ENTRY_PUT
} batch_kind;

/* Keys as an array of words, or as spans of one piece of memory. */
typedef enum { KEYS_WORDS, KEYS_SPANS } key_form;

/* Element i is data[starts[i] .. ends[i]); without starts and ends, elements of one size lie end to end. */
typedef struct span_source {
    const uint8_t *data;
    uint64_t size;
    const uint64_t *starts;
    const uint64_t *ends;
    uint64_t packed; /* how many elements lie end to end: see source_valid */
} span_source;

typedef struct batch {
    span_source keys;
    const uint8_t *operands; /* put, add: words */
    uint8_t *values;         /* get: words; entry_get: values of any kind */
    uint8_t *found;
    uint64_t otherwise;
    uint64_t value_room; /* entry_get */
    uint64_t *value_ends;
    span_source inputs; /* entry_put */
} batch;

TH_INLINE bool batch_writes(batch_kind kind) {
    return kind != BATCH_GET && kind != BATCH_CONTAINS && kind != BATCH_ENTRY_GET;
}

#define PIPE_DISTANCE 12u                 /* D: see docs/decisions.md for the table */
#define BATCH_BYTES ((uint64_t)1 << 16)   /* of keys in one quick call; more than one key may have */
#define SMALL_ARRAY ((uint64_t)640 << 10) /* bytes */
#define PIPE_RING 64u                     /* a power of two above 3D */

typedef struct pipe {
    th_key keys[PIPE_RING]; /* of bytes; words are cheaper to read again than to keep */
    uint64_t hashes[PIPE_RING];
} pipe;

/* Looks at what a source is, once for all its elements; each of them is looked at in its turn. */
TH_INLINE bool source_valid(span_source *source, bool bytes, uint32_t element) {
    source->packed = element == 0 ? UINT64_MAX : source->size / element;
    bool packed = source->starts == NULL && source->ends == NULL;
    bool spans = source->starts != NULL && source->ends != NULL;
    return (spans || (packed && !bytes)) && (source->data != NULL || source->size == 0);
}

/* Element i; false when it is none. All may be empty and data NULL, to which nothing may be added. */
TH_INLINE bool span_at(const span_source *source, bool bytes, uint32_t element, uint64_t i,
                       const uint8_t **data, uint64_t *length, uint64_t *room) {
    uint64_t start;
    uint64_t end;
    if (!bytes && source->starts == NULL) {
        if (i >= source->packed) {
            return false;
        }
        start = i * element;
        end = start + element;
    } else {
        start = __atomic_load_n(&source->starts[i], __ATOMIC_RELAXED); /* once: the caller may change it */
        end = __atomic_load_n(&source->ends[i], __ATOMIC_RELAXED);
        if (start > end || end > source->size || end - start > TH_MAX_BYTES ||
            (!bytes && end - start != element)) {
            return false;
        }
    }
    *data = source->data == NULL ? NULL : source->data + start;
    *length = end - start;
    *room = source->size - start;
    return true;
}

TH_INLINE bool batch_key(const th_shape *s, key_form form, const span_source *source, uint64_t i,
                         th_key *key) {
    if (form == KEYS_WORDS) {
        *key = th_key_word(s, th_load_n(source->data + i * s->key_size, s->key_size));
        return true;
    }
    const uint8_t *data;
    uint64_t length;
    uint64_t room;
    bool bytes = s->key_class == TH_KEY_BYTES;
    if (!span_at(source, bytes, s->key_size, i, &data, &length, &room)) {
        return false;
    }
    *key = bytes ? th_key_bytes_within(data, length, room) : th_key_of(s, data, length);
    return true;
}

/* The arrays as they were when a call began: good enough to fetch from, since both stay mapped. */
typedef struct th_arrays {
    th_array_word current;
    th_array_word old;
    uint64_t front;
} th_arrays;

TH_INLINE th_arrays arrays_of(const th_map *m) {
    return (th_arrays){th_load_word(&m->h.buckets), th_load_word(&m->h.oldbuckets), th_load_nevacuate(m)};
}

/* The same of a shard, beside its writer: in this order, so that what they lead to has been written. */
TH_INLINE th_arrays arrays_of_part(const th_part *part) {
    th_array_word resting = __atomic_load_n(&part->resting, __ATOMIC_ACQUIRE);
    const th_map *shard = __atomic_load_n(&part->shard, __ATOMIC_ACQUIRE);
    if (TH_LIKELY(resting != 0) || shard == NULL) {
        return (th_arrays){resting, 0, 0};
    }
    th_array_word current = __atomic_load_n(&shard->h.buckets, __ATOMIC_ACQUIRE);
    th_array_word old = __atomic_load_n(&shard->h.oldbuckets, __ATOMIC_ACQUIRE);
    return (th_arrays){current, old, __atomic_load_n(&shard->h.nevacuate, __ATOMIC_ACQUIRE)};
}

/*
 * The array to fetch from for a hash; in_old may be NULL. Of a sharded map it is asked for anew each time, as
 * every key has its own shard; 0: there is none at the moment.
 */
TH_INLINE th_array_word fetched_array(const th_map *m, bool sharded, const th_arrays *arrays, uint64_t hash,
                                      bool *in_old) {
    th_arrays own = *arrays;
    if (sharded) {
        own = arrays_of_part(th_part_of(m, hash));
    }
    bool old = TH_UNLIKELY(own.old != 0) && th_index(own.old, hash) >= own.front;
    if (in_old != NULL) {
        *in_old = old;
    }
    th_array_word array = old ? own.old : own.current;
    return sharded && !th_is_array(array) ? 0 : array;
}

/* Whether an array is likely to be in a near cache, where fetching ahead costs more than it gains. */
TH_INLINE bool is_small(const th_shape *s, th_array_word array) {
    return !th_is_array(array) || th_array_main(array) * s->bucket_size <= SMALL_ARRAY;
}

/* The same of a sharded map, by its first shards: keys are spread evenly. */
TH_INLINE bool shards_are_small(const th_shape *s, const th_shards *all) {
    uint32_t looked_at = all->count < 8 ? all->count : 8;
    uint64_t buckets = 0;
    for (uint32_t i = 0; i < looked_at; i++) {
        const th_map *shard = th_shard_at(all, i);
        th_array_word array = shard == NULL ? 0 : th_load_word(&shard->h.buckets);
        buckets += th_is_array(array) ? th_array_main(array) : 0;
    }
    return buckets / looked_at * all->count * s->bucket_size <= SMALL_ARRAY;
}

/* Fetches the first line of the bucket that a hash selects. */
TH_INLINE void fetch_home(const th_shape *s, bool sharded, const th_map *m, const th_arrays *arrays,
                          uint64_t hash) {
    th_array_word array = fetched_array(m, sharded, arrays, hash, NULL);
    if (!sharded || array != 0) {
        __builtin_prefetch(th_bucket_at(s, array, th_index(array, hash)));
    }
}

/* Fetches the lines that hold a slot's key and its value. */
TH_INLINE void fetch_slot(const th_shape *s, uint8_t *bucket, uint32_t slot) {
    const uint8_t *key = th_bucket_key(s, bucket, slot);
    __builtin_prefetch(key);
    if (th_is_grouped(s)) {
        __builtin_prefetch(th_bucket_value(s, bucket, slot));
    } else if (s->key_stride > 16) {
        __builtin_prefetch(key + s->key_stride - 1);
    }
}

/*
 * Fetches what the search for a hash reads after the bucket's first line: the slot that matches, or else the
 * next bucket of the chain. Whether there is one nobody can predict, so that is not a branch: without one the
 * bucket itself is fetched again, which costs nothing.
 */
TH_INLINE void fetch_match(const th_shape *s, bool sharded, const th_map *m, const th_arrays *arrays,
                           uint64_t hash) {
    th_array_word array = fetched_array(m, sharded, arrays, hash, NULL);
    if (sharded && array == 0) {
        return;
    }
    uint64_t index = th_index(array, hash);
    uint8_t *bucket = th_bucket_at(s, array, index);
    th_mask hit = kernel_match(th_racing_load64(bucket), th_tophash(hash));
    if (hit != 0) {
        fetch_slot(s, bucket, TH_MASK_SLOT(hit));
        return;
    }
    uint64_t link = th_racing_load32(bucket + TH_OVERFLOW_OFFSET);
    uint64_t next = th_array_main(array) + link - 1;
    uint64_t chained = (uint64_t)0 - (uint64_t)(link != 0);
    __builtin_prefetch(th_bucket_at(s, array, (next & chained) | (index & ~chained)));
}

/* Whether keys or values have blocks in a bytes heap: then the pipeline has a stage more. */
TH_INLINE bool has_blocks(const th_shape *s) {
    return s->key_class == TH_KEY_BYTES || s->value_bytes;
}

TH_INLINE void fetch_block(const th_bytes_heap *heap, const uint8_t *slot) {
    uint64_t length = th_racing_load32(slot);
    if (length <= TH_INLINE_BYTES) {
        return;
    }
    const uint8_t *block = th_bytes_at(heap, th_racing_load64(slot + 8), length);
    if (block != NULL) {
        __builtin_prefetch(block);
        __builtin_prefetch(block + length - 1); /* the CPU itself fetches what lies between, if it is long */
    }
}

/* Fetches the blocks of the slot that fetch_match has fetched. */
TH_INLINE void fetch_blocks(const th_shape *s, bool sharded, const th_map *m, const th_arrays *arrays,
                            uint64_t hash) {
    bool in_old;
    th_array_word array = fetched_array(m, sharded, arrays, hash, &in_old);
    if (sharded && array == 0) {
        return;
    }
    uint8_t *bucket = th_bucket_at(s, array, th_index(array, hash));
    th_mask hit = kernel_match(th_racing_load64(bucket), th_tophash(hash));
    if (hit == 0) {
        return;
    }
    const th_bytes_heap *heap = bytes_of(s, sharded ? th_part_of(m, hash)->shard : m, in_old);
    uint32_t slot = TH_MASK_SLOT(hit);
    if (s->key_class == TH_KEY_BYTES) {
        fetch_block(heap, th_bucket_key(s, bucket, slot));
    }
    if (s->value_bytes) {
        fetch_block(heap, th_bucket_value(s, bucket, slot));
    }
}

/* One lookup whose value is a word, or none is asked for. */
TH_INLINE th_status get_word_at(const th_shape *s, batch_kind kind, bool sharded, const th_map *m,
                                const batch *b, uint64_t i, const th_key *key, uint64_t hash) {
    if (kind == BATCH_CONTAINS) {
        th_status found = find_word(s, m, sharded, key, hash, false, NULL);
        b->found[i] = found == TH_PRESENT;
        return found;
    }
    uint64_t word = 0;
    th_status found = find_word(s, m, sharded, key, hash, false, &word);
    if (s->value_size > 0) {
        th_store_n(b->values + i * s->value_size, s->value_size, found == TH_PRESENT ? word : b->otherwise);
    }
    return found;
}

/* One lookup whose value goes behind those before it. *moved grows by its bytes. */
TH_INLINE th_status get_entry_at(const th_shape *s, bool sharded, const th_map *m, const batch *b, uint64_t i,
                                 const th_key *key, uint64_t hash, uint64_t *moved) {
    uint64_t start = s->value_bytes ? (i == 0 ? 0 : b->value_ends[i - 1]) : i * s->value_size;
    uint64_t length = 0;
    value_out out = {b->values, 0, &length, true};
    if (b->values != NULL && start < b->value_room) {
        out.to += start;
        out.room = b->value_room - start;
    }
    th_status status = find_entry(s, m, sharded, key, hash, false, &out);
    if (s->value_bytes) {
        b->value_ends[i] = start + length;
    }
    if (status >= 0) {
        b->found[i] = status == TH_PRESENT;
        *moved += length;
    }
    return status;
}

TH_INLINE th_status put_entry_at(const th_shape *s, th_map *m, const batch *b, uint64_t i, const th_key *key,
                                 uint64_t hash, uint64_t *moved) {
    static const value_out nowhere = {NULL, 0, NULL, false};
    const uint8_t *value;
    uint64_t length;
    uint64_t room;
    if (!span_at(&b->inputs, s->value_bytes, s->value_size, i, &value, &length, &room)) {
        return TH_INVALID;
    }
    *moved += length;
    return write_entry(s, m, key, hash, false, value, length, TH_PUT_ALWAYS, &nowhere);
}

/* Finishes key i. A negative status: nothing done. */
TH_INLINE th_status finish_key(const th_shape *s, batch_kind kind, bool sharded, th_map *m, const batch *b,
                               uint64_t i, const th_key *key, uint64_t hash, uint64_t *moved) {
    uint32_t size = s->value_size;
    switch (kind) {
    case BATCH_GET:
    case BATCH_CONTAINS:
        return get_word_at(s, kind, sharded, m, b, i, key, hash);
    case BATCH_ENTRY_GET:
        return get_entry_at(s, sharded, m, b, i, key, hash, moved);
    case BATCH_ENTRY_PUT:
        return put_entry_at(s, m, b, i, key, hash, moved);
    case BATCH_REMOVE:
        return write_word(s, m, key, hash, false, WRITE_REMOVE, 0, 0);
    default:
        break;
    }
    uint64_t operand = size == 0 ? 0 : th_load_n(b->operands + i * size, size);
    write_kind write = kind == BATCH_PUT ? WRITE_PUT : kind == BATCH_ADD ? WRITE_ADD : WRITE_ADD_DOUBLE;
    return write_word(s, m, key, hash, false, write, operand, b->otherwise);
}

/* Keys [from, to) through the pipeline. Returns where it stopped, and why in *status. */
TH_INLINE uint64_t run_pipe(const th_shape *s, key_form form, batch_kind kind, bool sharded, th_map *m,
                            const batch *b, uint64_t from, uint64_t to, uint64_t *hits, th_status *status) {
    pipe p;
    const th_arrays arrays = sharded ? (th_arrays){0, 0, 0} : arrays_of(m);
    uint32_t seed = m->h.hash0;
    uint64_t end = to;
    uint64_t bytes_left = BATCH_BYTES;
    uint64_t moved = 0;
    const bool small = sharded ? shards_are_small(s, th_shards_of(m)) : is_small(s, arrays.current);
    const uint64_t ahead = small ? 0 : PIPE_DISTANCE;
    const uint64_t length = has_blocks(s) ? 3 * ahead : 2 * ahead;
    for (uint64_t i = from; i < end + length; i++) {
        uint32_t ring = (uint32_t)i & (PIPE_RING - 1);
        if (i < end) {
            th_key key;
            if (batch_key(s, form, &b->keys, i, &key)) {
                uint64_t hash = th_key_hash(s, &key, seed);
                p.hashes[ring] = hash;
                if (form == KEYS_SPANS) {
                    p.keys[ring] = key;
                    if (key.length >= bytes_left) {
                        end = i + 1; /* the next call goes on */
                    }
                    bytes_left -= key.length;
                }
                if (ahead != 0) {
                    fetch_home(s, sharded, m, &arrays, hash);
                }
            } else {
                end = i; /* finish what came before it, then report */
                *status = TH_INVALID;
            }
        }
        uint64_t middle = i - ahead;
        if (ahead != 0 && i >= from + ahead && middle < end) {
            fetch_match(s, sharded, m, &arrays, p.hashes[middle & (PIPE_RING - 1)]);
        }
        uint64_t late = i - 2 * ahead;
        if (has_blocks(s) && ahead != 0 && i >= from + 2 * ahead && late < end) {
            fetch_blocks(s, sharded, m, &arrays, p.hashes[late & (PIPE_RING - 1)]);
        }
        if (i >= from + length && i - length < end) {
            uint64_t last = i - length;
            uint32_t at = (uint32_t)last & (PIPE_RING - 1);
            th_key key;
            if (form == KEYS_SPANS) {
                key = p.keys[at];
            } else {
                (void)batch_key(s, form, &b->keys, last, &key);
            }
            th_status one = finish_key(s, kind, sharded, m, b, last, &key, p.hashes[at], &moved);
            if (TH_UNLIKELY(one < 0)) {
                *status = one;
                return last;
            }
            *hits += (uint64_t)one;
            if (moved >= BATCH_BYTES) { /* the next call goes on, and meets again what was found ahead */
                *status = TH_OK;
                return last + 1;
            }
        }
    }
    return end;
}

/* A read from the map that is always empty, whose values have no size: words are taken to have 8 bytes. */
static TH_COLD th_status TH_K(batch_in_empty)(batch_kind kind, const batch *b, uint64_t n,
                                              th_progress *progress) {
    for (uint64_t room = TH_BATCH_CHUNK; room > 0 && progress->done < n; room--, progress->done++) {
        uint64_t i = progress->done;
        if (kind == BATCH_GET) {
            th_store64(b->values + i * 8, b->otherwise);
        } else {
            b->found[i] = 0;
        }
        if (kind == BATCH_ENTRY_GET && b->value_ends != NULL) {
            b->value_ends[i] = i == 0 ? 0 : b->value_ends[i - 1];
        }
    }
    return progress->done < n ? TH_MORE : TH_OK;
}

/* One quick call's share of a batch: see the header. The caller may read or write the map. */
TH_INLINE th_status run_batch(const th_shape *s, key_form form, batch_kind kind, bool sharded, th_map *m,
                              batch *b, uint64_t n, th_progress *progress) {
    uint64_t from = progress->done;
    if (from >= n) {
        return TH_OK;
    }
    if (form == KEYS_SPANS && !source_valid(&b->keys, s->key_class == TH_KEY_BYTES, s->key_size)) {
        return TH_INVALID;
    }
    uint64_t to = n - from > TH_BATCH_CHUNK ? from + TH_BATCH_CHUNK : n;
    if (batch_writes(kind)) {
        th_begin_write(m);
    }
    th_status status = TH_OK;
    progress->done = run_pipe(s, form, kind, sharded, m, b, from, to, &progress->hits, &status);
    if (batch_writes(kind)) {
        th_end_write(m);
    }
    if (status != TH_OK) {
        return status;
    }
    return progress->done < n ? TH_MORE : TH_OK;
}
