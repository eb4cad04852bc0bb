/*
 * Entries with values of any kind, which come from and go to memory of the caller. A stored length is read
 * once: a racing writer may change it between a look at the room and the copy.
 */

/* Where a value that leaves the map goes to. */
typedef struct value_out {
    uint8_t *to;
    uint64_t room;
    uint64_t *length; /* may be NULL */
    bool wanted;      /* false: only its length */
} value_out;

/* Bytes and length of a stored value; NULL after a torn read. */
TH_INLINE const uint8_t *stored_value(const th_shape *s, const uint8_t *slot, const th_bytes_heap *heap,
                                      uint64_t *length) {
    if (s->value_bytes) {
        return th_slot_bytes(slot, heap, length);
    }
    *length = s->value_size;
    return slot;
}

/* Tells the length, and whether the value may go out. */
TH_INLINE bool fits_out(const value_out *out, uint64_t length) {
    if (out->length != NULL) {
        *out->length = length;
    }
    return !out->wanted || length <= out->room;
}

TH_INLINE void copy_out(const value_out *out, const uint8_t *bytes, uint64_t length) {
    if (out->wanted && bytes != NULL && length > 0) {
        memcpy(out->to, bytes, length);
    }
}

/* Writes a value into a slot; for bytes, room for it has been seen to. */
TH_INLINE void store_value(const th_shape *s, th_bytes_heap *heap, uint8_t *slot, const void *value,
                           uint64_t length) {
    if (s->value_bytes) {
        th_key image = th_key_bytes(value, length);
        th_bytes_store(slot, &image, heap);
    } else if (s->value_word) {
        th_racing_publish_n(slot, s->value_size, th_load_n(value, s->value_size));
    } else {
        th_racing_copy_in(slot, value, length);
    }
}

TH_INLINE th_status read_entry(const th_shape *s, const th_map *m, const th_key *key, uint64_t hash,
                               bool alone, const value_out *out) {
    th_place place;
    if (!lookup(s, m, key, hash, alone, &place)) {
        return TH_ABSENT;
    }
    uint64_t length;
    const uint8_t *bytes = stored_value(s, th_bucket_value(s, place.bucket, place.slot), place.heap, &length);
    if (!fits_out(out, length)) {
        return TH_SMALL_BUFFER;
    }
    copy_out(out, bytes, length);
    return TH_PRESENT;
}

/* Stores another value in a slot; one that is not a word takes several stores, so the chain's version tells.
 */
TH_INLINE void replace_value(const th_shape *s, const th_place *place, uint64_t hash, uint8_t *slot,
                             const uint8_t *value, uint64_t length) {
    uint32_t *version = version_of(s, place, hash);
    if (!s->value_word) {
        begin_change(version);
    }
    if (s->value_bytes) {
        th_bytes_drop(slot, place->heap);
    }
    store_value(s, place->heap, slot, value, length);
    if (!s->value_word) {
        end_change(version);
    }
}

/* mode: TH_PUT_*. What could stand against it is looked at before the old value goes. */
TH_INLINE th_status write_entry(const th_shape *s, th_map *m, const th_key *key, uint64_t hash, bool alone,
                                const uint8_t *value, uint64_t value_length, uint32_t mode,
                                const value_out *out) {
    th_place place;
    bool may_insert = mode != TH_PUT_IF_PRESENT;
    th_status status = upsert(s, m, key, hash, alone, s->value_bytes ? value_length : 0, may_insert, &place);
    if (status < 0 || (status == TH_ABSENT && !may_insert)) {
        return status;
    }
    uint8_t *slot = th_bucket_value(s, place.bucket, place.slot);
    if (status == TH_PRESENT) {
        bool replaces = mode != TH_PUT_IF_ABSENT;
        if (replaces && s->value_bytes && !bytes_fit(m, place.heap, 0, value_length)) {
            return TH_NEEDS_ROOM;
        }
        uint64_t length;
        const uint8_t *before = stored_value(s, slot, place.heap, &length);
        if (!fits_out(out, length)) {
            return TH_SMALL_BUFFER;
        }
        copy_out(out, before, length);
        note_previous(s, m, slot);
        if (!replaces) {
            return status;
        }
        replace_value(s, &place, hash, slot, value, value_length);
        return status;
    }
    store_value(s, place.heap, slot, value, value_length);
    appear(m, &place, hash);
    return status;
}

TH_INLINE th_status remove_entry(const th_shape *s, th_map *m, const th_key *key, uint64_t hash,
                                 const value_out *out) {
    th_place place;
    th_status status = find_to_remove(s, m, key, hash, true, &place);
    if (status != TH_PRESENT) {
        return status;
    }
    const uint8_t *slot = th_bucket_value(s, place.bucket, place.slot);
    uint64_t length;
    const uint8_t *before = stored_value(s, slot, place.heap, &length);
    if (!fits_out(out, length)) {
        return TH_SMALL_BUFFER;
    }
    copy_out(out, before, length);
    note_previous(s, m, slot);
    erase(s, m, &place, hash);
    return TH_PRESENT;
}
