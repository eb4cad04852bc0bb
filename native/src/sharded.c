/* Life of a sharded map. Its shards are made at their first write, and closed with it. */
#include "sharded.h"

#include "functions.h"
#include "key.h"
#include "memory/heap.h"
#include "opened.h"
#include "os/os.h"

static uint64_t integer_root(uint64_t n) {
    uint64_t root = 0;
    for (uint64_t bit = (uint64_t)1 << 31; bit != 0; bit >>= 1) {
        uint64_t next = root | bit;
        root = next * next <= n ? next : root;
    }
    return root;
}

/* What a shard should expect of n entries: its part and four standard deviations of a random one. */
static uint64_t expected_of(uint64_t n, uint32_t shards) {
    uint64_t mean = n / shards;
    uint64_t most = mean + 4 * integer_root(mean) + 1;
    return n == 0 ? 0 : most < n ? most : n;
}

uint32_t th_sharded_column(const th_shape *shape) {
    switch (th_shape_id(shape)) {
    case TH_SHAPE_LONG:
        return TH_SHARDED_LONG;
    case TH_SHAPE_BYTES:
        return TH_SHARDED_BYTES;
    default:
        return TH_SHARDED_ANY;
    }
}

bool th_words_are_aligned(const th_type *type, const th_shape *shape) {
    return (shape->key_class != TH_KEY_WORD || type->key_align == type->key_size) &&
           (!shape->value_word || type->value_size == 0 || type->value_align == type->value_size);
}

th_status th_sharded_create(th_heap *heap, const th_type *type, const th_shape *shape,
                            const th_map_options *options, uint32_t seed, th_map **map, uint64_t *stamp) {
    uint32_t count = options->shards;
    if ((count & (count - 1)) != 0 || !th_words_are_aligned(type, shape) || !th_heap_is_deferred(heap)) {
        return TH_INVALID;
    }
    if (count > TH_MAX_SHARDS) {
        return TH_LIMIT;
    }
    th_policy policy;
    th_status status = th_policy_enter(heap, options->placement, &policy);
    if (status != TH_OK) {
        return status;
    }
    size_t bytes = th_shards_bytes(count);
    th_map *m = th_heap_new_header(heap);
    th_shards *all = m == NULL ? NULL : th_heap_new(heap, bytes, bytes, policy);
    if (all == NULL) {
        if (m != NULL) {
            th_heap_retire_header(heap, m);
        }
        th_policy_leave(heap, policy);
        return TH_NO_MEMORY;
    }
    all->shape = *shape;
    all->type = *type;
    all->memory = heap;
    all->policy = policy;
    all->seed = seed;
    all->count = count;
    all->expected = expected_of(options->expected_size, count);
    m->h.flags = TH_WRITING;
    m->h.noverflow = th_part_mask(count);
    m->h.hash0 = seed;
    m->h.oldbuckets = (uint64_t)(uintptr_t)all;
    uint64_t generation = (m->stamp & ~(TH_STAMP_GENERATION - 1)) + TH_STAMP_GENERATION;
    *stamp = generation | (uint64_t)th_sharded_column(shape) << 1;
    __atomic_store_n(&m->stamp, *stamp, __ATOMIC_RELEASE);
    *map = m;
    return TH_OK;
}

void th_sharded_close(th_map *map) {
    th_shards *all = (th_shards *)(uintptr_t)map->h.oldbuckets;
    th_heap *memory = all->memory;
    for (uint32_t i = 0; i < all->count; i++) {
        th_map *shard = th_shard_at(all, i);
        if (shard != NULL) {
            th_close_shard(shard);
        }
    }
    th_policy_leave(memory, all->policy);
    if (all->file != NULL) {
        th_opened_close(memory, all->file);
    }
    th_heap_retire(memory, all, th_shards_bytes(all->count));
    th_heap_retire_header(memory, map);
}

th_status th_sharded_migrate(th_map *map, uint64_t stamp, const th_placement *placement) {
    th_status status = th_enter_sharded(map, stamp);
    if (status != TH_OK) {
        return status;
    }
    th_shards *all = (th_shards *)(uintptr_t)map->h.oldbuckets;
    th_policy policy;
    status = all->file != NULL ? TH_READ_ONLY : th_policy_enter(all->memory, placement, &policy);
    if (status == TH_OK) {
        th_policy_leave(all->memory, all->policy);
        __atomic_store_n(&all->policy, policy, __ATOMIC_RELAXED);
    }
    th_leave(map, stamp);
    return status;
}

static void show(const th_map *m, th_array_word array) {
    __atomic_store_n(&m->h.extra->whole->part[m->h.extra->index].resting, array, __ATOMIC_RELEASE);
    TH_HESITATE();
}

void th_hide(const th_map *m) {
    if (m->h.extra->whole != NULL) {
        show(m, 0);
        TH_FENCE(__ATOMIC_RELEASE); /* whoever sees what is stored from now on sees this too */
    }
}

void th_show(const th_map *m) {
    const th_shards *whole = m->h.extra->whole;
    if (whole != NULL && m->h.oldbuckets == 0 && m->h.hash0 == whole->seed) {
        show(m, m->h.buckets);
    }
}

