/* Life of a map: creating, closing, clearing, and who may call. */
#include "map.h"

#include "functions.h"
#include "memory/heap.h"
#include "opened.h"
#include "os/os.h"
#include "sharded.h"

/* The map that is always empty, marked for ever as being written to, so that no writer goes on. */
#define EMPTY_STAMP (TH_STAMP_GENERATION | (uint64_t)TH_SHAPE_EMPTY << 1)
static const th_map empty_map = {.h.flags = TH_WRITING, .stamp = EMPTY_STAMP};

th_map *th_empty_map(void) {
    /* Read-only memory: every writer looks at the mark first. */
    return (th_map *)(uintptr_t)&empty_map;
}

uint64_t th_empty_stamp(void) {
    return EMPTY_STAMP;
}

th_status th_refusal(const th_map *m, uint64_t stamp) {
    bool outdated = (th_load_stamp(m) ^ stamp) > TH_STAMP_BUSY;
    if (outdated || m == &empty_map) {
        return TH_CLOSED;
    }
    return th_is_opened(m, stamp) ? TH_READ_ONLY : TH_CONCURRENT;
}

th_status th_refused_read(const th_map *m, uint64_t stamp) {
    return m == &empty_map && stamp == EMPTY_STAMP ? TH_ABSENT : TH_CLOSED;
}

/* Takes the busy bit, whatever the map. */
static th_status take_busy(th_map *m, uint64_t stamp, bool wait) {
    for (;;) {
        uint64_t expected = stamp;
        if (__atomic_compare_exchange_n(&m->stamp, &expected, stamp | TH_STAMP_BUSY, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE)) {
            return TH_OK;
        }
        if (expected != (stamp | TH_STAMP_BUSY)) {
            return TH_CLOSED;
        }
        if (!wait) {
            return TH_CONCURRENT;
        }
        th_os_pause();
    }
}

th_status th_enter_sharded(th_map *m, uint64_t stamp) {
    return m == &empty_map ? TH_CLOSED : take_busy(m, stamp, true);
}

th_status th_enter(th_map *m, uint64_t stamp, bool wait) {
    if (m == &empty_map) {
        return TH_CLOSED;
    }
    if (th_is_sharded(stamp)) {
        return th_may_read(m, stamp) ? TH_INVALID : TH_CLOSED;
    }
    th_status status = take_busy(m, stamp, wait);
    if (status != TH_OK) {
        return status == TH_CONCURRENT ? th_refusal(m, stamp) : status;
    }
    if (!wait && (th_load_flags(m) & TH_WRITING) != 0) {
        status = th_is_opened(m, stamp) ? TH_READ_ONLY : TH_CONCURRENT;
        th_leave(m, stamp);
    }
    return status;
}

void th_leave(th_map *m, uint64_t stamp) {
    __atomic_store_n(&m->stamp, stamp, __ATOMIC_RELEASE);
}

static th_status fill_map(th_map *m, th_heap *heap, const th_type *type, const th_shape *shape,
                          const th_map_options *options, uint32_t seed, th_policy policy) {
    th_extra *x = th_heap_new(heap, sizeof *x, sizeof *x, policy);
    if (x == NULL) {
        return TH_NO_MEMORY;
    }
    x->shape = *shape;
    x->type = *type;
    x->memory = heap;
    x->policy = policy;
    m->h.extra = x;
    m->h.hash0 = seed;
    uint64_t expected = options == NULL ? 0 : options->expected_size;
    if (expected > 0) {
        uint32_t b = th_b_for(expected);
        th_array_word array = th_array_new(x, b, th_overflow_first(shape, b));
        if (array == 0) {
            th_heap_retire(heap, x, sizeof *x);
            return TH_NO_MEMORY;
        }
        m->h.B = (uint8_t)b;
        m->h.buckets = array;
        x->grow_at = th_grow_at(b);
    }
    return TH_OK;
}

