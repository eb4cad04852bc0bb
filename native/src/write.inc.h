/* Inserting and removing. The caller holds the write mark (th_begin_write) and has the key hashed. */

/*
 * Whether blocks for two lengths are to be had from a bytes heap. While a growth compacts, the current heap
 * also keeps room for all that is still to come from the old one, in one piece: a new block in the old heap
 * adds to that, whatever the current heap's free lists could offer.
 */
TH_INLINE bool bytes_fit(const th_map *m, const th_bytes_heap *heap, uint64_t key_length,
                         uint64_t value_length) {
    const th_extra *x = m->h.extra;
    const th_bytes_heap *current = th_load_bytes(&x->bytes);
    uint64_t keep = th_bytes_to_move(x);
    if (TH_LIKELY(heap == current)) {
        return th_bytes_has_room(current, key_length, value_length, keep);
    }
    uint64_t need = th_bytes_block(key_length) + th_bytes_block(value_length);
    if (need == 0) {
        return true;
    }
    uint64_t room = current == NULL ? 0 : current->limit - current->top;
    return keep <= room && need <= room - keep && th_bytes_has_room(heap, key_length, value_length, 0);
}

/*
 * Makes a slot for a key that probe did not find, and stores the key there; the entry is not there before its
 * value is stored and `appear` called. TH_NEEDS_ROOM: nothing changed. value_length counts for values in the
 * bytes heap only.
 */
TH_INLINE th_status insert(const th_shape *s, th_map *m, const th_key *key, uint64_t value_length,
                           th_array_word array, const th_gap *gap, th_bytes_heap *heap, th_place *place) {
    th_extra *x = m->h.extra;
    bool growing = m->h.oldbuckets != 0;
    if (TH_UNLIKELY(m->h.count >= x->grow_at && !growing)) {
        return TH_NEEDS_ROOM;
    }
    if (s->key_class == TH_KEY_BYTES || s->value_bytes) {
        uint64_t key_length = s->key_class == TH_KEY_BYTES ? key->length : 0;
        if (!bytes_fit(m, heap, key_length, value_length)) {
            return TH_NEEDS_ROOM;
        }
    }
    uint8_t *bucket = gap->bucket;
    uint32_t slot = gap->slot;
    uint64_t index = 0;
    if (TH_UNLIKELY(bucket == NULL)) {
        uint64_t main = th_array_main(array);
        bool too_many = th_array_of(array)->used - main >= main;
        if (too_many && !growing) {
            return TH_NEEDS_ROOM; /* growth to the same size closes the gaps that keep chains long */
        }
        bucket = add_overflow(s, m, array, gap->last, gap->last_index, &index);
        if (bucket == NULL) {
            return TH_NEEDS_ROOM;
        }
        slot = 0;
        if (gap->hops + 1 > TH_CHAIN_LIMIT && x->seed_changes < TH_CURSOR_STAGES - 1) {
            x->wants_seed = 1;
            x->grow_at = 0;
        }
    }
    th_key_store(s, th_bucket_key(s, bucket, slot), key, heap);
    *place = (th_place){bucket, index, slot, array, heap};
    return TH_ABSENT;
}

/*
 * Finds the key's slot or makes one: TH_PRESENT, TH_ABSENT (as insert leaves it), TH_NEEDS_ROOM. With
 * may_insert = false it makes none: TH_ABSENT then says that the key is not there. During growth it does its
 * share of that first.
 */
TH_INLINE th_status upsert(const th_shape *s, th_map *m, const th_key *key, uint64_t hash, bool alone,
                           uint64_t value_length, bool may_insert, th_place *place) {
    th_array_word array = th_load_word(&m->h.buckets);
    if (TH_UNLIKELY(!th_is_array(array))) {
        return may_insert ? TH_NEEDS_ROOM : TH_ABSENT;
    }
    th_array_word old = th_load_word(&m->h.oldbuckets);
    if (TH_UNLIKELY(old != 0) && !growth_step(s, m)) {
        return TH_NEEDS_ROOM;
    }
    bool in_old = lies_in_old(m, old, hash);
    array = in_old ? old : array;
    th_bytes_heap *heap = bytes_of(s, m, in_old);
    th_gap gap = {NULL, 0, NULL, 0, 0};
    if (probe(s, array, key, hash, alone, false, false, heap, place, &gap) == TH_PRESENT) {
        return TH_PRESENT;
    }
    if (!may_insert) {
        return TH_ABSENT;
    }
    return insert(s, m, key, value_length, array, &gap, heap, place);
}

/* The bucket before `index` in the chain of a hash. */
TH_INLINE uint64_t previous_bucket(const th_shape *s, th_array_word array, uint64_t hash, uint64_t index) {
    uint64_t at = th_index(array, hash);
    for (;;) {
        uint64_t next = th_next_bucket(array, th_bucket_at(s, array, at), at);
        if (next == index || next == 0) {
            return at;
        }
        at = next;
    }
}

/*
 * After a slot became TH_EMPTY_ONE: if nothing follows it in its chain, it and the empty slots before it
 * become TH_EMPTY_REST, as Go does, so that searches end there.
 */
