/* The library itself: its version, and which kernel it probes with. */
#ifndef TOPHASH_LIBRARY_H
#define TOPHASH_LIBRARY_H

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TH_VERSION_MAJOR 0
#define TH_VERSION_MINOR 1
#define TH_VERSION_PATCH 0

/* "0.1.0". Static storage. */
TH_API const char *th_version(void);

/*
 * The probing kernel in use: "avx2", "sse2", "neon" or "swar". Chosen when the library is loaded: the best
 * the CPU has, or the one that the environment variable TOPHASH_KERNEL names if the CPU has it.
 */
TH_API const char *th_kernel(void);

/* Name of the i-th kernel this CPU can run, best first; NULL past the last. */
TH_API const char *th_kernel_at(uint32_t i);

/*
 * Selects a kernel by name for the whole process. TH_INVALID for a name that th_kernel_at does not list.
 * Maps do not depend on the kernel; switching between two calls is allowed, also for existing maps.
 */
TH_API th_status th_kernel_select(const char *name);

#ifdef __cplusplus
}
#endif

#endif
