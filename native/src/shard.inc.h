/*
 * Reading a shard beside its writer, without a lock and without writing to anything that another thread
 * reads.
 *
 * A reader notes which arrays and which seed the shard has and the version of the chain it is going to
 * search, searches, copies what it found, and then looks whether all of that is still so. If it is, the chain
 * was the one that held the key's entry all the time, and nothing was taken out of it or replaced meanwhile;
 * if not, it begins again. Entries are found in the old array until the front of evacuation has passed them,
 * and in the new one from then on, so growth holds no reader up. Memory that a late reader may look at is
 * never unmapped (heap.h).
 */

#define SPINS 128u /* of some 10 to 40 ns: a writer that takes longer is not running */

/* A reader waits only for a value that is half replaced, or for arrays being exchanged: a few stores. */
TH_COLD static void TH_K(wait_for_writer)(uint32_t tries) {
    if (tries % SPINS == 0) {
        th_os_pause();
        return;
    }
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield" ::: "memory");
#endif
}

/* What a search goes by. */
typedef struct sight {
    th_array_word array;
    th_array_word old;
    uint64_t index; /* of the chain */
    uint32_t seed;
    uint32_t seen; /* its version */
    uint8_t *home; /* its first bucket; NULL: there is no array */
    bool in_old;
} sight;

/* Notes what to search for a hash under `seed`. false: the writer is in the middle of something. */
TH_INLINE bool take_sight(const th_shape *s, const th_map *m, uint64_t hash, uint32_t seed, sight *at) {
    at->seed = seed;
    at->home = NULL;
    at->array = __atomic_load_n(&m->h.buckets, __ATOMIC_ACQUIRE);
    if (TH_UNLIKELY(!th_is_array(at->array))) {
        return at->array == 0;
    }
    at->old = __atomic_load_n(&m->h.oldbuckets, __ATOMIC_ACQUIRE);
    at->in_old = false;
    if (TH_UNLIKELY(at->old != 0)) {
        at->in_old = th_index(at->old, hash) >= __atomic_load_n(&m->h.nevacuate, __ATOMIC_ACQUIRE);
    }
    th_array_word from = at->in_old ? at->old : at->array;
    at->index = th_index(from, hash);
    at->home = th_bucket_at(s, from, at->index);
    at->seen = __atomic_load_n(version_at(at->home), __ATOMIC_ACQUIRE);
    return (at->seen & 1) == 0;
}

/* Whether all that a search went by has been so until now. */
TH_INLINE bool still_so(const th_map *m, const sight *at) {
    TH_FENCE(__ATOMIC_ACQUIRE);
    return __atomic_load_n(version_at(at->home), __ATOMIC_RELAXED) == at->seen &&
           __atomic_load_n(&m->h.buckets, __ATOMIC_RELAXED) == at->array &&
           __atomic_load_n(&m->h.oldbuckets, __ATOMIC_RELAXED) == at->old &&
           __atomic_load_n(&m->h.hash0, __ATOMIC_RELAXED) == at->seed &&
           (TH_LIKELY(!at->in_old) || __atomic_load_n(&m->h.nevacuate, __ATOMIC_RELAXED) <= at->index);
}

/* What a search found goes to *word, or out. TH_ABSENT, TH_PRESENT, TH_SMALL_BUFFER; with first, TH_MORE. */
TH_INLINE th_status search_sight(const th_shape *s, const th_map *m, const sight *at, const th_key *key,
                                 uint64_t hash, bool first, uint64_t *word, const value_out *out) {
    th_place place;
    th_bytes_heap *heap = bytes_of(s, m, at->in_old);
    th_array_word array = at->in_old ? at->old : at->array;
    th_status found = probe(s, array, key, hash, false, true, first, heap, &place, NULL);
    if (found != TH_PRESENT) {
        return found;
    }
    const uint8_t *value = th_offset_last(th_bucket_value(s, place.bucket, place.slot), s->value_offset);
    if (word != NULL) {
        *word = th_racing_load_n(value, s->value_size);
    }
    if (out == NULL) {
        return TH_PRESENT;
    }
    uint64_t length;
    /* The heap anew: the shard may have got its first one after the look above and before the entry. */
    const uint8_t *bytes = stored_value(s, value, bytes_of(s, m, at->in_old), &length);
    if (!fits_out(out, length)) {
        return TH_SMALL_BUFFER;
    }
    if (out->wanted && bytes != NULL) {
        th_racing_copy_out(out->to, bytes, length);
    }
    return TH_PRESENT;
}

/* Looks a key up in a shard of any shape, in whatever state it is; hash is that under `seed`. */
static __attribute__((noinline)) th_status TH_K(read_shard_anyhow)(const th_map *m, const th_key *key,
                                                                   uint64_t hash, uint32_t seed,
                                                                   uint64_t *word, const value_out *out) {
    const th_shape *s = &m->h.extra->shape;
    for (uint32_t tries = 1;; tries++) {
        uint32_t own = __atomic_load_n(&m->h.hash0, __ATOMIC_ACQUIRE);
        th_key k = *key;
        uint64_t h = own == seed ? hash : th_key_hash(s, &k, own);
        sight at;
        bool taken = take_sight(s, m, h, own, &at);
        if (TH_UNLIKELY(!taken && m->h.extra->file != NULL && at.home != NULL)) {
            return search_sight(s, m, &at, &k, h, false, word,
                                out); /* an odd version, but no writer: damage */
        }
        if (taken) {
            if (at.home == NULL) {
                return TH_ABSENT;
            }
            th_status status = search_sight(s, m, &at, &k, h, false, word, out);
            if (still_so(m, &at)) {
                return status;
            }
        }
        TH_K(wait_for_writer)(tries);
    }
}

