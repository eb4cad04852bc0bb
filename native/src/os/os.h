/*
 * What the engine asks of the operating system; os_linux.c answers. Addresses and sizes are multiples of
 * th_os_page_size() unless said otherwise. Calls may be made from any thread.
 */
#ifndef TH_OS_OS_H
#define TH_OS_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes in a page. */
size_t th_os_page_size(void);

/*
 * Reserves `bytes` of zeroed, readable and writable memory whose pages appear when touched; NULL when
 * refused. `align` is a power of two of at least a page.
 */
void *th_os_reserve(size_t bytes, size_t align);

/*
 * The same, aligned to `page`, with the first `part` bytes in explicit huge pages of that size (2 MiB or 1
 * GiB; part is a multiple of it), which are set aside for it at once. NULL: refused, with the reason in
 * *error: ENOMEM when the system's pool has not enough of them.
 */
void *th_os_reserve_explicit(size_t bytes, size_t part, size_t page, int *error);

/* Touches every page of a range for writing, without a fault that could end the process. false: some are
 * missing. */
bool th_os_populate(void *address, size_t bytes);

/* Ends a reservation: all of it, though it may be longer than `bytes` where it has explicit huge pages at its
 * end. */
void th_os_release(void *address, size_t bytes);

/*
 * Gives the pages back; the range stays readable and writable and reads as zeros. false: the OS refused
 * (memory that was locked, for example), and the range is as it was.
 */
bool th_os_discard(void *address, size_t bytes);

/* Bytes of a range that memory of its own stands behind; the whole range when the OS does not say. */
uint64_t th_os_resident(const void *address, size_t bytes);

/* Bytes in transparent huge pages of the mappings that a range is part of; 0 when the OS does not say. */
uint64_t th_os_huge(const void *address, size_t bytes);

/*
 * Adds the resident bytes of a range to those of the NUMA nodes they lie on, extrapolated from a sample of
 * its pages; nodes from `count` - 1 on are added up in the last one. Adds nothing when the OS does not say.
 */
void th_os_nodes(const void *address, size_t bytes, uint64_t *node_bytes, uint32_t count);

/* Asks for transparent huge pages in a range. Advice: failure is ignored. */
void th_os_advise_huge(void *address, size_t bytes);

/* Asks for none, likewise. */
void th_os_advise_small(void *address, size_t bytes);

/*
 * Asks that pages of a range come from NUMA nodes as a TH_PLACE_* mode other than TH_PLACE_HEAP says,
 * TH_PLACE_SPREAD like TH_PLACE_PREFER; `nodes` as in th_placement, for the modes that have some. move: pages
 * that are elsewhere are moved, waiting for what else uses them; those that cannot be moved stay, and count
 * as a failure (EIO). 0, or the errno of the kernel's refusal: EPERM in a container, ENOSYS, EINVAL for nodes
 * that there are not.
 */
int th_os_place(void *address, size_t bytes, uint8_t mode, const uint64_t *nodes, bool move);

/* Number of the CPU that the caller runs on, or did a moment ago; 0 when the OS does not say. */
uint32_t th_os_cpu(void);

/* 32 random bits from the kernel. false when it has none to give. */
bool th_os_random32(uint32_t *value);

/* A number of the calling thread that no other live thread has; not 0. */
uint64_t th_os_thread(void);

/* Lets another thread run for a short while. */
void th_os_pause(void);

/* The value of an environment variable, or NULL. */
const char *th_os_getenv(const char *name);

/* A mutual-exclusion lock. Zeroed memory is an unlocked lock. */
typedef struct th_os_lock {
    uint64_t opaque[8];
} th_os_lock;

void th_os_lock_init(th_os_lock *lock);
void th_os_lock_acquire(th_os_lock *lock);
void th_os_lock_release(th_os_lock *lock);
void th_os_lock_destroy(th_os_lock *lock);

#endif
