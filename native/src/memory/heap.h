/*
 * The memory of maps. A heap hands out three kinds of memory, all zeroed:
 *
 *   headers   64 bytes, one cache line; their pages are never given back before the heap ends, and a
 *             header's memory is never used for anything else
 *   blocks    up to TH_BLOCK_MAX bytes, aligned to 64, from size classes cut out of 1 MiB chunks
 *   regions   page-aligned address ranges of their own, committed when touched
 *
 * Freed memory is "retired". In deferred mode it is neither overwritten nor handed out again until
 * th_heap_reclaim says that no thread can still be reading it; a region's pages go back to the OS at once
 * and read as zeros. Every function may be called from any thread.
 */
#ifndef TH_MEMORY_HEAP_H
#define TH_MEMORY_HEAP_H

#include <tophash/tophash.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Number of a placement in its heap's table, see policy.c; 0 is the heap's own. */
typedef uint16_t th_policy;
#define TH_POLICY_OF_HEAP ((th_policy)0)

#define TH_HEADER_BYTES 64u
#define TH_BLOCK_ALIGN 64u
#define TH_BLOCK_MAX 32768u /* bytes; from here on a page more or less does not count */

/* A header, or NULL. Its bytes are zero, but for the 8 at offset 48 (the stamp), which survive reuse. */
void *th_heap_new_header(th_heap *heap);
void th_heap_retire_header(th_heap *heap, void *header);

/*
 * Memory for `bytes`: a block, or beyond TH_BLOCK_MAX a region; NULL when the OS or the limit refuses. It is
 * retired with the same number of bytes. dense: how much of it, from the start, will be used in any case;
 * explicit huge pages, which are taken from the system when they are mapped, are for that part.
 */
void *th_heap_new(th_heap *heap, size_t bytes, size_t dense, th_policy policy);

/*
 * The policy of a map that asks for a placement (NULL: none of its own), for as long as th_policy_leave is
 * not called. TH_INVALID, TH_LIMIT, TH_REFUSED: see placement.h.
 */
th_status th_policy_enter(th_heap *heap, const th_placement *placement, th_policy *policy);
void th_policy_leave(th_heap *heap, th_policy policy);

/* The placement that a policy stands for, and what the kernel refused of it; either may be NULL. */
void th_policy_tell(th_heap *heap, th_policy policy, th_placement *placement, th_map_stats *stats);

/*
 * Moves a part of a region, which must be a whole number of pages, to where a policy wants it, and has pages
 * that come later go there. turn: what goes to one node at a time where they are interleaved, a power of two
 * and at least a page of the region. false: the kernel has not done all of it, which the policy's statistics
 * tell.
 */
bool th_heap_move(th_heap *heap, void *part, size_t bytes, size_t turn, th_policy policy);
void th_heap_retire(th_heap *heap, void *memory, size_t bytes);

/*
 * An address range that parts of a file are put into. It is no memory of the heap's and counts for nothing
 * but what is retired. NULL: refused. Retired, it reads as zeros until th_heap_reclaim lets it go.
 */
void *th_heap_new_range(th_heap *heap, size_t bytes, size_t align);
void th_heap_retire_range(th_heap *heap, void *range, size_t bytes);

/* What a request for `bytes` really takes. */
size_t th_heap_size(size_t bytes);

/* Whether freed memory waits for th_heap_reclaim. */
bool th_heap_is_deferred(const th_heap *heap);

/* Whether memory of this size is a region. */
bool th_heap_is_region(size_t bytes);

#endif
