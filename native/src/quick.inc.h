/*
 * The quick functions whose values are words, for one way to pass keys and one shape. Included once for each
 * such pair, with
 *   QUICK(name)   the function's name
 *   SHAPE(m)      the shape, mostly a constant; IS_EMPTY(m) whether the map is the one that has none
 *   WORD_KEYS     1: keys are words, 0: keys are by pointer
 *   SHARDED       1: of sharded maps, which these read and whose shards they write to
 * Functions that found a shape to fit go on with SHAPE_KNOWN of it, in which the compiler sees more
 * constants.
 */
#if WORD_KEYS
#define KEY_FORM KEYS_WORDS
#define KEY_PARAMS uint64_t key
#define KEY_ARGS key
#define KEY_CHECK(s) TH_OK
#define KEY_MAKE(s) th_key_word(s, key)
#define BATCH_PARAMS const void *keys
#define BATCH_SOURCE                                                                                         \
    { .data = keys }
#define FITS_WORDS(s) (s->key_class == TH_KEY_WORD && s->value_word)
#define FITS_KEYS(s) FITS_WORDS(s)
#define SHAPE_KNOWN(s) th_word_shape(s)
#else
#define KEY_FORM KEYS_SPANS
#define KEY_PARAMS const uint8_t *key, uint64_t length
#define KEY_ARGS key, length
#define KEY_CHECK(s) th_check_key(s, key, length)
#define KEY_MAKE(s) th_key_of(s, key, length)
#define BATCH_PARAMS const uint8_t *data, uint64_t size, const uint64_t *starts, const uint64_t *ends
#define BATCH_SOURCE                                                                                         \
    { .data = data, .size = size, .starts = starts, .ends = ends }
#define FITS_WORDS(s) s->value_word
#define FITS_KEYS(s) true /* by functions that do not look at values */
#define SHAPE_KNOWN(s) (*(s))
#endif

#if SHARDED
/* Where the first try will not do. Out of line: it costs that one no registers. */
static __attribute__((noinline)) uint64_t QUICK(get_again)(const th_map *m, KEY_PARAMS, uint64_t otherwise) {
    const th_shape known = SHAPE_KNOWN(SHAPE(m));
    th_key k = KEY_MAKE(&known);
    uint64_t word = 0;
    th_status status = read_shard(&known, m, &k, th_key_hash(&known, &k, m->h.hash0), true, &word, NULL);
    return status == TH_PRESENT ? word : otherwise;
}

static uint64_t QUICK(get)(th_map *m, uint64_t stamp, KEY_PARAMS, uint64_t otherwise) {
    const th_shards *all = th_shards_of(m);
    if (!th_may_read(m, stamp) || all == NULL) {
        return otherwise;
    }
    const th_shape *s = SHAPE(m);
    if (!FITS_WORDS(s) || KEY_CHECK(s) != TH_OK) {
        return otherwise;
    }
    const th_shape known = SHAPE_KNOWN(s);
    th_key k = KEY_MAKE(&known);
    uint64_t hash = th_key_hash(&known, &k, m->h.hash0);
    const th_part *part = th_part_in(all, m, hash);
    uint64_t word = 0;
    switch (read_resting(&known, part, &k, hash, true, true, &word, NULL)) {
    case TH_PRESENT:
        return word;
    case TH_ABSENT:
        return otherwise;
    default:
        return QUICK(get_again)(m, KEY_ARGS, otherwise);
    }
}
#else
static uint64_t QUICK(get)(th_map *m, uint64_t stamp, KEY_PARAMS, uint64_t otherwise) {
    if (!th_may_read(m, stamp) || IS_EMPTY(m)) {
        return otherwise;
    }
    const th_shape *s = SHAPE(m);
    if (!FITS_WORDS(s) || KEY_CHECK(s) != TH_OK) {
        return otherwise;
    }
    const th_shape known = SHAPE_KNOWN(s);
    th_key k = KEY_MAKE(&known);
    uint64_t hash = th_key_hash(&known, &k, m->h.hash0);
    uint64_t word = 0;
    return find_word(&known, m, false, &k, hash, true, &word) == TH_PRESENT ? word : otherwise;
}
#endif

