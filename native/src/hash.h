/*
 * Hashing: words, bytes that fit in a slot, and other bytes, each equal on every architecture. The bucket's
 * number is taken from the highest bits, the tophash byte from the lowest.
 */
#ifndef TH_HASH_H
#define TH_HASH_H

#include "layout.h"

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

/*
 * Keys of 8 bytes, and of 4, 2 and 1 zero-extended: one multiplication to 128 bits, folded, as in wyhash
 * (Wang Yi, github.com/wangyi-fudan/wyhash). The seed is spread over the word first (the golden ratio's
 * multiplier), the factor is wyhash's first default secret. native/test/hash_test.cc compares chain lengths
 * with the ideal distribution.
 */
TH_INLINE uint64_t th_seed_mask(uint32_t seed) {
    return seed * 0x9e3779b97f4a7c15u;
}

TH_INLINE uint64_t th_hash_word(uint64_t key, uint32_t seed) {
    uint64_t x = key ^ th_seed_mask(seed);
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)x * 0xa0761d6478bd642fu;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/*
 * Whether word keys that share a bucket under one seed are scattered by the other. The multiplication is
 * linear but for the xor before it: where the seeds' masks differ in w of the bits in which such keys differ,
 * or in all but w, the keys move together in about 2^w groups. So each 16 bits of the masks must differ in 5
 * to 11: of 10^6 random seeds 0.17% left 120 colliding keys of 4 bytes in one bucket, of these none.
 */
TH_INLINE bool th_seeds_part(uint32_t one, uint32_t other) {
    uint64_t differ = th_seed_mask(one) ^ th_seed_mask(other);
    for (unsigned shift = 0; shift < 64; shift += 16) {
        int bits = __builtin_popcountll(differ >> shift & 0xffff);
        if (bits < 5 || bits > 11) {
            return false;
        }
    }
    return true;
}

/* Keys of another fixed width, and bytes keys beyond 12 bytes: XXH3, 64 bits, with the seed (xxHash library).
 */
uint64_t th_hash_bytes(const void *key, uint64_t length, uint32_t seed);

/*
 * Bytes keys that fit in their slot: XXH3 of the slot's 16 bytes, which hold the length and the zero-padded
 * key. A constant length leaves no branch on the key's, which for words of a text is mispredicted all the
 * time.
 */
TH_INLINE uint64_t th_hash_image(uint64_t low, uint64_t high, uint32_t seed) {
    uint64_t image[2] = {low, high};
    return XXH3_64bits_withSeed(image, sizeof image, seed);
}

#endif
