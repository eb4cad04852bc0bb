/*
 * Parts of a file on their way there: through a buffer of one block, whose checksum is noted when it goes.
 * Slots without an entry are zeroed in the buffer.
 */
#include "file/saving.h"
#include "hash.h"
#include "key.h"
#include "os/file.h"
#include "os/os.h"

/* ---- lists ---------------------------------------------------------------------------------------- */

bool th_list_append(th_list *to, const void *item, uint64_t bytes) {
    if (to->bytes + bytes > to->room) {
        uint64_t page = th_os_page_size();
        uint64_t room = th_file_round_up(2 * to->room + bytes, page);
        uint8_t *items = th_os_reserve(room, page);
        if (items == NULL) {
            return false;
        }
        if (to->items != NULL) {
            memcpy(items, to->items, to->bytes);
            th_os_release(to->items, to->room);
        }
        to->items = items;
        to->room = room;
    }
    if (bytes != 0) { /* a table of no rows has no memory */
        memcpy(to->items + to->bytes, item, bytes);
    }
    to->bytes += bytes;
    return true;
}

void th_list_free(th_list *list) {
    if (list->items != NULL) {
        th_os_release(list->items, list->room);
    }
}

/* ---- through the buffer --------------------------------------------------------------------------- */

/* Writes the buffer as one block and notes its checksum. */
static th_status flush(th_save *s, th_file_error *error) {
    if (s->fill == 0) {
        return TH_OK;
    }
    uint64_t sum = XXH3_64bits(s->buffer, s->fill);
    if (!th_list_append(&s->sums, &sum, sizeof sum)) {
        return TH_NO_MEMORY;
    }
    int failed = th_os_file_write(s->file, s->buffer, s->fill, s->offset);
    if (failed != 0) {
        return th_file_fail_os(error, TH_FILE_WRITE, failed);
    }
    s->offset += s->fill;
    s->fill = 0;
    return TH_OK;
}

static th_status write_bytes(th_save *s, const uint8_t *from, uint64_t bytes, th_file_error *error) {
    while (bytes > 0) {
        uint64_t room = TH_FILE_BLOCK - s->fill;
        uint64_t piece = bytes < room ? bytes : room;
        memcpy(s->buffer + s->fill, from, piece);
        s->fill += piece;
        from += piece;
        bytes -= piece;
        if (s->fill == TH_FILE_BLOCK) {
            th_status status = flush(s, error);
            if (status != TH_OK) {
                return status;
            }
        }
    }
    return TH_OK;
}

/* Begins a region behind what is written. */
static th_status begin_region(th_save *s, uint32_t kind, uint32_t first_segment, uint32_t segments,
                              uint64_t bytes) {
    s->offset = th_file_round_up(s->offset, th_file_align(bytes));
    th_file_region region = {.offset = s->offset,
                             .bytes = bytes,
                             .kind = kind,
                             .first_segment = (uint16_t)first_segment,
                             .segments = (uint16_t)segments};
    return th_list_append(&s->regions, &region, sizeof region) ? TH_OK : TH_NO_MEMORY;
}

/* ---- buckets -------------------------------------------------------------------------------------- */

/* A copy of a bucket that has nothing but its entries, its links and the states of its slots. */
static void copy_bucket(const th_shape *s, const uint8_t *bucket, uint8_t *to) {
    memcpy(to, bucket, s->bucket_size);
    th_store32(to + TH_VERSION_OFFSET, 0);
    for (uint32_t slot = 0; slot < TH_SLOTS; slot++) {
        if (to[slot] < TH_MIN_TOPHASH) {
            memset(th_bucket_key(s, to, slot), 0, s->key_size);
            memset(th_bucket_value(s, to, slot), 0, s->value_size);
        }
    }
}

static th_status write_buckets(th_save *s, th_array_word array, th_file_error *error) {
    uint64_t used = th_array_of(array)->used;
    uint32_t size = s->shape.bucket_size;
    th_status status = begin_region(s, TH_FILE_BUCKETS, 0, 0, used * size);
    for (uint64_t i = 0; i < used && status == TH_OK; i++) {
        const uint8_t *bucket = th_bucket_at(&s->shape, array, i);
        if (TH_FILE_BLOCK - s->fill > size) {
            copy_bucket(&s->shape, bucket, s->buffer + s->fill);
            s->fill += size;
        } else {
            copy_bucket(&s->shape, bucket, s->scratch);
            status = write_bytes(s, s->scratch, size, error);
        }
    }
    return status == TH_OK ? flush(s, error) : status;
}

/* ---- bytes heaps ---------------------------------------------------------------------------------- */

/* Whether a segment has blocks. */
static bool is_used(const th_bytes_heap *heap, uint32_t k) {
    return k < TH_SEGMENTS && heap->segments[k] != NULL && th_segment_start(k) < heap->top;
}

/* Writes segments first .. end of a bytes heap, the last one up to its last block. */
static th_status write_run(th_save *s, const th_bytes_heap *heap, uint32_t first, uint32_t end,
                           th_file_error *error) {
    uint64_t start = th_segment_start(first);
    uint64_t last = th_segment_start(end) < heap->top ? th_segment_start(end) : heap->top;
    th_status status = begin_region(s, TH_FILE_SEGMENTS, first, end - first, last - start);
    for (uint32_t k = first; k < end && status == TH_OK; k++) {
        uint64_t bytes = th_segment_size(k);
        uint64_t left = last - th_segment_start(k);
        status = write_bytes(s, heap->segments[k], bytes < left ? bytes : left, error);
    }
    return status == TH_OK ? flush(s, error) : status;
}

static th_status write_heap(th_save *s, const th_bytes_heap *heap, th_file_error *error) {
    th_status status = TH_OK;
    for (uint32_t k = 0; k < TH_SEGMENTS && status == TH_OK; k++) {
        if (is_used(heap, k)) {
            uint32_t first = k;
            while (is_used(heap, k)) {
                k++;
            }
            status = write_run(s, heap, first, k, error);
        }
    }
    return status;
}

/* ---- parts ---------------------------------------------------------------------------------------- */

th_status th_save_write_part(th_save *s, uint64_t entries, th_array_word array, const th_bytes_heap *bytes,
                             th_file_error *error) {
    uint64_t regions = s->regions.bytes;
    th_file_part part = {.entries = entries};
    th_status status = TH_OK;
    if (entries != 0) {
        part.used = th_array_of(array)->used;
        part.b = (uint8_t)th_array_b(array);
        status = write_buckets(s, array, error);
        if (status == TH_OK && bytes != NULL) {
            part.live = bytes->live;
            status = write_heap(s, bytes, error);
        }
    }
    part.regions = (uint32_t)((s->regions.bytes - regions) / sizeof(th_file_region));
    s->header.entries += entries;
    return status != TH_OK ? status : th_list_append(&s->parts, &part, sizeof part) ? TH_OK : TH_NO_MEMORY;
}