th_status th_map_create(th_heap *heap, const th_type *type, const th_map_options *options, th_map **map,
                        uint64_t *stamp) {
    th_shape shape;
    if (heap == NULL || type == NULL || map == NULL || stamp == NULL ||
        th_shape_of(type, &shape, NULL) != TH_OK) {
        return TH_INVALID;
    }
    if (options != NULL && th_b_for(options->expected_size) > TH_MAX_B) {
        return TH_LIMIT;
    }
    uint32_t seed = options == NULL ? 0 : options->seed;
    if ((options == NULL || !options->has_seed) && !th_os_random32(&seed)) {
        return TH_NO_MEMORY; /* the kernel has no randomness: nothing safe to go on with */
    }
    if (options != NULL && options->shards != 0) {
        return th_sharded_create(heap, type, &shape, options, seed, map, stamp);
    }
    th_policy policy;
    th_status status = th_policy_enter(heap, options == NULL ? NULL : options->placement, &policy);
    if (status != TH_OK) {
        return status;
    }
    th_map *m = th_heap_new_header(heap);
    status = m == NULL ? TH_NO_MEMORY : fill_map(m, heap, type, &shape, options, seed, policy);
    if (status != TH_OK) {
        if (m != NULL) {
            th_heap_retire_header(heap, m);
        }
        th_policy_leave(heap, policy);
        return status;
    }
    uint64_t generation = (m->stamp & ~(TH_STAMP_GENERATION - 1)) + TH_STAMP_GENERATION;
    *stamp = generation | (uint64_t)th_shape_id(&shape) << 1;
    __atomic_store_n(&m->stamp, *stamp, __ATOMIC_RELEASE);
    *map = m;
    return TH_OK;
}

void th_drop_arrays(th_map *m) {
    th_extra *x = m->h.extra;
    th_array_word array = m->h.buckets;
    th_array_word old = m->h.oldbuckets;
    th_hide(m);
    /* The current one first: then readers of a shard see all of it go at once. */
    th_store_word(&m->h.buckets, 0);
    th_store_word(&m->h.oldbuckets, 0);
    if (old != 0) {
        th_array_retire(x->memory, old);
    }
    if (array != 0 && x->file == NULL) {
        th_array_retire(x->memory, array);
    }
    if (x->old_bytes != x->bytes) {
        th_bytes_retire(x->memory, x->old_bytes);
    }
    if (x->file == NULL) {
        th_bytes_retire(x->memory, x->bytes);
    } else if (x->bytes != NULL) {
        th_heap_retire(x->memory, x->bytes, sizeof *x->bytes); /* its segments are the file's */
    }
    th_store_bytes(&x->bytes, NULL);
    th_store_bytes(&x->old_bytes, NULL);
    m->h.B = 0;
    m->h.noverflow = 0;
    th_store_nevacuate(m, 0);
    __atomic_store_n(&m->h.count, 0, __ATOMIC_RELAXED);
    th_mark_same_size(m, false);
    x->grow_at = 0;
    x->wants_seed = 0;
}

/* The new generation first: whoever calls from now on is told so. */
static void end_stamp(th_map *m, uint64_t stamp) {
    th_leave(m, (stamp & ~(TH_STAMP_GENERATION - 1)) + TH_STAMP_GENERATION);
}

static void close_entered(th_map *m, uint64_t stamp) {
    end_stamp(m, stamp);
    th_extra *x = m->h.extra;
    th_heap *memory = x->memory;
    struct th_opened *file = x->whole == NULL ? x->file : NULL; /* a shard's is the sharded map's */
    th_drop_arrays(m);
    th_policy_leave(memory, x->policy);
    th_heap_retire(memory, x, sizeof *x);
    if (file != NULL) {
        th_opened_close(memory, file);
    }
    th_heap_retire_header(memory, m);
}

void th_close_shard(th_map *shard) {
    uint64_t stamp = th_load_stamp(shard) & ~(uint64_t)TH_STAMP_BUSY;
    if (th_enter(shard, stamp, true) == TH_OK) {
        close_entered(shard, stamp);
    }
}

th_status th_map_close(th_map *map, uint64_t stamp) {
    if (map == NULL) {
        return TH_INVALID;
    }
    bool sharded = th_is_sharded(stamp);
    th_status entered = sharded ? th_enter_sharded(map, stamp) : th_enter(map, stamp, true);
    if (entered != TH_OK) {
        return entered;
    }
    if (sharded) {
        end_stamp(map, stamp);
        th_sharded_close(map);
        return TH_OK;
    }
    if (map->h.extra->whole != NULL) {
        th_leave(map, stamp); /* it goes with the sharded map, whose readers look for it */
        return TH_INVALID;
    }
    close_entered(map, stamp);
    return TH_OK;
}

