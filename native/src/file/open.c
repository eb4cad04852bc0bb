/*
 * Opening: a map file's regions are mapped where an ordinary map has its arrays, behind descriptors of our
 * own. So what bounds the links and references in a file is never taken from where the file can be changed
 * meanwhile: sizes are checked once, and then lie in memory of the heap.
 *
 * An opened map is marked as being written to for ever, like the map that is always empty, so that no quick
 * writer goes on.
 */
#include "file/opened_file.h"
#include "functions.h"
#include "memory/heap.h"
#include "os/file.h"
#include "sharded.h"

/* ---- the address range ---------------------------------------------------------------------------- */

static uint64_t align_of(uint64_t bytes, uint64_t page) {
    return bytes >= TH_FILE_HUGE ? TH_FILE_ALIGN_2M : page;
}

/*
 * Where the regions go, counted from the start of the range, and how long that is.
 * Buckets have a page of ours before them, runs of segments reach to the end of the last one.
 */
static uint64_t plan_range(const th_file_reader *r, uint64_t page, uint64_t *places, uint64_t *align) {
    uint64_t at = 0;
    *align = page;
    for (uint32_t i = 0; i < r->header.regions; i++) {
        const th_file_region *region = &r->region[i];
        bool buckets = region->kind == TH_FILE_BUCKETS;
        uint64_t own = align_of(region->bytes, page);
        *align = own > *align ? own : *align;
        at = th_file_round_up(th_file_round_up(at, page) + (buckets ? sizeof(th_array) : 0), own);
        places[i] = at;
        at += buckets ? region->bytes : th_file_run_bytes(region->first_segment, region->segments);
    }
    return th_file_round_up(at, page);
}

/* Puts a region in its place; where its part of the file is not a whole number of pages, a copy. */
static th_status map_region(const th_file_reader *r, const th_file_region *region, uint8_t *address,
                            uint64_t page, th_file_error *error) {
    if (region->offset % page != 0) {
        int failed = th_os_file_read(r->file, address, region->bytes, region->offset);
        return failed == 0 ? TH_OK : th_file_fail_os(error, TH_FILE_READ, failed);
    }
    int failed = th_os_file_map(r->file, address, region->bytes, region->offset);
    if (failed != 0) {
        return th_file_fail_os(error, TH_FILE_MAP, failed);
    }
    if (region->bytes >= TH_FILE_HUGE) {
        th_os_file_advise_random(address, region->bytes);
        th_os_advise_huge(address, region->bytes);
    }
    return TH_OK;
}

static th_status map_all(th_heap *heap, const th_file_reader *r, th_opened *file, uint64_t *places,
                         th_file_error *error) {
    uint64_t page = th_os_page_size();
    uint64_t align;
    file->range_bytes = plan_range(r, page, places, &align);
    if (file->range_bytes == 0) {
        return TH_OK;
    }
    file->range = th_heap_new_range(heap, file->range_bytes, align);
    if (file->range == NULL) {
        return TH_NO_MEMORY;
    }
    file->watch = th_os_watch_begin(file->range, file->range_bytes);
    if (file->watch == NULL) {
        return TH_NO_MEMORY;
    }
    uint64_t blocks = 0;
    for (uint32_t i = 0; i < r->header.regions; i++) {
        const th_file_region *region = &r->region[i];
        uint8_t *address = file->range + places[i];
        file->region[i] = (th_opened_region){address, region->bytes, region->offset, blocks};
        file->regions = i + 1;
        blocks += th_file_blocks(region->bytes);
        th_status status = map_region(r, region, address, page, error);
        if (status != TH_OK) {
            return status;
        }
    }
    return TH_OK;
}

/* Makes what stands for the file, with its tables behind it, and maps it. */
static th_status new_file(th_heap *heap, th_file_reader *r, th_opened **made, th_file_error *error) {
    const th_file_header *h = &r->header;
    uint64_t fixed = sizeof(th_opened) + h->parts * sizeof(th_opened_part) +
                     h->regions * (sizeof(th_opened_region) + sizeof(uint64_t));
    uint64_t bytes = fixed + th_file_table_bytes(h);
    th_opened *file = th_heap_new(heap, bytes, bytes, TH_POLICY_OF_HEAP);
    if (file == NULL) {
        return TH_NO_MEMORY;
    }
    file->bytes = bytes;
    file->parts = h->parts;
    file->part = (th_opened_part *)(file + 1);
    file->region = (th_opened_region *)(file->part + h->parts);
    uint64_t *places = (uint64_t *)(file->region + h->regions);
    th_status status = th_file_read_tables(r, (uint8_t *)file + fixed, error);
    if (status == TH_OK) {
        file->sums = r->sums;
        status = map_all(heap, r, file, places, error);
    }
    if (status != TH_OK) {
        th_opened_close(heap, file);
        return status;
    }
    uint32_t region = 0;
    for (uint32_t i = 0; i < h->parts; i++) {
        file->part[i] = (th_opened_part){.live = r->part[i].live,
                                         .first_region = region,
                                         .regions = r->part[i].regions,
                                         .has_array = r->part[i].used != 0};
        region += r->part[i].regions;
    }
    *made = file;
    return TH_OK;
}