/* Whether a shard's array at rest and the version of a chain in it are what they were. */
TH_INLINE bool still_resting(const th_part *part, const sight *at) {
    TH_FENCE(__ATOMIC_ACQUIRE);
    return __atomic_load_n(version_at(at->home), __ATOMIC_RELAXED) == at->seen &&
           __atomic_load_n(&part->resting, __ATOMIC_RELAXED) == at->array;
}

/*
 * Looks a key up in the array that its shard has at rest, without a look at the shard's header. As long as
 * that is what the part tells, no other array holds entries. hash is that under the sharded map's own seed;
 * word and out (constants) may be NULL. TH_MORE: to be tried in another way, which with first (a constant) is
 * also so if the key can be in a chain's second bucket.
 */
TH_INLINE th_status read_resting(const th_shape *s, const th_part *part, const th_key *key, uint64_t hash,
                                 bool alone, bool first, uint64_t *word, const value_out *out) {
    sight at = {.array = __atomic_load_n(&part->resting, __ATOMIC_ACQUIRE)};
    if (TH_UNLIKELY(at.array == 0)) {
        return TH_MORE;
    }
    at.home = th_bucket_at(s, at.array, th_index(at.array, hash));
    if (alone) {
        fetch_rest(s, at.home);
    }
    /* An odd version is never seen again as the even one before it. */
    at.seen = __atomic_load_n(version_at(at.home), __ATOMIC_ACQUIRE) & ~1u;
    th_status status = search_sight(s, part->shard, &at, key, hash, first, word, out);
    /* Said twice to the compiler, which then needs not keep the status. */
    if (TH_LIKELY(status == TH_PRESENT)) {
        return TH_LIKELY(still_resting(part, &at)) ? TH_PRESENT : TH_MORE;
    }
    return TH_LIKELY(still_resting(part, &at)) ? status : TH_MORE;
}

/* Looks a key up in a sharded map. */
TH_INLINE th_status read_shard(const th_shape *s, const th_map *m, const th_key *key, uint64_t hash,
                               bool alone, uint64_t *word, const value_out *out) {
    const th_part *part = th_part_of(m, hash);
    th_status status = read_resting(s, part, key, hash, alone, false, word, out);
    if (TH_LIKELY(status != TH_MORE)) {
        return status;
    }
    const th_map *shard = __atomic_load_n(&part->shard, __ATOMIC_ACQUIRE);
    if (shard == NULL) {
        return TH_ABSENT;
    }
    /* Copies, so that shape and key stay constants and registers for the first try. */
    uint64_t again = 0;
    th_key copy = *key;
    status = TH_K(read_shard_anyhow)(shard, &copy, hash, m->h.hash0, word == NULL ? NULL : &again, out);
    if (word != NULL) {
        *word = again;
    }
    return status;
}

/* A miss in a map that is being closed, whose arrays are gone, is none. */
TH_INLINE th_status unless_closed(const th_map *m, uint64_t stamp, bool sharded, th_status status) {
    return sharded && status == TH_ABSENT && !th_may_read(m, stamp) ? TH_CLOSED : status;
}

/* ---- maps of either kind: sharded is a constant --------------------------------------------------- */

TH_INLINE const th_shape *shape_of(const th_map *m, bool sharded) {
    return sharded ? &th_shards_of(m)->shape : &m->h.extra->shape;
}

/* TH_PRESENT with the value in *word unless that is NULL (a constant), or TH_ABSENT. */
TH_INLINE th_status find_word(const th_shape *s, const th_map *m, bool sharded, const th_key *key,
                              uint64_t hash, bool alone, uint64_t *word) {
    if (sharded) {
        return read_shard(s, m, key, hash, alone, word, NULL);
    }
    th_place place;
    if (!lookup(s, m, key, hash, alone, &place)) {
        return TH_ABSENT;
    }
    if (word != NULL) {
        *word = th_load_n(th_bucket_value(s, place.bucket, place.slot), s->value_size);
    }
    return TH_PRESENT;
}

/* TH_PRESENT with the value in out, TH_ABSENT, or TH_SMALL_BUFFER. */
TH_INLINE th_status find_entry(const th_shape *s, const th_map *m, bool sharded, const th_key *key,
                               uint64_t hash, bool alone, const value_out *out) {
    if (sharded) {
        /* An attempt in vain may write to the value's room, but tells no length. */
        uint64_t length = 0;
        const value_out attempt = {out->to, out->room, &length, out->wanted};
        th_status status = read_shard(s, m, key, hash, alone, NULL, &attempt);
        if (status != TH_ABSENT && out->length != NULL) {
            *out->length = length;
        }
        return status;
    }
    return read_entry(s, m, key, hash, alone, out);
}
