/*
 * What a file says of itself, and whether that can be: no field is gone by before it has been looked at, and
 * no two numbers are added or multiplied that could wrap.
 */
#include "file/opened_file.h"
#include "hash.h"
#include "os/file.h"
#include "sharded.h"

/* ---- the header ----------------------------------------------------------------------------------- */

static th_status read_header(th_file_reader *r, const char *path, uint64_t *bytes, th_file_error *error) {
    bool regular;
    int failed = th_os_file_open(path, &r->file, bytes, &regular);
    if (failed != 0) {
        return th_file_fail_os(error, TH_FILE_OPEN, failed);
    }
    if (!regular) {
        return th_file_fail(error, TH_FILE_KIND, 0, 0, 0);
    }
    /* What is shorter than a header may still show that it is none. */
    size_t there = *bytes < sizeof r->header ? (size_t)*bytes : sizeof r->header;
    failed = th_os_file_read(r->file, &r->header, there, 0);
    if (failed != 0) {
        return th_file_fail_os(error, TH_FILE_READ, failed);
    }
    if (there < sizeof r->header.magic ||
        memcmp(r->header.magic, TH_FILE_MAGIC, sizeof r->header.magic) != 0) {
        return th_file_fail(error, TH_FILE_FOREIGN, 0, 0, 0);
    }
    return there == sizeof r->header ? TH_OK : th_file_fail(error, TH_FILE_SIZE, 0, sizeof r->header, *bytes);
}

#define AT(field) offsetof(th_file_header, field)

/* A limit of a field at an offset. */
static bool within(th_file_error *error, uint64_t offset, uint64_t found, uint64_t least, uint64_t most) {
    if (found >= least && found <= most) {
        return true;
    }
    (void)th_file_fail(error, TH_FILE_RANGE, offset, found < least ? least : most, found);
    return false;
}

static th_status check_fields(th_file_reader *r, th_file_error *error) {
    const th_file_header *h = &r->header;
    memcpy(&r->type, &h->key_kind, sizeof r->type);
    if (th_shape_of(&r->type, &r->shape, NULL) != TH_OK ||
        (h->shards != 0 && !th_words_are_aligned(&r->type, &r->shape))) {
        return th_file_fail(error, TH_FILE_RANGE, AT(key_kind), 0, h->key_kind);
    }
    uint32_t parts = h->shards == 0 ? 1 : h->shards;
    bool fine =
        within(error, AT(header_bytes), h->header_bytes, sizeof *h, sizeof *h) &&
        within(error, AT(bucket_size), h->bucket_size, r->shape.bucket_size, r->shape.bucket_size) &&
        within(error, AT(shards), h->shards, 0, TH_MAX_SHARDS) &&
        within(error, AT(shards), h->shards & (parts - 1), 0, 0) &&
        within(error, AT(parts), h->parts, parts, parts) &&
        within(error, AT(regions), h->regions, 0, parts * TH_FILE_PART_REGIONS) &&
        within(error, AT(blocks), h->blocks, 0, h->bytes / TH_FILE_BLOCK + h->regions) &&
        within(error, AT(tables), h->tables, sizeof *h, h->bytes) &&
        within(error, AT(tables), h->tables % TH_FILE_ALIGN, 0, 0) &&
        within(error, AT(bytes), h->bytes - h->tables, th_file_table_bytes(h), th_file_table_bytes(h));
    return fine ? TH_OK : TH_BAD_FILE;
}

static th_status check_header(th_file_reader *r, uint64_t bytes, th_file_error *error) {
    const th_file_header *h = &r->header;
    if (h->version == 0 || h->version > TH_FILE_VERSION) {
        return th_file_fail(error, TH_FILE_TOO_NEW, AT(version), TH_FILE_VERSION, h->version);
    }
    uint64_t sum = XXH3_64bits(h, AT(sum));
    if (sum != h->sum) {
        return th_file_fail(error, TH_FILE_HEADER, AT(sum), h->sum, sum);
    }
    uint64_t unknown = h->features & ~(uint64_t)TH_FILE_FEATURES;
    if (unknown != 0) {
        return th_file_fail(error, TH_FILE_FEATURE, AT(features), TH_FILE_FEATURES,
                            (uint64_t)__builtin_ctzll(unknown));
    }
    if (h->bytes != bytes) {
        return th_file_fail(error, TH_FILE_SIZE, AT(bytes), h->bytes, bytes);
    }
    return check_fields(r, error);
}