/* Makes a shard; the caller has the sharded map's busy bit. */
static th_status new_shard(const th_map *map, th_shards *all, uint32_t index) {
    th_placement placement;
    th_policy_tell(all->memory, all->policy, &placement, NULL);
    th_map_options options = {.expected_size = 0,
                              .placement = all->policy == TH_POLICY_OF_HEAP ? NULL : &placement,
                              .seed = map->h.hash0,
                              .has_seed = 1};
    th_map *shard;
    uint64_t stamp;
    th_status status = th_map_create(all->memory, &all->type, &options, &shard, &stamp);
    if (status != TH_OK) {
        return status;
    }
    th_extra *x = shard->h.extra;
    shard->h.flags = TH_LOCKED; /* for whoever had it made */
    x->whole = all;
    x->index = (uint16_t)index;
    x->first_b = (uint8_t)th_b_for(all->expected);
    __atomic_store_n(&all->part[index].shard, shard, __ATOMIC_RELEASE);
    return TH_OK;
}

th_status th_shard(th_map *map, uint64_t stamp, uint32_t index, th_map **shard, uint64_t *shard_stamp) {
    if (map == NULL || shard == NULL || shard_stamp == NULL || !th_is_sharded(stamp)) {
        return TH_INVALID;
    }
    th_status status = th_enter_sharded(map, stamp);
    if (status != TH_OK) {
        return status;
    }
    th_shards *all = (th_shards *)(uintptr_t)map->h.oldbuckets;
    if (index >= all->count) {
        status = TH_INVALID;
    } else if (th_shard_at(all, index) == NULL) {
        status = new_shard(map, all, index);
    }
    if (status == TH_OK) {
        *shard = th_shard_at(all, index);
        *shard_stamp = th_load_stamp(*shard) & ~(uint64_t)TH_STAMP_BUSY;
    }
    th_leave(map, stamp);
    return status;
}

/* Gives a new map copies of what another one has. */
static th_status fill_copy(th_map *from, th_map *to) {
    th_array_word array = 0;
    th_bytes_heap *bytes = NULL;
    th_status status = th_clone_entries(from, &array, &bytes);
    if (status == TH_OK) {
        th_extra *x = to->h.extra;
        uint32_t b = th_array_b(array);
        x->bytes = bytes;
        x->old_bytes = bytes;
        x->grow_at = th_grow_at(b);
        to->h.B = (uint8_t)b;
        to->h.noverflow = th_noverflow(th_array_of(array)->used - th_array_main(array), b);
        to->h.count = from->h.count;
        to->h.buckets = array;
    }
    return status;
}

/* With the shard's busy bit. */
static th_status copy_shard(th_map *shard, th_map **copy, uint64_t *copy_stamp) {
    const th_extra *x = shard->h.extra;
    th_placement placement;
    th_policy_tell(x->memory, x->policy, &placement, NULL);
    th_map_options options = {.placement = x->policy == TH_POLICY_OF_HEAP ? NULL : &placement,
                              .seed = shard->h.hash0,
                              .has_seed = 1};
    th_map *m;
    uint64_t stamp;
    th_status status = th_map_create(x->memory, &x->type, &options, &m, &stamp);
    if (status != TH_OK) {
        return status;
    }
    if (shard->h.count != 0) {
        status = fill_copy(shard, m);
    }
    if (status != TH_OK) {
        (void)th_map_close(m, stamp);
        return status;
    }
    *copy = m;
    *copy_stamp = stamp;
    return TH_OK;
}

th_status th_shard_copy(th_map *map, uint64_t stamp, uint32_t index, th_map **copy, uint64_t *copy_stamp) {
    if (map == NULL || copy == NULL || copy_stamp == NULL || !th_is_sharded(stamp)) {
        return TH_INVALID;
    }
    *copy = NULL;
    *copy_stamp = 0;
    /* Closing waits for whoever has the sharded map's busy bit, and then for who has the shard's. */
    th_status status = th_enter_sharded(map, stamp);
    if (status != TH_OK) {
        return status;
    }
    const th_shards *all = th_shards_of(map);
    th_map *shard = index < all->count ? th_shard_at(all, index) : NULL;
    bool exists = index < all->count;
    if (shard != NULL) {
        uint64_t shard_stamp = th_load_stamp(shard) & ~(uint64_t)TH_STAMP_BUSY;
        status = th_enter(shard, shard_stamp, all->file != NULL);
        th_leave(map, stamp);
        if (status == TH_OK) {
            status = copy_shard(shard, copy, copy_stamp);
            th_leave(shard, shard_stamp);
        }
        return status;
    }
    th_leave(map, stamp);
    return exists ? TH_OK : TH_INVALID;
}

th_status th_shard_lock(th_map *shard, uint64_t stamp) {
    if (!th_may_read(shard, stamp)) {
        return TH_CLOSED;
    }
    if (shard->h.extra == NULL) {
        return TH_INVALID; /* the empty map, or a sharded one */
    }
    if (shard->h.extra->file != NULL) {
        return TH_READ_ONLY;
    }
    return th_lock_shard(shard) ? TH_OK : TH_BUSY;
}

