/*
 * Looking at all of a file: every block against its checksum, every entry against the place where it lies.
 * Like the invariant checker this shares no probing code with the engine, and it trusts nothing in a bucket.
 */
#include "file/opened_file.h"
#include "hash.h"
#include "key.h"
#include "memory/heap.h"
#include "os/file.h"
#include "sharded.h"

/* Blocks that the kernel is asked for ahead of the one being read. */
#define AHEAD ((uint64_t)4 * TH_FILE_BLOCK)

/* ---- blocks --------------------------------------------------------------------------------------- */

static th_status check_region(const th_opened *file, const th_opened_region *region, th_file_error *error) {
    for (uint64_t at = 0; at < region->bytes; at += TH_FILE_BLOCK) {
        uint64_t left = region->bytes - at;
        uint64_t bytes = left < TH_FILE_BLOCK ? left : TH_FILE_BLOCK;
        if (at % AHEAD == 0) {
            (void)th_os_file_read_ahead(region->address + at, left < 2 * AHEAD ? left : 2 * AHEAD);
        }
        uint64_t sum = XXH3_64bits(region->address + at, bytes);
        uint64_t expected = file->sums[region->sum + at / TH_FILE_BLOCK];
        if (sum != expected) {
            uint32_t reason = th_os_watch_is_cut(file->watch) ? TH_FILE_CUT : TH_FILE_BLOCK_SUM;
            return th_file_fail(error, reason, region->offset + at, expected, sum);
        }
    }
    return TH_OK;
}

th_status th_file_check_blocks(const th_opened *file, uint32_t part, th_file_error *error) {
    const th_opened_part *p = &file->part[part];
    th_status status = TH_OK;
    for (uint32_t i = 0; i < p->regions && status == TH_OK; i++) {
        status = check_region(file, &file->region[p->first_region + i], error);
    }
    return status;
}

/* ---- entries -------------------------------------------------------------------------------------- */

typedef struct verify {
    const th_opened *file;
    const th_opened_region *buckets;
    const th_map *m;
    const th_shape *s;
    th_array_word array;
    uint64_t used; /* buckets */
    const th_bytes_heap *heap;
    uint32_t shard; /* of how many, less one */
    uint32_t shard_mask;
    uint8_t *linked;   /* a bit for each overflow bucket that a chain has */
    uint8_t *occupied; /* a bit for every 8 bytes of the bytes heap */
    uint64_t *chain;   /* th_file_entry of the chain that is being looked at */
    uint64_t linked_bytes;
    uint64_t occupied_bytes;
    uint64_t chain_bytes;
    uint64_t chained; /* entries in chain */
    uint64_t entries;
    uint64_t live;
    th_file_error *error;
} verify;

static bool broken(verify *v, uint64_t index, uint64_t expected, uint64_t found) {
    uint64_t offset = v->buckets->offset + index * v->s->bucket_size;
    (void)th_file_fail(v->error, TH_FILE_ENTRY, offset, expected, found);
    return false;
}

/* Marks a bit; false if it was marked. */
static bool mark(uint8_t *bits, uint64_t i) {
    uint8_t bit = (uint8_t)(1u << (i & 7));
    bool fresh = (bits[i >> 3] & bit) == 0;
    bits[i >> 3] |= bit;
    return fresh;
}

/* A slot of bytes: its padding, or that its block lies in the heap and no other does there. */
static bool check_bytes(verify *v, uint64_t index, const uint8_t *slot) {
    uint64_t length = th_load32(slot);
    if (length <= TH_INLINE_BYTES) {
        for (uint64_t i = length; i < TH_INLINE_BYTES; i++) {
            if (slot[4 + i] != 0) {
                return broken(v, index, 0, slot[4 + i]);
            }
        }
        return true;
    }
    uint64_t at = th_load64(slot + 8);
    uint64_t size = th_bytes_block(length);
    if (length > TH_MAX_BYTES || at % 8 != 0 || th_bytes_at(v->heap, at, size) == NULL ||
        size > v->heap->top || at > v->heap->top - size) {
        return broken(v, index, v->heap == NULL ? 0 : v->heap->top, at);
    }
    for (uint64_t i = at / 8; i < (at + size) / 8; i++) {
        if (!mark(v->occupied, i)) {
            return broken(v, index, 0, at);
        }
    }
    v->live += size;
    return true;
}

