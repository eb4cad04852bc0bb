/* The invariant checker. It shares no probing code with the engine: bytes are looked at one by one. */
#include "check.h"

#include "functions.h"
#include "key.h"
#include "map.h"
#include "memory/internal.h"
#include "os/file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* A block of a bytes heap, in use or free. */
typedef struct block {
    const th_bytes_heap *heap;
    uint64_t at;
    uint64_t size;
} block;

typedef struct check {
    th_map *m;
    const th_shape *s;
    char *message;
    size_t size;
    bool broken;
    uint64_t entries;
    block *blocks;
    size_t block_count;
    size_t block_capacity;
} check;

__attribute__((format(printf, 2, 3))) static void broken(check *c, const char *format, ...) {
    if (!c->broken) {
        va_list args;
        va_start(args, format);
        (void)vsnprintf(c->message, c->size, format, args);
        va_end(args);
    }
    c->broken = true;
}

static void add_block(check *c, const th_bytes_heap *heap, uint64_t at, uint64_t size) {
    if (c->block_count == c->block_capacity) {
        c->block_capacity = c->block_capacity == 0 ? 64 : 2 * c->block_capacity;
        c->blocks = realloc(c->blocks, c->block_capacity * sizeof(block));
        if (c->blocks == NULL) {
            abort();
        }
    }
    c->blocks[c->block_count++] = (block){heap, at, size};
}

static void add_slot_block(check *c, const uint8_t *slot, const th_bytes_heap *heap) {
    uint64_t length = th_load32(slot);
    if (length <= TH_INLINE_BYTES) {
        return;
    }
    uint64_t at = th_load64(slot + 8);
    if (th_bytes_at(heap, at, th_bytes_block(length)) == NULL) {
        broken(c, "a reference to %llu bytes at %llu leaves the bytes heap", (unsigned long long)length,
               (unsigned long long)at);
        return;
    }
    add_block(c, heap, at, th_bytes_block(length));
}

/* The entry lies in the bucket of its hash, carries its tophash, and the engine finds exactly it. */
static void check_entry(check *c, th_array_word array, uint64_t first, uint8_t *bucket, uint32_t slot,
                        const th_bytes_heap *heap) {
    const th_shape *s = c->s;
    const uint8_t *key = th_bucket_key(s, bucket, slot);
    uint64_t length = s->key_size;
    const uint8_t *bytes = s->key_class == TH_KEY_BYTES ? th_slot_bytes(key, heap, &length) : key;
    if (bytes == NULL) {
        broken(c, "the bytes of a key in bucket %llu are gone", (unsigned long long)first);
        return;
    }
    uint64_t hash = th_slot_hash(s, key, heap, c->m->h.hash0);
    if (th_index(array, hash) != first) {
        broken(c, "an entry of bucket %llu lies in bucket %llu", (unsigned long long)th_index(array, hash),
               (unsigned long long)first);
    }
    if (bucket[slot] != th_tophash(hash)) {
        broken(c, "tophash is %u, should be %u", bucket[slot], th_tophash(hash));
    }
    const uint8_t *value = th_bucket_value(s, bucket, slot);
    uint64_t value_length;
    if (s->value_bytes) {
        value = th_slot_bytes(value, heap, &value_length);
        add_slot_block(c, th_bucket_value(s, bucket, slot), heap);
    }
    if (s->key_class == TH_KEY_BYTES) {
        add_slot_block(c, key, heap);
    }
    const uint8_t *found;
    if (!th_functions_in_use->find(c->m, bytes, length, &found, &value_length)) {
        broken(c, "an entry of bucket %llu is not found", (unsigned long long)first);
    } else if (found != value) {
        broken(c, "an entry of bucket %llu is there twice", (unsigned long long)first);
    }
    c->entries++;
}

static void check_bucket(check *c, th_array_word array, uint64_t first, uint8_t *bucket, uint8_t *before,
                         const th_bytes_heap *heap) {
    for (uint32_t slot = 0; slot < TH_SLOTS; slot++) {
        uint8_t state = bucket[slot];
        if (*before == TH_EMPTY_REST && state != TH_EMPTY_REST) {
            broken(c, "state %u follows an empty rest in bucket %llu", state, (unsigned long long)first);
        }
        if (*before == TH_EMPTY_ONE && state == TH_EMPTY_REST) {
            broken(c, "an empty slot before an empty rest in bucket %llu is not rest itself",
                   (unsigned long long)first);
        }
        *before = state;
        if (state > TH_EMPTY_ONE && state < TH_MIN_TOPHASH) {
            broken(c, "slot %u of bucket %llu is in state %u, which is none", slot, (unsigned long long)first,
                   state);
        } else if (state >= TH_MIN_TOPHASH) {
            check_entry(c, array, first, bucket, slot, heap);
        }
    }
}