th_status th_shard_unlock(th_map *shard, uint64_t stamp) {
    if (!th_may_read(shard, stamp)) {
        return TH_CLOSED;
    }
    if (shard->h.extra == NULL) {
        return TH_INVALID;
    }
    if (shard->h.extra->file != NULL) {
        return TH_READ_ONLY; /* locked for ever */
    }
    th_unlock_shard(shard);
    return TH_OK;
}

th_status th_shard_of(th_map *map, uint64_t stamp, const void *key, uint64_t key_len) {
    if (map == NULL || !th_is_sharded(stamp)) {
        return TH_INVALID;
    }
    if (!th_may_read(map, stamp)) {
        return TH_CLOSED;
    }
    const th_shards *all = th_shards_of(map);
    th_status status = th_check_key(&all->shape, key, key_len);
    if (status != TH_OK) {
        return status;
    }
    th_key k = th_key_of(&all->shape, key, key_len);
    return (th_status)th_shard_index(map, th_key_hash(&all->shape, &k, map->h.hash0));
}

int64_t th_sharded_size(const th_map *map) {
    const th_shards *all = th_shards_of(map);
    uint64_t size = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        const th_map *shard = th_shard_at(all, i);
        size += shard == NULL ? 0 : __atomic_load_n(&shard->h.count, __ATOMIC_RELAXED);
    }
    return (int64_t)size;
}

/* Adds a row of counters to another. */
static void add(uint64_t *to, const uint64_t *from, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        to[i] += from[i];
    }
}

/* Adds what is a sum over shards, and takes the largest of what is not. */
static void add_shard(th_map_stats *to, const th_map_stats *from) {
    /* All counters from `size` up to `clears` are sums. */
    _Static_assert(offsetof(th_map_stats, size) == 0 && offsetof(th_map_stats, longest_chain) % 8 == 0,
                   "counters first");
    uint64_t clears = to->clears > from->clears ? to->clears : from->clears;
    add(&to->size, &from->size, offsetof(th_map_stats, longest_chain) / sizeof(uint64_t));
    to->clears = clears;
    to->longest_chain = to->longest_chain > from->longest_chain ? to->longest_chain : from->longest_chain;
    add(to->occupancy, from->occupancy, 9);
    add(to->chains, from->chains, TH_STATS_DEPTH);
    add(to->hit_probes, from->hit_probes, TH_STATS_DEPTH);
    add(to->miss_probes, from->miss_probes, TH_STATS_DEPTH);
    add(to->density, from->density, TH_STATS_PARTS);
    to->resident_bytes += from->resident_bytes;
    to->huge_bytes += from->huge_bytes;
    add(to->node_bytes, from->node_bytes, TH_STATS_NODES);
    to->seed_changes += from->seed_changes;
    to->b = to->b > from->b ? to->b : from->b;
    to->growing |= from->growing;
    to->same_size |= from->same_size;
    to->refused |= from->refused;
    to->refused_errno = from->refused_errno != 0 ? from->refused_errno : to->refused_errno;
}

/* The header and the block of shards. */
static void add_own(const th_shards *all, bool full, th_map_stats *stats) {
    uint64_t bytes = th_heap_size(th_shards_bytes(all->count));
    bool region = th_heap_is_region(th_shards_bytes(all->count));
    stats->header_bytes += sizeof(th_map) + bytes;
    stats->reserved_bytes += sizeof(th_map) + bytes;
    stats->pool_bytes += sizeof(th_map) + (region ? 0 : bytes);
    stats->resident_bytes += full ? sizeof(th_map) + bytes : 0;
    th_policy_tell(all->memory, __atomic_load_n(&all->policy, __ATOMIC_RELAXED), NULL, stats);
    if (all->file != NULL) {
        th_opened_add(all->file, full, stats);
    }
}

static void fill_stats(const th_map *map, bool full, th_map_stats *stats) {
    const th_shards *all = th_shards_of(map);
    add_own(all, full, stats);
    for (uint32_t i = 0; i < all->count; i++) {
        th_map *shard = th_shard_at(all, i);
        th_map_stats one;
        if (shard != NULL &&
            th_map_get_stats(shard, th_load_stamp(shard) & ~(uint64_t)TH_STAMP_BUSY, full, &one) == TH_OK) {
            add_shard(stats, &one);
        }
    }
}

th_status th_sharded_stats(th_map *map, uint64_t stamp, bool full, th_map_stats *stats) {
    if (!full) {
        if (!th_may_read(map, stamp)) {
            return TH_CLOSED;
        }
        fill_stats(map, false, stats);
        return th_may_read(map, stamp) ? TH_OK : TH_CLOSED;
    }
    th_status status = th_enter_sharded(map, stamp); /* closing waits for what takes long */
    if (status == TH_OK) {
        fill_stats(map, true, stats);
        th_leave(map, stamp);
    }
    return status;
}
