/* The engine without its protection against misuse, to be measured beside the real one. */
#define TH_UNPROTECTED

#if defined(__x86_64__)
#include "kernel/sse2.h"
#else
#include "kernel/neon.h"
#endif

#undef TH_KERNEL
#define TH_KERNEL bare
#include "engine.inc.h"

/* Called as the public functions are: through a table that the compiler does not see into. */
const th_functions *volatile th_bare_table = &bare_functions;

uint64_t th_bare_get(th_map *map, uint64_t stamp, uint64_t key, uint64_t otherwise);
uint64_t th_bare_get(th_map *map, uint64_t stamp, uint64_t key, uint64_t otherwise) {
    return th_bare_table->word_get[TH_SHAPE_LONG](map, stamp, key, otherwise);
}

th_status th_bare_put(th_map *map, uint64_t stamp, uint64_t key, uint64_t value);
th_status th_bare_put(th_map *map, uint64_t stamp, uint64_t key, uint64_t value) {
    return th_bare_table->word_put[TH_SHAPE_LONG](map, stamp, key, value);
}