/* ---- maps ----------------------------------------------------------------------------------------- */

/* The descriptor of a part's buckets, of which nothing is in the file. */
static th_array_word describe_array(const th_opened_region *region, const th_file_part *part) {
    uint8_t *base = (uint8_t *)(uintptr_t)region->address;
    th_array *a = (th_array *)(void *)(base - sizeof(th_array));
    a->capacity = part->used;
    a->used = part->used;
    a->bytes = sizeof(th_array) + region->bytes;
    return (th_array_word)(uintptr_t)base | (63u - part->b);
}

/* Segments in the mapped runs. */
static void describe_bytes(const th_file_reader *r, const th_opened *file, const th_opened_part *part,
                           th_bytes_heap *heap) {
    uint64_t all = 0;
    for (uint32_t i = part->first_region + 1; i < part->first_region + part->regions; i++) {
        const th_file_region *run = &r->region[i];
        uint64_t start = th_segment_start(run->first_segment);
        for (uint32_t k = run->first_segment; k < run->first_segment + run->segments; k++) {
            heap->segments[k] = (uint8_t *)(uintptr_t)file->region[i].address + (th_segment_start(k) - start);
        }
        heap->top = start + run->bytes;
        heap->limit = th_segment_start(run->first_segment + run->segments);
        all += run->bytes;
    }
    heap->live = part->live;
    heap->dead = all - part->live;
}

static void retire_map(th_heap *heap, th_map *m, th_bytes_heap *bytes, th_policy policy) {
    if (bytes != NULL) {
        th_heap_retire(heap, bytes, sizeof *bytes);
    }
    if (m->h.extra != NULL) {
        th_heap_retire(heap, m->h.extra, sizeof *m->h.extra);
    }
    th_heap_retire_header(heap, m);
    th_policy_leave(heap, policy);
}

static void fill_map(const th_file_reader *r, const th_opened *file, uint32_t i, th_map *m,
                     th_bytes_heap *bytes) {
    const th_file_part *part = &r->part[i];
    th_extra *x = m->h.extra;
    x->shape = r->shape;
    x->type = r->type;
    x->index = (uint16_t)i;
    m->h.count = part->entries;
    m->h.flags = TH_WRITING;
    m->h.hash0 = r->header.seed;
    if (part->used != 0) {
        m->h.B = part->b;
        m->h.noverflow = th_noverflow(part->used - ((uint64_t)1 << part->b), part->b);
        m->h.buckets = describe_array(&file->region[file->part[i].first_region], part);
        x->grow_at = th_grow_at(part->b);
    }
    if (bytes != NULL) {
        describe_bytes(r, file, &file->part[i], bytes);
        x->bytes = bytes;
        x->old_bytes = bytes;
    }
}

static uint64_t begin_stamp(th_map *m, uint32_t column) {
    uint64_t generation = (m->stamp & ~(TH_STAMP_GENERATION - 1)) + TH_STAMP_GENERATION;
    uint64_t stamp = generation | (uint64_t)column << 1;
    __atomic_store_n(&m->stamp, stamp, __ATOMIC_RELEASE);
    return stamp;
}

/* The map of a part. NULL: no memory, or no policy. */
static th_map *new_map(th_heap *heap, const th_file_reader *r, th_opened *file, uint32_t i, th_shards *whole,
                       th_status *status) {
    th_policy policy;
    *status = th_policy_enter(heap, NULL, &policy);
    if (*status != TH_OK) {
        return NULL;
    }
    *status = TH_NO_MEMORY;
    th_map *m = th_heap_new_header(heap);
    if (m == NULL) {
        th_policy_leave(heap, policy);
        return NULL;
    }
    m->h.extra = th_heap_new(heap, sizeof *m->h.extra, sizeof *m->h.extra, policy);
    bool has_bytes = file->part[i].regions > 1;
    th_bytes_heap *bytes =
        has_bytes && m->h.extra != NULL ? th_heap_new(heap, sizeof *bytes, sizeof *bytes, policy) : NULL;
    if (m->h.extra == NULL || (has_bytes && bytes == NULL)) {
        retire_map(heap, m, bytes, policy);
        return NULL;
    }
    m->h.extra->memory = heap;
    m->h.extra->policy = policy;
    m->h.extra->file = file;
    m->h.extra->whole = whole;
    fill_map(r, file, i, m, bytes);
    (void)begin_stamp(m, th_shape_id(&r->shape));
    *status = TH_OK;
    return m;
}