static th_status QUICK(contains)(th_map *m, uint64_t stamp, KEY_PARAMS) {
    if (!th_may_read(m, stamp) || IS_EMPTY(m)) {
        return th_refused_read(m, stamp);
    }
    const th_shape *s = SHAPE(m);
    th_status fits = FITS_KEYS(s) ? KEY_CHECK(s) : TH_INVALID;
    if (fits != TH_OK) {
        return fits;
    }
    const th_shape known = SHAPE_KNOWN(s);
    th_key k = KEY_MAKE(&known);
    uint64_t hash = th_key_hash(&known, &k, m->h.hash0);
    return unless_closed(m, stamp, SHARDED, find_word(&known, m, SHARDED, &k, hash, true, NULL));
}

#if !SHARDED
TH_INLINE th_status QUICK(write)(th_map *m, uint64_t stamp, KEY_PARAMS, write_kind kind, uint64_t operand,
                                 uint64_t otherwise) {
    if (!th_may_write(m, stamp)) {
        return th_refusal(m, stamp);
    }
    const th_shape *s = SHAPE(m);
    bool fits = kind == WRITE_REMOVE ? FITS_KEYS(s) : FITS_WORDS(s);
    if (!fits || (kind == WRITE_ADD_DOUBLE && s->value_size != sizeof(double))) {
        return TH_INVALID;
    }
    th_status status = KEY_CHECK(s);
    if (status != TH_OK) {
        return status;
    }
    const th_shape known = SHAPE_KNOWN(s);
    th_begin_write(m);
    th_key k = KEY_MAKE(&known);
    uint64_t hash = th_key_hash(&known, &k, m->h.hash0);
    status = write_word(&known, m, &k, hash, true, kind, operand, otherwise);
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
#endif

#if SHARDED && WORD_KEYS
/*
 * Writes to the shard of a key if nobody else does, and returns the value before, or `otherwise`. `refused`:
 * nothing was done; that value, should it be there, stays.
 */
TH_INLINE uint64_t QUICK(write_shard)(const th_map *m, uint64_t stamp, uint64_t key, write_kind kind,
                                      uint64_t operand, uint64_t otherwise, uint64_t refused) {
    if (!th_may_read(m, stamp) || IS_EMPTY(m)) {
        return refused;
    }
    const th_shape *s = SHAPE(m);
    if (!FITS_WORDS(s) || otherwise == refused) {
        return refused;
    }
    const th_shape known = SHAPE_KNOWN(s);
    th_key k = KEY_MAKE(&known);
    uint64_t hash = th_key_hash(&known, &k, m->h.hash0);
    th_map *shard = __atomic_load_n(&th_part_of(m, hash)->shard, __ATOMIC_ACQUIRE);
    if (TH_UNLIKELY(shard == NULL) || !th_lock_shard(shard)) {
        return refused;
    }
    uint64_t before = shard->h.hash0 == m->h.hash0
                          ? exchange_word(&known, shard, &k, hash, kind, operand, otherwise, refused)
                          : refused; /* it was attacked: let the caller hash the key anew */
    th_unlock_shard(shard);
    return before;
}

static uint64_t QUICK(shard_put)(th_map *m, uint64_t stamp, uint64_t key, uint64_t value, uint64_t otherwise,
                                 uint64_t refused) {
    return QUICK(write_shard)(m, stamp, key, WRITE_PUT, value, otherwise, refused);
}

static uint64_t QUICK(shard_put_if_absent)(th_map *m, uint64_t stamp, uint64_t key, uint64_t value,
                                           uint64_t otherwise, uint64_t refused) {
    return QUICK(write_shard)(m, stamp, key, WRITE_IF_ABSENT, value, otherwise, refused);
}

static uint64_t QUICK(shard_add)(th_map *m, uint64_t stamp, uint64_t key, uint64_t delta, uint64_t otherwise,
                                 uint64_t refused) {
    return QUICK(write_shard)(m, stamp, key, WRITE_ADD, delta, otherwise, refused);
}

static uint64_t QUICK(shard_remove)(th_map *m, uint64_t stamp, uint64_t key, uint64_t otherwise,
                                    uint64_t refused) {
    return QUICK(write_shard)(m, stamp, key, WRITE_REMOVE, 0, otherwise, refused);
}
#endif

TH_INLINE th_status QUICK(batch)(th_map *m, uint64_t stamp, batch_kind kind, batch *b, uint64_t n,
                                 th_progress *progress) {
    bool writes = batch_writes(kind);
    if (writes ? !th_may_write(m, stamp) : !th_may_read(m, stamp)) {
        return writes ? th_refusal(m, stamp) : th_refused_read(m, stamp);
    }
    if (!writes && IS_EMPTY(m)) {
        return TH_K(batch_in_empty)(kind, b, n, progress);
    }
    const th_shape *s = SHAPE(m);
    bool fits = kind == BATCH_CONTAINS || kind == BATCH_REMOVE ? FITS_KEYS(s) : FITS_WORDS(s);
    if (!fits || (kind == BATCH_ADD_DOUBLE && s->value_size != sizeof(double))) {
        return TH_INVALID;
    }
    const th_shape known = SHAPE_KNOWN(s);
    th_status status = run_batch(&known, KEY_FORM, kind, SHARDED, m, b, n, progress);
    return SHARDED && !th_may_read(m, stamp) ? TH_CLOSED : status;
}

static th_status QUICK(get_all)(th_map *m, uint64_t stamp, BATCH_PARAMS, void *values, uint64_t n,
                                uint64_t otherwise, th_progress *progress) {
    batch b = {.keys = BATCH_SOURCE, .values = values, .otherwise = otherwise};
    return QUICK(batch)(m, stamp, BATCH_GET, &b, n, progress);
}

static th_status QUICK(contains_all)(th_map *m, uint64_t stamp, BATCH_PARAMS, uint8_t *found, uint64_t n,
                                     th_progress *progress) {
    batch b = {.keys = BATCH_SOURCE, .found = found};
    return QUICK(batch)(m, stamp, BATCH_CONTAINS, &b, n, progress);
}

#if !SHARDED
static th_status QUICK(put_all)(th_map *m, uint64_t stamp, BATCH_PARAMS, const void *values, uint64_t n,
                                th_progress *progress) {
    batch b = {.keys = BATCH_SOURCE, .operands = values};
    return QUICK(batch)(m, stamp, BATCH_PUT, &b, n, progress);
}

static th_status QUICK(add_all)(th_map *m, uint64_t stamp, BATCH_PARAMS, const void *deltas, uint64_t n,
                                uint64_t otherwise, th_progress *progress) {
    batch b = {.keys = BATCH_SOURCE, .operands = deltas, .otherwise = otherwise};
    return QUICK(batch)(m, stamp, BATCH_ADD, &b, n, progress);
}

static th_status QUICK(remove_all)(th_map *m, uint64_t stamp, BATCH_PARAMS, uint64_t n,
                                   th_progress *progress) {
    batch b = {.keys = BATCH_SOURCE};
    return QUICK(batch)(m, stamp, BATCH_REMOVE, &b, n, progress);
}

#if WORD_KEYS
static th_status QUICK(add_double)(th_map *m, uint64_t stamp, KEY_PARAMS, uint64_t delta,
                                   uint64_t otherwise) {
    return QUICK(write)(m, stamp, KEY_ARGS, WRITE_ADD_DOUBLE, delta, otherwise);
}

static th_status QUICK(add_all_double)(th_map *m, uint64_t stamp, BATCH_PARAMS, const void *deltas,
                                       uint64_t n, uint64_t otherwise, th_progress *progress) {
    batch b = {.keys = BATCH_SOURCE, .operands = deltas, .otherwise = otherwise};
    return QUICK(batch)(m, stamp, BATCH_ADD_DOUBLE, &b, n, progress);
}
#endif
#endif

#undef QUICK
#undef SHAPE
#undef IS_EMPTY
#undef WORD_KEYS
#undef SHARDED
#undef KEY_FORM
#undef KEY_PARAMS
#undef KEY_ARGS
#undef KEY_CHECK
#undef KEY_MAKE
#undef BATCH_PARAMS
#undef BATCH_SOURCE
#undef FITS_WORDS
#undef FITS_KEYS
#undef SHAPE_KNOWN