int64_t th_map_size(th_map *map, uint64_t stamp) {
    if (map == NULL) {
        return TH_INVALID;
    }
    if (!th_may_read(map, stamp)) {
        return TH_CLOSED;
    }
    return th_is_sharded(stamp) ? th_sharded_size(map)
                                : (int64_t)__atomic_load_n(&map->h.count, __ATOMIC_RELAXED);
}

/* Empties an array that stays: pages of large ones go back to the OS, which zeroes them. */
static void clear_array(const th_shape *s, th_array_word array) {
    th_array *a = th_array_of(array);
    uint64_t used = a->used * s->bucket_size;
    uint8_t *base = th_array_base(array);
    a->used = th_array_main(array);
    size_t page = th_os_page_size();
    if (used <= TH_RELEASE_BYTES) {
        memset(base, 0, used);
        return;
    }
    uint8_t *first = (uint8_t *)(((uintptr_t)base + page - 1) / page * page);
    uint8_t *last = (uint8_t *)(((uintptr_t)base + used) / page * page);
    memset(base, 0, (size_t)(first - base));
    memset(last, 0, (size_t)(base + used - last));
    if (!th_os_discard(first, (size_t)(last - first))) {
        memset(first, 0, (size_t)(last - first)); /* locked memory stays */
    }
}

/*
 * Readers of a shard may be looking at its arrays, so these are not emptied but retired; the next write makes
 * one of the same size. It keeps its seed, which is that of the sharded map, so that readers hash once.
 */
static void clear_shard(th_map *m) {
    th_extra *x = m->h.extra;
    uint8_t b = m->h.buckets == 0 ? x->first_b : m->h.B;
    th_drop_arrays(m);
    x->first_b = b;
}

static void clear_map(th_map *m) {
    th_extra *x = m->h.extra;
    uint32_t seed;
    if (m->h.oldbuckets != 0) {
        th_array_word old = m->h.oldbuckets;
        th_store_word(&m->h.oldbuckets, 0);
        th_array_retire(x->memory, old);
        th_store_nevacuate(m, 0);
        th_mark_same_size(m, false);
    }
    if (x->old_bytes != x->bytes) {
        th_bytes_retire(x->memory, x->old_bytes);
    }
    x->old_bytes = x->bytes;
    if (x->bytes != NULL) {
        th_bytes_clear(x->bytes);
    }
    if (m->h.buckets != 0) {
        clear_array(&x->shape, m->h.buckets);
        x->grow_at = th_grow_at(m->h.B);
    }
    m->h.count = 0;
    m->h.noverflow = 0;
    if (th_os_random32(&seed)) {
        m->h.hash0 = seed;
    }
}

th_status th_map_clear(th_map *map, uint64_t stamp) {
    if (map == NULL) {
        return TH_INVALID;
    }
    th_status entered = th_enter(map, stamp, false);
    if (entered != TH_OK) {
        return entered;
    }
    th_extra *x = map->h.extra;
    if (x->whole != NULL) {
        clear_shard(map);
    } else {
        clear_map(map);
    }
    x->epoch++;
    x->seed_changes = 0;
    x->wants_seed = 0;
    th_leave(map, stamp);
    return TH_OK;
}

const char *th_version(void) {
#define TH_TEXT_(x) #x
#define TH_TEXT(x) TH_TEXT_(x)
    return TH_TEXT(TH_VERSION_MAJOR) "." TH_TEXT(TH_VERSION_MINOR) "." TH_TEXT(TH_VERSION_PATCH);
}

const char *th_status_name(th_status status) {
    static const char *const success[] = {"TH_OK", "TH_PRESENT", "TH_MORE"};
    static const char *const failure[] = {"TH_NEEDS_ROOM", "TH_CLOSED",    "TH_CONCURRENT",   "TH_NO_MEMORY",
                                          "TH_LIMIT",      "TH_INVALID",   "TH_SMALL_BUFFER", "TH_BUSY",
                                          "TH_REFUSED",    "TH_READ_ONLY", "TH_BAD_FILE"};
    if (status >= 0) {
        return status < 3 ? success[status] : "unknown status";
    }
    return status >= TH_BAD_FILE ? failure[-1 - status] : "unknown status";
}