/* Follows every chain of an array; of an old one those not evacuated. */
static void check_array(check *c, th_array_word array, bool old, const th_bytes_heap *heap) {
    const th_array *a = th_array_of(array);
    uint64_t main = th_array_main(array);
    if (a->used < main || a->used > a->capacity) {
        broken(c, "%llu buckets used of %llu", (unsigned long long)a->used, (unsigned long long)a->capacity);
        return;
    }
    uint8_t *seen = calloc(a->used - main + 1, 1);
    if (seen == NULL) {
        abort();
    }
    uint64_t overflow = 0;
    for (uint64_t first = old ? c->m->h.nevacuate : 0; first < main && !c->broken; first++) {
        uint8_t before = TH_MIN_TOPHASH; /* the state of the slot before, in the whole chain */
        uint64_t index = first;
        for (;;) {
            uint8_t *bucket = th_bucket_at(c->s, array, index);
            check_bucket(c, array, first, bucket, &before, heap);
            uint64_t link = th_load32(bucket + TH_OVERFLOW_OFFSET);
            if (link == 0) {
                if (before == TH_EMPTY_ONE) {
                    broken(c, "the chain of bucket %llu ends in an empty slot that is not rest",
                           (unsigned long long)first);
                }
                break;
            }
            uint64_t next = main + link - 1;
            if (next <= index || next >= a->used || seen[link - 1]++) {
                broken(c, "bucket %llu links to %llu", (unsigned long long)index, (unsigned long long)next);
                break;
            }
            overflow++;
            index = next;
        }
    }
    if (!old && !c->broken && overflow != a->used - main) {
        broken(c, "%llu of %llu overflow buckets are in a chain", (unsigned long long)overflow,
               (unsigned long long)(a->used - main));
    }
    if (!old && c->m->h.noverflow != th_noverflow(a->used - main, c->m->h.B)) {
        broken(c, "noverflow is %u", c->m->h.noverflow);
    }
    free(seen);
}

static int by_place(const void *a, const void *b) {
    const block *x = a;
    const block *y = b;
    if (x->heap != y->heap) {
        return (uintptr_t)x->heap < (uintptr_t)y->heap ? -1 : 1;
    }
    return x->at < y->at ? -1 : x->at > y->at;
}

/* The current heap keeps room in one piece for what compaction still brings. */
static void check_room(check *c, const th_bytes_heap *heap) {
    uint64_t to_move = heap == c->m->h.extra->bytes ? th_bytes_to_move(c->m->h.extra) : 0;
    if (heap->top > heap->limit || to_move > heap->limit - heap->top) {
        broken(c, "%llu bytes are still to move into a heap used to %llu of %llu",
               (unsigned long long)to_move, (unsigned long long)heap->top, (unsigned long long)heap->limit);
    }
}

/* Sums of used and free blocks, and after sorting: no two overlap. */
static void check_bytes(check *c, const th_bytes_heap *heap) {
    check_room(c, heap);
    uint64_t live = 0;
    for (size_t i = 0; i < c->block_count; i++) {
        live += c->blocks[i].heap == heap ? c->blocks[i].size : 0;
    }
    if (live != heap->live) {
        broken(c, "%llu bytes of keys and values, counted %llu", (unsigned long long)live,
               (unsigned long long)heap->live);
    }
    uint64_t dead = 0;
    for (uint32_t class = 0; class < TH_FREE_CLASSES && !c->broken; class ++) {
        uint64_t size = th_bytes_class_size(class);
        for (uint64_t next = heap->free[class]; next != 0;) {
            const uint8_t *at = th_bytes_at(heap, next - 1, size);
            if (at == NULL || dead > heap->dead) {
                broken(c, "the free list of %llu bytes is damaged", (unsigned long long)size);
                break;
            }
            add_block(c, heap, next - 1, size);
            dead += size;
            next = th_load64(at);
        }
    }
    if (dead > heap->dead) {
        broken(c, "%llu free bytes, counted %llu", (unsigned long long)dead, (unsigned long long)heap->dead);
    }
}