static bool check_entry(verify *v, uint64_t first, uint64_t index, uint8_t *bucket, uint32_t slot) {
    const th_shape *s = v->s;
    const uint8_t *key = th_bucket_key(s, bucket, slot);
    if ((s->key_class == TH_KEY_BYTES && !check_bytes(v, index, key)) ||
        (s->value_bytes && !check_bytes(v, index, th_bucket_value(s, bucket, slot)))) {
        return false;
    }
    uint64_t hash = th_slot_hash(s, key, v->heap, v->m->h.hash0);
    bool long_key = s->key_class == TH_KEY_BYTES && th_load32(key) > TH_INLINE_BYTES;
    if (long_key && th_load32(key + 4) != hash >> 32) {
        return broken(v, index, hash >> 32, th_load32(key + 4));
    }
    if (th_index(v->array, hash) != first) {
        return broken(v, index, th_index(v->array, hash), first);
    }
    if (bucket[slot] != th_tophash(hash)) {
        return broken(v, index, th_tophash(hash), bucket[slot]);
    }
    if (((uint32_t)(hash >> 8) & v->shard_mask) != v->shard) {
        return broken(v, index, v->shard, (uint32_t)(hash >> 8) & v->shard_mask);
    }
    v->chain[v->chained++] = th_file_entry(index, slot, bucket[slot]);
    return true;
}