TH_INLINE void propagate_rest(const th_shape *s, const th_place *place, uint64_t hash) {
    uint8_t *bucket = place->bucket;
    uint64_t index = place->index;
    uint32_t slot = place->slot;
    if (slot == TH_SLOTS - 1) {
        uint64_t next = th_next_bucket(place->array, bucket, index);
        if (next != 0 && *th_bucket_at(s, place->array, next) != TH_EMPTY_REST) {
            return;
        }
    } else if (bucket[slot + 1] != TH_EMPTY_REST) {
        return;
    }
    for (;;) {
        set_tophash(bucket, slot, TH_EMPTY_REST);
        if (slot == 0) {
            if (index == th_index(place->array, hash)) {
                return;
            }
            index = previous_bucket(s, place->array, hash, index);
            bucket = th_bucket_at(s, place->array, index);
            slot = TH_SLOTS;
        }
        slot--;
        if (bucket[slot] != TH_EMPTY_ONE) {
            return;
        }
    }
}

/* Takes an entry out; its value has been read. */
TH_INLINE void erase(const th_shape *s, th_map *m, const th_place *place, uint64_t hash) {
    set_tophash(place->bucket, place->slot, TH_EMPTY_ONE);
    propagate_rest(s, place, hash);
    slot_is_free(version_of(s, place, hash));
    if (s->key_class == TH_KEY_BYTES) {
        th_bytes_drop(th_bucket_key(s, place->bucket, place->slot), place->heap);
    }
    if (s->value_bytes) {
        th_bytes_drop(th_bucket_value(s, place->bucket, place->slot), place->heap);
    }
    set_count(m, m->h.count - 1);
}

/*
 * Does a removal's share of growth and finds the key. TH_NEEDS_ROOM only when pages are due to be given
 * back, which cannot fail; when growth lacks room the entry is removed from where it lies.
 */
TH_INLINE th_status find_to_remove(const th_shape *s, th_map *m, const th_key *key, uint64_t hash, bool alone,
                                   th_place *place) {
    th_array_word old = th_load_word(&m->h.oldbuckets);
    if (TH_UNLIKELY(old != 0) && !growth_step(s, m) && release_due(s, m, old)) {
        return TH_NEEDS_ROOM;
    }
    return lookup(s, m, key, hash, alone, place) ? TH_PRESENT : TH_ABSENT;
}

/* ---- values as words ----------------------------------------------------------------------------- */

typedef enum { WRITE_PUT, WRITE_IF_ABSENT, WRITE_ADD, WRITE_ADD_DOUBLE, WRITE_REMOVE } write_kind;

/* Keeps a value that is about to go for th_previous. Up to 12 bytes lie in a bytes slot, padded with zeros.
 */
TH_INLINE void note_previous(const th_shape *s, th_map *m, const uint8_t *value) {
    if (!s->value_bytes && s->value_size <= 8) {
        m->previous = th_load_n(value, s->value_size);
    } else if (s->value_bytes && th_load32(value) <= 8) {
        m->previous = th_load64(value + 4);
    }
}

TH_INLINE uint64_t sum(write_kind kind, uint64_t a, uint64_t b) {
    if (kind != WRITE_ADD_DOUBLE) {
        return a + b;
    }
    double x;
    double y;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    x += y;
    memcpy(&a, &x, sizeof a);
    return a;
}

/* Finds the place of a value that is to be written: as upsert, or find_to_remove. kind is a constant. */
TH_INLINE th_status find_to_write(const th_shape *s, th_map *m, const th_key *key, uint64_t hash, bool alone,
                                  write_kind kind, th_place *place) {
    return kind == WRITE_REMOVE ? find_to_remove(s, m, key, hash, alone, place)
                                : upsert(s, m, key, hash, alone, 0, true, place);
}

/* Writes there. */
TH_INLINE void write_place(const th_shape *s, th_map *m, const th_place *place, uint64_t hash, bool present,
                           write_kind kind, uint64_t operand, uint64_t otherwise) {
    bool adds = kind == WRITE_ADD || kind == WRITE_ADD_DOUBLE;
    uint8_t *value = th_bucket_value(s, place->bucket, place->slot);
    if (!present) {
        th_racing_store_n(value, s->value_size, adds ? sum(kind, otherwise, operand) : operand);
        appear(m, place, hash);
        return;
    }
    note_previous(s, m, value);
    if (kind == WRITE_REMOVE) {
        erase(s, m, place, hash);
    } else if (kind != WRITE_IF_ABSENT) {
        th_racing_publish_n(value, s->value_size, adds ? sum(kind, m->previous, operand) : operand);
    }
}

/* One write of a value that is a word, hash known; a removal of any value. kind is a constant. */
TH_INLINE th_status write_word(const th_shape *s, th_map *m, const th_key *key, uint64_t hash, bool alone,
                               write_kind kind, uint64_t operand, uint64_t otherwise) {
    th_place place;
    th_status status = find_to_write(s, m, key, hash, alone, kind, &place);
    if (status == TH_PRESENT || (status == TH_ABSENT && kind != WRITE_REMOVE)) {
        write_place(s, m, &place, hash, status == TH_PRESENT, kind, operand, otherwise);
    }
    return status;
}

/* The same, which returns the value before, or `otherwise`. `refused`: nothing was done. */
TH_INLINE uint64_t exchange_word(const th_shape *s, th_map *m, const th_key *key, uint64_t hash,
                                 write_kind kind, uint64_t operand, uint64_t otherwise, uint64_t refused) {
    th_place place;
    th_status status = find_to_write(s, m, key, hash, true, kind, &place);
    if (status == TH_PRESENT) {
        uint64_t before = th_load_n(th_bucket_value(s, place.bucket, place.slot), s->value_size);
        if (TH_LIKELY(before != refused)) {
            write_place(s, m, &place, hash, true, kind, operand, otherwise);
        }
        return before;
    }
    if (status != TH_ABSENT) {
        return refused;
    }
    if (kind != WRITE_REMOVE) {
        write_place(s, m, &place, hash, false, kind, operand, otherwise);
    }
    return otherwise;
}
