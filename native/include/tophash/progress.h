/* What the batches of words, bytes and entries have in common. */
#ifndef TOPHASH_PROGRESS_H
#define TOPHASH_PROGRESS_H

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * How far a batch is. done is where to start and, after the call, where to go on; set it and hits to 0 at
 * first and repeat the call while it returns TH_MORE (or TH_NEEDS_ROOM, after th_make_room). TH_OK: all n are
 * done. hits counts keys that were present.
 */
typedef struct th_progress {
    uint64_t done;
    uint64_t hits;
} th_progress;

#ifdef __cplusplus
}
#endif

#endif