th_status th_file_reader_begin(th_file_reader *r, const char *path, th_file_error *error) {
    memset(r, 0, sizeof *r);
    r->file = -1;
    uint64_t bytes;
    th_status status = read_header(r, path, &bytes, error);
    return status == TH_OK ? check_header(r, bytes, error) : status;
}

void th_file_reader_end(th_file_reader *r) {
    if (r->file >= 0) {
        th_os_file_close(r->file);
        r->file = -1;
    }
}

/* ---- the tables ----------------------------------------------------------------------------------- */

/* How far through the tables a check is. */
typedef struct progress {
    uint32_t region;
    uint64_t blocks;
    uint64_t entries;
    uint64_t end; /* of the region before */
} progress;

static uint64_t part_at(const th_file_reader *r, uint32_t i) {
    return r->header.tables + i * sizeof(th_file_part);
}

static uint64_t region_at(const th_file_reader *r, uint32_t i) {
    return part_at(r, r->header.parts) + i * sizeof(th_file_region);
}

/* Where a region lies: behind the one before, and before the tables. */
static bool check_place(const th_file_reader *r, progress *p, th_file_error *error) {
    const th_file_region *region = &r->region[p->region];
    uint64_t at = region_at(r, p->region);
    uint64_t tables = r->header.tables;
    if (!within(error, at, region->offset, p->end, tables) ||
        !within(error, at, region->offset % TH_FILE_ALIGN, 0, 0) ||
        !within(error, at + offsetof(th_file_region, bytes), region->bytes, 1, tables - region->offset)) {
        return false;
    }
    p->end = region->offset + region->bytes;
    p->blocks += th_file_blocks(region->bytes);
    return true;
}

static bool check_buckets(const th_file_reader *r, uint32_t i, const th_file_region *region, uint64_t at,
                          th_file_error *error) {
    const th_file_part *part = &r->part[i];
    uint64_t own = part_at(r, i);
    uint64_t used_at = own + offsetof(th_file_part, used);
    if (!within(error, own + offsetof(th_file_part, b), part->b, 0, TH_MAX_B)) {
        return false;
    }
    uint64_t main = (uint64_t)1 << part->b;
    /* As links have 32 bits, and the product does not wrap. */
    return within(error, used_at, part->used, main, main + UINT32_MAX) &&
           within(error, used_at, part->used, main, region->bytes / r->shape.bucket_size) &&
           within(error, at + offsetof(th_file_region, bytes), region->bytes,
                  part->used * r->shape.bucket_size, part->used * r->shape.bucket_size) &&
           within(error, own, part->entries, 1, part->used * TH_SLOTS);
}

/* next: the first segment that the run may begin with; last: no run of this part follows. */
static bool check_run(const th_file_region *region, uint64_t at, uint32_t *next, bool last,
                      th_file_error *error) {
    uint64_t first_at = at + offsetof(th_file_region, first_segment);
    uint64_t segments_at = at + offsetof(th_file_region, segments);
    if (!within(error, first_at, region->first_segment, *next, TH_SEGMENTS - 1) ||
        !within(error, segments_at, region->segments, 1, TH_SEGMENTS - region->first_segment)) {
        return false;
    }
    uint64_t all = th_file_run_bytes(region->first_segment, region->segments);
    uint64_t before = th_file_run_bytes(region->first_segment, region->segments - 1u);
    *next = region->first_segment + region->segments + 1u;
    return within(error, at + offsetof(th_file_region, bytes), region->bytes, last ? before + 1 : all, all);
}