static bool is_zero(const uint8_t *bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

/* before: the state of the slot before, in the whole chain. */
static bool check_bucket(verify *v, uint64_t first, uint64_t index, uint8_t *bucket, uint8_t *before) {
    const th_shape *s = v->s;
    for (uint32_t slot = 0; slot < TH_SLOTS; slot++) {
        uint8_t state = bucket[slot];
        bool ordered = *before != TH_EMPTY_REST || state == TH_EMPTY_REST;
        if (!ordered || (state > TH_EMPTY_ONE && state < TH_MIN_TOPHASH)) {
            return broken(v, index, TH_EMPTY_REST, state);
        }
        *before = state;
        if (state >= TH_MIN_TOPHASH) {
            if (!check_entry(v, first, index, bucket, slot)) {
                return false;
            }
        } else if (!is_zero(th_bucket_key(s, bucket, slot), s->key_size) ||
                   !is_zero(th_bucket_value(s, bucket, slot), s->value_size)) {
            return broken(v, index, TH_MIN_TOPHASH, state);
        }
    }
    uint32_t version = th_load32(bucket + TH_VERSION_OFFSET);
    return version == 0 || broken(v, index, 0, version);
}

/* Keys are in the chain of their hash, so one that is there twice is twice in its chain. */
static bool check_keys(verify *v) {
    uint64_t bucket;
    bool twice = th_file_find_twice(v->s, v->array, v->heap, v->chain, v->chained, &bucket);
    v->entries += v->chained;
    return !twice || broken(v, bucket, 1, 2);
}

static bool check_chain(verify *v, uint64_t first) {
    uint64_t main = th_array_main(v->array);
    uint8_t before = TH_MIN_TOPHASH;
    v->chained = 0;
    for (uint64_t index = first;;) {
        uint8_t *bucket = th_bucket_at(v->s, v->array, index);
        if (!check_bucket(v, first, index, bucket, &before)) {
            return false;
        }
        uint64_t link = th_load32(bucket + TH_OVERFLOW_OFFSET);
        if (link == 0) {
            return check_keys(v);
        }
        uint64_t next = main + link - 1;
        if (next <= index || next >= v->used || !mark(v->linked, link - 1)) {
            return broken(v, index, v->used, next);
        }
        index = next;
    }
}

static bool check_chains(verify *v) {
    const th_map *m = v->m;
    for (uint64_t first = 0; first < th_array_main(v->array); first++) {
        if (!check_chain(v, first)) {
            return false;
        }
    }
    if (v->entries != m->h.count) {
        return broken(v, 0, m->h.count, v->entries);
    }
    uint64_t live = v->heap == NULL ? 0 : v->heap->live;
    return v->live == live || broken(v, 0, live, v->live);
}

/* Memory for so many bytes, and one more; *reserved: how much that is. */
static void *new_memory(uint64_t bytes, uint64_t *reserved) {
    uint64_t page = th_os_page_size();
    *reserved = th_file_round_up(bytes + 1, page);
    return th_os_reserve(*reserved, page);
}

/* What is marked and listed; a chain has at most one main bucket and all overflow buckets. */
static bool begin_verify(verify *v) {
    uint64_t overflow = v->used - th_array_main(v->array);
    v->linked = new_memory(overflow / 8, &v->linked_bytes);
    v->occupied = new_memory(v->heap == NULL ? 0 : v->heap->top / 64, &v->occupied_bytes);
    v->chain = new_memory((overflow + 1) * TH_SLOTS * sizeof *v->chain, &v->chain_bytes);
    return v->linked != NULL && v->occupied != NULL && v->chain != NULL;
}

static void release(void *memory, uint64_t bytes) {
    if (memory != NULL) {
        th_os_release(memory, bytes);
    }
}

static void end_verify(verify *v) {
    release(v->linked, v->linked_bytes);
    release(v->occupied, v->occupied_bytes);
    release(v->chain, v->chain_bytes);
}

/* shard_mask: the number of shards less one. */
static th_status verify_part(const th_opened *file, const th_map *m, uint32_t part, uint32_t shard_mask,
                             th_file_error *error) {
    th_status status = th_file_check_blocks(file, part, error);
    if (status != TH_OK || !th_is_array(m->h.buckets)) {
        return status;
    }
    const th_extra *x = m->h.extra;
    verify v = {.file = file,
                .buckets = &file->region[file->part[part].first_region],
                .m = m,
                .s = &x->shape,
                .array = m->h.buckets,
                .heap = x->bytes,
                .shard = shard_mask == 0 ? 0 : part,
                .shard_mask = shard_mask,
                .error = error};
    v.used = v.buckets->bytes / v.s->bucket_size;
    status = !begin_verify(&v) ? TH_NO_MEMORY : check_chains(&v) ? TH_OK : TH_BAD_FILE;
    end_verify(&v);
    return status;
}

/* ---- calls ---------------------------------------------------------------------------------------- */

/* Takes the busy bit of a map or sharded map, so that closing it waits. TH_INVALID: it has no file. */
static th_status enter_file(th_map *map, uint64_t stamp, const th_opened **file, uint32_t *part) {
    if (map == NULL) {
        return TH_INVALID;
    }
    th_status status = th_is_sharded(stamp) ? th_enter_sharded(map, stamp) : th_enter(map, stamp, true);
    if (status != TH_OK) {
        return status;
    }
    *file = th_file_of(map, stamp, part);
    if (*file == NULL) {
        th_leave(map, stamp);
        return TH_INVALID;
    }
    return TH_OK;
}

static th_status verify_parts(const th_map *map, uint64_t stamp, const th_opened *file, uint32_t part,
                              th_file_error *error) {
    if (!th_is_sharded(stamp)) {
        const th_shards *whole = map->h.extra->whole;
        return verify_part(file, map, part, whole == NULL ? 0 : whole->count - 1, error);
    }
    const th_shards *all = th_shards_of(map);
    th_status status = TH_OK;
    for (uint32_t i = 0; i < all->count && status == TH_OK; i++) {
        status = verify_part(file, th_shard_at(all, i), i, all->count - 1, error);
    }
    return status;
}

th_status th_map_verify(th_map *map, uint64_t stamp, th_file_error *error) {
    const th_opened *file;
    uint32_t part;
    th_status status = enter_file(map, stamp, &file, &part);
    if (status != TH_OK) {
        return status;
    }
    status = verify_parts(map, stamp, file, part, error);
    if (status != TH_NO_MEMORY && file->watch != NULL && th_os_watch_is_cut(file->watch)) {
        status = th_file_fail(error, TH_FILE_CUT, 0, 0, 0);
    }
    th_leave(map, stamp);
    return status;
}

th_status th_map_warm(th_map *map, uint64_t stamp) {
    const th_opened *file;
    uint32_t part;
    th_status status = enter_file(map, stamp, &file, &part);
    if (status != TH_OK) {
        return status;
    }
    for (uint32_t i = 0; i < file->regions; i++) {
        (void)th_os_file_read_ahead(file->region[i].address, file->region[i].bytes);
    }
    th_leave(map, stamp);
    return TH_OK;
}