static th_shards *new_shards(th_heap *heap, const th_file_reader *r, th_opened *file) {
    uint32_t count = r->header.shards;
    size_t bytes = th_shards_bytes(count);
    th_shards *all = th_heap_new(heap, bytes, bytes, TH_POLICY_OF_HEAP);
    if (all != NULL) {
        all->shape = r->shape;
        all->type = r->type;
        all->memory = heap;
        all->file = file;
        all->seed = r->header.seed;
        all->count = count;
    }
    return all;
}

/* The same for a file of shards, all of which are made. */
static th_map *new_sharded(th_heap *heap, const th_file_reader *r, th_opened *file, th_status *status) {
    th_policy policy;
    *status = th_policy_enter(heap, NULL, &policy);
    if (*status != TH_OK) {
        return NULL;
    }
    *status = TH_NO_MEMORY;
    th_map *m = th_heap_new_header(heap);
    th_shards *all = m == NULL ? NULL : new_shards(heap, r, file);
    uint32_t made = 0;
    for (; all != NULL && made < all->count; made++) {
        th_map *shard = new_map(heap, r, file, made, all, status);
        if (shard == NULL) {
            break;
        }
        shard->h.flags = TH_WRITING | TH_LOCKED;
        all->part[made] = (th_part){shard, shard->h.buckets};
    }
    if (all == NULL || made < all->count) {
        while (made > 0) {
            th_close_shard(all->part[--made].shard);
        }
        if (all != NULL) {
            th_heap_retire(heap, all, th_shards_bytes(all->count));
        }
        if (m != NULL) {
            th_heap_retire_header(heap, m);
        }
        th_policy_leave(heap, policy);
        return NULL;
    }
    all->policy = policy;
    m->h.flags = TH_WRITING;
    m->h.noverflow = th_part_mask(all->count);
    m->h.hash0 = all->seed;
    m->h.oldbuckets = (uint64_t)(uintptr_t)all;
    (void)begin_stamp(m, th_sharded_column(&r->shape));
    return m;
}

static th_status open_checked(th_heap *heap, th_file_reader *r, th_map **map, uint64_t *stamp,
                              th_file_error *error) {
    th_opened *file;
    th_status status = new_file(heap, r, &file, error);
    if (status != TH_OK) {
        return status;
    }
    th_map *m = r->header.shards == 0 ? new_map(heap, r, file, 0, NULL, &status)
                                      : new_sharded(heap, r, file, &status);
    if (m == NULL) {
        th_opened_close(heap, file);
        return status;
    }
    *map = m;
    *stamp = th_load_stamp(m);
    return TH_OK;
}

th_status th_file_open_map(th_heap *heap, const char *path, const th_type *type, th_map **map,
                           uint64_t *stamp, th_file_info *info, th_file_error *error) {
    th_file_reader r;
    th_status status = th_file_reader_begin(&r, path, error);
    if (status == TH_OK && type != NULL && memcmp(type, &r.type, sizeof r.type) != 0) {
        status = th_file_fail(error, TH_FILE_TYPE, offsetof(th_file_header, key_kind), 0, 0);
    }
    if (status == TH_OK) {
        status = open_checked(heap, &r, map, stamp, error);
    }
    if (status == TH_OK) {
        th_file_tell(&r, info);
    }
    th_file_reader_end(&r);
    return status;
}

th_status th_map_open(th_heap *heap, const char *path, const th_type *type, th_map **map, uint64_t *stamp,
                      th_file_info *info, th_file_error *error) {
    if (heap == NULL || path == NULL || map == NULL || stamp == NULL || !th_heap_is_deferred(heap)) {
        return TH_INVALID;
    }
    return th_file_open_map(heap, path, type, map, stamp, info, error);
}

/* ---- the file of a map ---------------------------------------------------------------------------- */

const th_opened *th_file_of(const th_map *map, uint64_t stamp, uint32_t *part) {
    *part = UINT32_MAX;
    if (th_is_sharded(stamp)) {
        const th_shards *all = th_shards_of(map);
        return all == NULL ? NULL : all->file;
    }
    const th_extra *x = map->h.extra;
    if (x == NULL) {
        return NULL;
    }
    *part = x->whole == NULL ? 0 : x->index;
    return x->file;
}

th_status th_map_file_state(th_map *map, uint64_t stamp) {
    if (map == NULL) {
        return TH_INVALID;
    }
    if (!th_may_read(map, stamp)) {
        return TH_CLOSED;
    }
    uint32_t part;
    const th_opened *file = th_file_of(map, stamp, &part);
    if (file == NULL) {
        return TH_INVALID;
    }
    return file->watch != NULL && th_os_watch_is_cut(file->watch) ? TH_BAD_FILE : TH_OK;
}
