/* The kernels' functions over many buckets, so that they can be timed. */
#ifndef TH_BENCH_MATCH_H
#define TH_BENCH_MATCH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The sum of the masks of `count` buckets; functions that look for a state ignore `byte`. */
typedef uint64_t match_function(const uint64_t *tophash, uint64_t count, uint8_t byte);

typedef struct match_kernel {
    const char *name;
    match_function *match;
    match_function *match_empty;
    match_function *match_live;
} match_kernel;

/* Those of this architecture that every CPU can run; ends with a NULL name. */
const match_kernel *match_kernels(void);

extern const match_kernel match_swar;
extern const match_kernel match_sse2;
extern const match_kernel match_neon;

#ifdef __cplusplus
}
#endif

#endif
