/*
 * What readers without a lock see of a write, and in which order. There is one writer at a time.
 *
 * An entry is there when its tophash byte says so, which is stored after its key and its value. A value that
 * is a word changes in one store. Everything else that readers could see half of is announced by the version
 * in the chain's first bucket: odd while a value is being replaced, and two more once a slot is free, before
 * anything else can get into it. A reader takes the version before it searches and compares it after it has
 * copied what it found; entries never move within a chain, so a search that saw the same version twice saw
 * what was there.
 */

TH_INLINE uint32_t *version_at(uint8_t *home) {
    return (uint32_t *)(void *)(home + TH_VERSION_OFFSET);
}

TH_INLINE uint32_t *version_of(const th_shape *s, const th_place *place, uint64_t hash) {
    return version_at(th_bucket_at(s, place->array, th_index(place->array, hash)));
}

/* Released, as every store is that changes what a map holds: no reader sees a writer's calls in another
 * order. */
TH_INLINE void set_tophash(uint8_t *bucket, uint32_t slot, uint8_t top) {
    __atomic_store_n(bucket + slot, top, __ATOMIC_RELEASE);
}

TH_INLINE void set_count(th_map *m, uint64_t count) {
    __atomic_store_n(&m->h.count, count, __ATOMIC_RELAXED);
}

/* The entry whose key and value have been stored. */
TH_INLINE void appear(th_map *m, const th_place *place, uint64_t hash) {
    __atomic_store_n(place->bucket + place->slot, th_tophash(hash), __ATOMIC_RELEASE);
    set_count(m, m->h.count + 1);
}

TH_INLINE void begin_change(uint32_t *version) {
    uint32_t v = __atomic_load_n(version, __ATOMIC_RELAXED);
    __atomic_store_n(version, v | 1, __ATOMIC_RELAXED);
    TH_FENCE(__ATOMIC_RELEASE);
}

TH_INLINE void end_change(uint32_t *version) {
    uint32_t v = __atomic_load_n(version, __ATOMIC_RELAXED);
    __atomic_store_n(version, (v | 1) + 1, __ATOMIC_RELEASE);
}

/* After a tophash byte has become empty, before its slot or its blocks are used again. */
TH_INLINE void slot_is_free(uint32_t *version) {
    end_change(version);
    TH_FENCE(__ATOMIC_RELEASE);
}