static void check_overlap(check *c) {
    if (c->block_count == 0) {
        return;
    }
    qsort(c->blocks, c->block_count, sizeof(block), by_place);
    for (size_t i = 1; i < c->block_count; i++) {
        const block *before = &c->blocks[i - 1];
        if (before->heap == c->blocks[i].heap && before->at + before->size > c->blocks[i].at) {
            broken(c, "two blocks of the bytes heap overlap at %llu", (unsigned long long)c->blocks[i].at);
        }
    }
}

int th_check_map(th_map *map, uint64_t stamp, char *message, size_t size) {
    check c = {.m = map, .message = message, .size = size};
    if (map == th_empty_map()) {
        return 1;
    }
    if (!th_may_write(map, stamp) && !(th_may_read(map, stamp) && map->h.extra->file != NULL)) {
        broken(&c, "the map is closed, or a writer has not left");
        return 0;
    }
    const th_extra *x = map->h.extra;
    c.s = &x->shape;
    if (map->h.buckets == 0) {
        if (map->h.count != 0 || map->h.oldbuckets != 0) {
            broken(&c, "entries without an array");
        }
    } else {
        if (th_array_b(map->h.buckets) != map->h.B) {
            broken(&c, "B is %u, the array's is %u", map->h.B, th_array_b(map->h.buckets));
        }
        check_array(&c, map->h.buckets, false, x->bytes);
        if (map->h.oldbuckets != 0) {
            check_array(&c, map->h.oldbuckets, true, x->old_bytes);
        }
    }
    if (!c.broken && c.entries != map->h.count) {
        broken(&c, "%llu entries, counted %llu", (unsigned long long)c.entries,
               (unsigned long long)map->h.count);
    }
    if (!c.broken && x->bytes != NULL) {
        check_bytes(&c, x->bytes);
    }
    if (!c.broken && x->old_bytes != NULL && x->old_bytes != x->bytes) {
        check_bytes(&c, x->old_bytes);
    }
    if (!c.broken) {
        check_overlap(&c);
    }
    free(c.blocks);
    return !c.broken;
}

void th_test_fail_allocation(th_heap *heap, int64_t nth) {
    __atomic_store_n(&heap->fail_after, nth, __ATOMIC_RELAXED);
}

int64_t th_test_allocations(th_heap *heap) {
    uint64_t attempts = TH_LOAD(heap->region_attempts);
    for (uint32_t i = 0; i < heap->fronts; i++) {
        attempts += heap->front[i].attempts;
    }
    return (int64_t)attempts;
}

void th_test_set_count(th_map *map, uint64_t stamp, uint64_t count) {
    if (th_may_write(map, stamp)) {
        map->h.count = count;
    }
}

void th_test_set_live_bytes(th_map *map, uint64_t stamp, uint64_t bytes) {
    if (th_may_write(map, stamp)) {
        map->h.extra->bytes->live = bytes;
        map->h.extra->old_bytes->live = bytes;
    }
}

th_status th_test_sparse(th_map *map, uint64_t stamp, uint8_t b) {
    th_status status = th_enter(map, stamp, false);
    if (status != TH_OK) {
        return status;
    }
    th_extra *x = map->h.extra;
    th_drop_arrays(map);
    map->h.buckets = th_array_new(x, b, th_overflow_first(&x->shape, b));
    map->h.B = map->h.buckets == 0 ? 0 : b;
    x->grow_at = th_grow_at(map->h.B);
    th_leave(map, stamp);
    return map->h.buckets == 0 ? TH_NO_MEMORY : TH_OK;
}

uint64_t th_test_hash(th_map *map, uint64_t stamp, const void *key, uint64_t key_len) {
    if (!th_may_read(map, stamp) || th_check_key(&map->h.extra->shape, key, key_len) != TH_OK) {
        return 0;
    }
    th_key k = th_key_of(&map->h.extra->shape, key, key_len);
    return th_key_hash(&map->h.extra->shape, &k, map->h.hash0);
}

_Static_assert(TH_TEST_FILE_CREATE == (int)TH_OS_CREATE && TH_TEST_FILE_SYNC_FOLDER == (int)TH_OS_SYNC_FOLDER,
               "the same calls");

void th_test_file_calls(int (*before)(int call, const void *data, size_t bytes, uint64_t offset)) {
    th_os_file_hooks_in_use.before = before;
}

void th_test_file_time(uint64_t now) {
    th_os_file_hooks_in_use.now = now;
}
