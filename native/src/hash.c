#include "hash.h"

uint64_t th_hash_bytes(const void *key, uint64_t length, uint32_t seed) {
    /* xxHash must not be handed NULL, which an empty key may be. */
    return XXH3_64bits_withSeed(length == 0 ? "" : key, length, seed);
}
