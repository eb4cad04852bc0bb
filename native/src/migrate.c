/*
 * Moving a live map to another placement. Regions keep their addresses and the kernel moves their pages, a
 * piece a call; blocks share their pages with other maps, so arrays and segments that are blocks are copied.
 * The header and the bookkeeping beside it, some 300 bytes and 2 KiB for a bytes heap, stay where they are.
 */
#include "map.h"
#include "memory/heap.h"
#include "os/os.h"
#include "sharded.h"

#define PIECE_BYTES TH_RELEASE_BYTES

/* The first piece of the map's regions, in the order of addresses, that does not lie below `from`. */
typedef struct th_piece {
    uint64_t from;
    uint64_t step; /* most bytes of a piece, a power of two */
    uint64_t start;
    uint64_t end;
} th_piece;

static void consider(th_piece *piece, const void *memory, uint64_t bytes) {
    if (!th_heap_is_region(bytes)) {
        return;
    }
    uint64_t page = th_os_page_size();
    uint64_t first = (uint64_t)(uintptr_t)memory;
    uint64_t end = first + (bytes + page - 1) / page * page;
    uint64_t start = first > piece->from ? first : piece->from;
    if (start < end && start < piece->start) {
        uint64_t next = (start / piece->step + 1) * piece->step;
        piece->start = start;
        piece->end = next < end ? next : end;
    }
}

static void consider_array(th_piece *piece, th_array_word array) {
    if (array != 0) {
        consider(piece, th_array_of(array), th_array_of(array)->bytes);
    }
}

static void consider_bytes(th_piece *piece, const th_bytes_heap *heap) {
    for (uint32_t k = 0; heap != NULL && k < TH_SEGMENTS; k++) {
        if (heap->segments[k] != NULL) {
            consider(piece, heap->segments[k], th_segment_size(k));
        }
    }
}

static th_piece next_piece(const th_map *m, uint64_t from) {
    const th_extra *x = m->h.extra;
    uint64_t step = x->giant ? (uint64_t)1 << 30 : PIECE_BYTES; /* such a page moves whole, or not at all */
    th_piece piece = {from, step, UINT64_MAX, UINT64_MAX};
    consider_array(&piece, m->h.buckets);
    consider_array(&piece, m->h.oldbuckets);
    consider_bytes(&piece, x->bytes);
    consider_bytes(&piece, x->old_bytes == x->bytes ? NULL : x->old_bytes);
    return piece;
}

static th_status copy_array(const th_map *m, th_array_word *array) {
    bool block = *array != 0 && !th_heap_is_region(th_array_of(*array)->bytes);
    return block ? th_array_copy(m, array) : TH_OK;
}

/* Everything of the map that is a block. TH_NO_MEMORY: the rest stays where it is. */
static th_status copy_blocks(th_map *m) {
    th_extra *x = m->h.extra;
    th_status status = copy_array(m, &m->h.buckets);
    if (status == TH_OK) {
        status = copy_array(m, &m->h.oldbuckets);
    }
    if (status == TH_OK && x->bytes != NULL) {
        status = th_bytes_copy_blocks(x->memory, x->bytes);
    }
    if (status == TH_OK && x->old_bytes != NULL && x->old_bytes != x->bytes) {
        status = th_bytes_copy_blocks(x->memory, x->old_bytes);
    }
    return status;
}

static void set_policy(th_extra *x, th_policy policy) {
    x->policy = policy;
    if (x->bytes != NULL) {
        x->bytes->policy = policy;
    }
    if (x->old_bytes != NULL) {
        x->old_bytes->policy = policy;
    }
}

static bool has_giant_pages(th_heap *memory, th_policy policy) {
    th_placement placement;
    th_policy_tell(memory, policy, &placement, NULL);
    return placement.pages == TH_PAGES_1G;
}

static th_status change_policy(th_map *m, const th_placement *placement) {
    th_extra *x = m->h.extra;
    th_policy before = x->policy;
    th_policy policy;
    th_status status = th_policy_enter(x->memory, placement, &policy);
    if (status != TH_OK) {
        return status;
    }
    set_policy(x, policy);
    status = copy_blocks(m);
    if (status != TH_OK) {
        set_policy(x, before);
        th_policy_leave(x->memory, policy);
        return status;
    }
    x->giant |= has_giant_pages(x->memory, before) || has_giant_pages(x->memory, policy);
    th_policy_leave(x->memory, before);
    return TH_OK;
}

static th_status migrate(th_map *m, const th_placement *placement, uint64_t *progress) {
    if (*progress == 0) {
        th_status status = change_policy(m, placement);
        if (status != TH_OK) {
            return status;
        }
        *progress = 1; /* no region begins below this */
    }
    th_piece piece = next_piece(m, *progress);
    if (piece.start == UINT64_MAX) {
        return TH_OK;
    }
    const th_extra *x = m->h.extra;
    th_placement wanted;
    th_policy_tell(x->memory, x->policy, &wanted, NULL);
    uint64_t turn = x->giant ? piece.step : (uint64_t)2 << 20;
    bool moved =
        th_heap_move(x->memory, (void *)(uintptr_t)piece.start, piece.end - piece.start, turn, x->policy);
    *progress = piece.end;
    return moved || !wanted.strict ? TH_MORE : TH_REFUSED;
}

th_status th_map_migrate(th_map *map, uint64_t stamp, const th_placement *placement, uint64_t *progress) {
    if (map == NULL || progress == NULL) {
        return TH_INVALID;
    }
    if (th_is_sharded(stamp)) {
        return th_sharded_migrate(map, stamp, placement);
    }
    th_status status = th_enter(map, stamp, false);
    if (status != TH_OK) {
        return status;
    }
    status = migrate(map, placement, progress);
    th_leave(map, stamp);
    return status;
}