static bool check_part(const th_file_reader *r, uint32_t i, progress *p, th_file_error *error) {
    const th_file_part *part = &r->part[i];
    uint64_t own = part_at(r, i);
    uint32_t least = part->used != 0;
    bool has_heap = least && (r->shape.key_class == TH_KEY_BYTES || r->shape.value_bytes);
    uint32_t most = has_heap ? TH_FILE_PART_REGIONS : least;
    if (!within(error, own + offsetof(th_file_part, regions), part->regions, least, most) ||
        !within(error, own + offsetof(th_file_part, regions), part->regions, 0,
                r->header.regions - p->region) ||
        !within(error, own, part->entries, 0, least ? UINT64_MAX : 0)) {
        return false;
    }
    uint64_t heap_bytes = 0;
    uint32_t next = 0;
    for (uint32_t k = 0; k < part->regions; k++, p->region++) {
        const th_file_region *region = &r->region[p->region];
        uint64_t at = region_at(r, p->region);
        uint32_t kind = k == 0 ? TH_FILE_BUCKETS : TH_FILE_SEGMENTS;
        if (!within(error, at + offsetof(th_file_region, kind), region->kind, kind, kind) ||
            !check_place(r, p, error)) {
            return false;
        }
        bool fine = k == 0 ? check_buckets(r, i, region, at, error)
                           : check_run(region, at, &next, k + 1 == part->regions, error);
        if (!fine) {
            return false;
        }
        heap_bytes += k == 0 ? 0 : region->bytes;
    }
    p->entries += part->entries;
    return within(error, own + offsetof(th_file_part, live), part->live, 0, heap_bytes);
}

th_status th_file_read_tables(th_file_reader *r, void *tables, th_file_error *error) {
    const th_file_header *h = &r->header;
    uint64_t bytes = th_file_table_bytes(h);
    int failed = th_os_file_read(r->file, tables, bytes, h->tables);
    if (failed != 0) {
        return th_file_fail_os(error, TH_FILE_READ, failed);
    }
    uint64_t sum = XXH3_64bits(tables, bytes);
    if (sum != h->tables_sum) {
        return th_file_fail(error, TH_FILE_HEADER, h->tables, h->tables_sum, sum);
    }
    r->part = tables;
    r->region = (const th_file_region *)(r->part + h->parts);
    r->sums = (const uint64_t *)(r->region + h->regions);
    progress p = {.end = sizeof *h};
    for (uint32_t i = 0; i < h->parts; i++) {
        if (!check_part(r, i, &p, error)) {
            return TH_BAD_FILE;
        }
    }
    bool fine = within(error, AT(regions), h->regions, p.region, p.region) &&
                within(error, AT(blocks), h->blocks, p.blocks, p.blocks) &&
                within(error, AT(entries), h->entries, p.entries, p.entries);
    return fine ? TH_OK : TH_BAD_FILE;
}

/* ---- telling -------------------------------------------------------------------------------------- */

/* A name in a file may lack its end. */
static void tell_name(char *to, const char *from) {
    memcpy(to, from, TH_FILE_NAME);
    to[TH_FILE_NAME - 1] = 0;
}

void th_file_tell(const th_file_reader *r, th_file_info *info) {
    const th_file_header *h = &r->header;
    if (info == NULL) {
        return;
    }
    memset(info, 0, sizeof *info);
    info->version = h->version;
    info->shards = h->shards;
    info->type = r->type;
    info->seed = h->seed;
    info->features = h->features;
    info->entries = h->entries;
    info->bytes = h->bytes;
    info->created = h->created;
    info->identity = h->sum;
    tell_name(info->key_name, h->key_name);
    tell_name(info->value_name, h->value_name);
    tell_name(info->tool, h->tool);
}

th_status th_file_read_info(const char *path, th_file_info *info, th_file_error *error) {
    if (path == NULL || info == NULL) {
        return TH_INVALID;
    }
    th_file_reader r;
    th_status status = th_file_reader_begin(&r, path, error);
    if (status == TH_OK) {
        uint64_t page = th_os_page_size();
        uint64_t bytes = th_file_round_up(th_file_table_bytes(&r.header), page);
        void *tables = th_os_reserve(bytes, page);
        status = tables == NULL ? TH_NO_MEMORY : th_file_read_tables(&r, tables, error);
        if (status == TH_OK) {
            th_file_tell(&r, info);
        }
        if (tables != NULL) {
            th_os_release(tables, bytes);
        }
    }
    th_file_reader_end(&r);
    return status;
}
