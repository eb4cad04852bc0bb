/*
 * The quick functions of one key type with 8-byte values. Included once for each such shape, with
 *   QUICK(name)   the function's name
 *   SHAPE         its constant shape, SHAPE_ID its number in stamps
 *   KEY_PARAMS    a single key's parameters, KEY_MAKE the th_key made of them, KEY_VALID their check
 *   BATCH_PARAMS  a batch's keys, BATCH_SOURCE the key_source made of them
 */

static uint64_t QUICK(get)(th_map *m, uint64_t stamp, KEY_PARAMS, uint64_t otherwise) {
    if (!th_may_read(m, stamp, SHAPE_ID) || !(KEY_VALID)) {
        return otherwise;
    }
    th_key k = KEY_MAKE;
    uint64_t hash = th_key_hash(&SHAPE, &k, m->h.hash0);
    th_place place;
    if (!lookup(&SHAPE, m, &k, hash, &place)) {
        return otherwise;
    }
    return th_load64(th_bucket_value(&SHAPE, place.bucket, place.slot));
}

static th_status QUICK(contains)(th_map *m, uint64_t stamp, KEY_PARAMS) {
    if (!th_may_read(m, stamp, SHAPE_ID) || !(KEY_VALID)) {
        return th_refused_read(m, stamp, SHAPE_ID);
    }
    th_key k = KEY_MAKE;
    uint64_t hash = th_key_hash(&SHAPE, &k, m->h.hash0);
    th_place place;
    return lookup(&SHAPE, m, &k, hash, &place) ? TH_PRESENT : TH_ABSENT;
}

TH_INLINE th_status QUICK(write)(th_map *m, uint64_t stamp, KEY_PARAMS, write_kind kind, uint64_t operand,
                                 uint64_t otherwise) {
    if (!th_may_write(m, stamp, SHAPE_ID)) {
        return th_refusal(m, stamp, SHAPE_ID);
    }
    if (!(KEY_VALID)) {
        return TH_LIMIT;
    }
    th_begin_write(m);
    th_key k = KEY_MAKE;
    uint64_t hash = th_key_hash(&SHAPE, &k, m->h.hash0);
    th_status status = write_one(&SHAPE, m, &k, hash, kind, operand, otherwise);
    th_end_write(m);
    return status;
}

static th_status QUICK(put)(th_map *m, uint64_t stamp, KEY_PARAMS, uint64_t value) {
    return QUICK(write)(m, stamp, KEY_ARGS, WRITE_PUT, value, 0);
}

static th_status QUICK(put_if_absent)(th_map *m, uint64_t stamp, KEY_PARAMS, uint64_t value) {
    return QUICK(write)(m, stamp, KEY_ARGS, WRITE_IF_ABSENT, value, 0);
}

static th_status QUICK(add)(th_map *m, uint64_t stamp, KEY_PARAMS, uint64_t delta, uint64_t otherwise) {
    return QUICK(write)(m, stamp, KEY_ARGS, WRITE_ADD, delta, otherwise);
}

static th_status QUICK(remove)(th_map *m, uint64_t stamp, KEY_PARAMS) {
    return QUICK(write)(m, stamp, KEY_ARGS, WRITE_REMOVE, 0, 0);
}

static th_status QUICK(get_all)(th_map *m, uint64_t stamp, BATCH_PARAMS, uint64_t *values, uint64_t n,
                                uint64_t otherwise, th_progress *progress) {
    batch b = {BATCH_SOURCE, BATCH_GET, values, NULL, NULL, otherwise};
    return run_batch(&SHAPE, SHAPE_ID, BATCH_GET, m, stamp, &b, n, progress);
}

static th_status QUICK(contains_all)(th_map *m, uint64_t stamp, BATCH_PARAMS, uint8_t *found, uint64_t n,
                                     th_progress *progress) {
    batch b = {BATCH_SOURCE, BATCH_CONTAINS, NULL, found, NULL, 0};
    return run_batch(&SHAPE, SHAPE_ID, BATCH_CONTAINS, m, stamp, &b, n, progress);
}

static th_status QUICK(put_all)(th_map *m, uint64_t stamp, BATCH_PARAMS, const uint64_t *values, uint64_t n,
                                th_progress *progress) {
    batch b = {BATCH_SOURCE, BATCH_PUT, NULL, NULL, values, 0};
    return run_batch(&SHAPE, SHAPE_ID, BATCH_PUT, m, stamp, &b, n, progress);
}

static th_status QUICK(add_all)(th_map *m, uint64_t stamp, BATCH_PARAMS, const uint64_t *deltas, uint64_t n,
                                uint64_t otherwise, th_progress *progress) {
    batch b = {BATCH_SOURCE, BATCH_ADD, NULL, NULL, deltas, otherwise};
    return run_batch(&SHAPE, SHAPE_ID, BATCH_ADD, m, stamp, &b, n, progress);
}

static th_status QUICK(remove_all)(th_map *m, uint64_t stamp, BATCH_PARAMS, uint64_t n,
                                   th_progress *progress) {
    batch b = {BATCH_SOURCE, BATCH_REMOVE, NULL, NULL, NULL, 0};
    return run_batch(&SHAPE, SHAPE_ID, BATCH_REMOVE, m, stamp, &b, n, progress);
}

static th_status QUICK(cursor_next)(CURSOR_PARAMS) {
    return next_entries(&SHAPE, CURSOR_ARGS);
}

#undef QUICK
#undef SHAPE
#undef SHAPE_ID
#undef KEY_PARAMS
#undef KEY_ARGS
#undef KEY_MAKE
#undef KEY_VALID
#undef BATCH_PARAMS
#undef BATCH_SOURCE
