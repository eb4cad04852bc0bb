#include "hash.h"

#define XXH_INLINE_ALL
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#endif
#include <xxhash.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

uint64_t th_hash_bytes(const void *key, uint64_t length, uint32_t seed) {
    /* xxHash must not be handed NULL, which an empty key may be. */
    return XXH3_64bits_withSeed(length == 0 ? "" : key, length, seed);
}
