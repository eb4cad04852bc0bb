/*
 * Portable: arithmetic on a 64-bit word, and the oracle that the other kernels are compared with. A byte of
 * ((x & 0x7f) + 0x7f) | x has its top bit clear exactly if x is 0; no carry leaves a byte, so masks are
 * exact (the shorter classic form reports a 1 after a 0; Warren, Hacker's Delight, section 6-1).
 */
#ifndef TH_KERNEL_SWAR_H
#define TH_KERNEL_SWAR_H

#include "kernel/kernel.h"

#define TH_KERNEL swar
#define TH_MASK_SHIFT 3

#define SWAR_LOW 0x0101010101010101u
#define SWAR_HIGH 0x8080808080808080u

TH_INLINE th_mask swar_zero_bytes(uint64_t word) {
    return ~(((word & ~SWAR_HIGH) + ~SWAR_HIGH) | word) & SWAR_HIGH;
}

TH_INLINE th_mask kernel_match(uint64_t word, uint8_t byte) {
    return swar_zero_bytes(word ^ (SWAR_LOW * byte));
}

TH_INLINE th_mask kernel_match_rest(uint64_t word) {
    return swar_zero_bytes(word);
}

TH_INLINE th_mask kernel_match_empty(uint64_t word) {
    return swar_zero_bytes(word & ~(SWAR_LOW * TH_EMPTY_ONE));
}

TH_INLINE th_mask kernel_match_live(uint64_t word) {
    return (((word & ~SWAR_HIGH) + SWAR_LOW * (0x80u - TH_MIN_TOPHASH)) | word) & SWAR_HIGH;
}

#endif
