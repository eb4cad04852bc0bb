#include "opened.h"

#include "os/file.h"
#include "sharded.h"

bool th_is_opened(const th_map *m, uint64_t stamp) {
    if (th_is_sharded(stamp)) {
        const th_shards *all = th_shards_of(m);
        return all != NULL && all->file != NULL;
    }
    const th_extra *x = m->h.extra;
    return x != NULL && x->file != NULL;
}

void th_opened_close(th_heap *memory, th_opened *file) {
    if (file->range != NULL) {
        th_heap_retire_range(memory, file->range, file->range_bytes);
    }
    th_heap_retire(memory, file, file->bytes);
}

void th_opened_add(const th_opened *file, bool full, th_map_stats *stats) {
    uint64_t own = th_heap_size(file->bytes);
    stats->header_bytes += own;
    stats->reserved_bytes += own;
    stats->pool_bytes += th_heap_is_region(file->bytes) ? 0 : own;
    stats->resident_bytes += full ? own : 0;
    for (uint32_t i = 0; i < file->regions; i++) {
        const th_opened_region *region = &file->region[i];
        stats->reserved_bytes += region->bytes;
        stats->resident_bytes += full ? th_os_file_resident(region->address, region->bytes) : 0;
    }
}
