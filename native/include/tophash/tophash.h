/*
 * Tophash: a bucket hash map whose memory is its own.
 *
 * This header has all of the public ones. The contract below holds for every function and is stated once.
 *
 * Status    A function that can fail returns th_status: TH_ABSENT/TH_OK (0), TH_PRESENT or TH_MORE on
 *           success, a negative code on failure. After a failure the map is unchanged, except that a batch
 *           has done the part that its progress tells.
 *
 * Heap      A th_heap owns the memory of its maps: headers, small blocks, large regions. Nothing else in
 *           this library keeps state between calls but the choice of the kernel and, from the first opened
 *           map file on, a list of where such files are mapped (th_map_open). Functions of a heap may be
 *           called from any thread.
 *
 * Map       A th_map is a header inside its heap, together with a stamp: (map, stamp) names one map for
 *           ever. Header memory stays readable until the heap is destroyed, so a call with an outdated
 *           stamp answers TH_CLOSED instead of touching what lives there now. A map has one writer at a
 *           time; any number of threads may read while none writes. A second writer is detected by best
 *           effort (TH_CONCURRENT). Racing calls give wrong answers, never a wild access, as long as the
 *           heap is in deferred mode (th_heap_options.deferred) and its promise is kept (th_heap_reclaim).
 *
 * Quick     Functions marked "quick" never allocate, grow, call the OS or call back, and end within about
 *           20 microseconds when memory is resident, plus the time to hash and compare the bytes of one
 *           long key (batches do at most TH_BATCH_CHUNK keys or 64 KiB of keys a call and return TH_MORE).
 *           They are fit for Linker.Option.critical. When they would have to do more they change nothing
 *           and return TH_NEEDS_ROOM: call th_make_room and repeat.
 *
 * Pointers  Arguments are read during the call and not kept. Results go to memory of the caller. Pointers
 *           into a map (th_find) are good until its next write.
 *
 * Bytes     A "bytes" key or value is any sequence of 0 .. TH_MAX_BYTES bytes, NUL included.
 */
#ifndef TOPHASH_TOPHASH_H
#define TOPHASH_TOPHASH_H

/* clang-format off: in the order in which they are best read */
#include "status.h"
#include "library.h"
#include "heap.h"
#include "type.h"
#include "placement.h"
#include "topology.h"
#include "map.h"
#include "sharded.h"
#include "any.h"
#include "progress.h"
#include "word.h"
#include "bytes.h"
#include "entry.h"
#include "cursor.h"
#include "stats.h"
#include "capacity.h"
#include "file.h"
/* clang-format on */

#endif
