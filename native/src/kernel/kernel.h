/*
 * The contract of a kernel: what the engine asks of eight tophash bytes at once. A kernel header defines
 * TH_KERNEL (its name) and four functions over the bytes as one little-endian word:
 *
 *   th_mask kernel_match(uint64_t word, uint8_t byte)   slots whose byte equals `byte`
 *   th_mask kernel_match_rest(uint64_t word)            slots that are TH_EMPTY_REST
 *   th_mask kernel_match_empty(uint64_t word)           slots that are TH_EMPTY_REST or TH_EMPTY_ONE
 *   th_mask kernel_match_live(uint64_t word)            slots that hold an entry
 *
 * A mask has one bit a slot, in slot order; TH_MASK_SHIFT tells the distance of the bits: slot =
 * bit >> TH_MASK_SHIFT. Masks are exact: no bit is set for a slot that does not match.
 */
#ifndef TH_KERNEL_KERNEL_H
#define TH_KERNEL_KERNEL_H

#include "layout.h"

typedef uint64_t th_mask;

#define TH_JOIN_(a, b) a##_##b
#define TH_JOIN(a, b) TH_JOIN_(a, b)
/* The name of a function compiled once per kernel: sse2_long_word_get. */
#define TH_K(name) TH_JOIN(TH_KERNEL, name)

#define TH_MASK_SLOT(mask) ((uint32_t)__builtin_ctzll(mask) >> TH_MASK_SHIFT)
#define TH_MASK_NEXT(mask) ((mask) & ((mask)-1))
#define TH_MASK_COUNT(mask) ((uint32_t)__builtin_popcountll(mask))

#endif
