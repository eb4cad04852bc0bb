/* arm64 baseline: one comparison of eight bytes, the top bit of each byte kept. */
#ifndef TH_KERNEL_NEON_H
#define TH_KERNEL_NEON_H

#include "kernel/kernel.h"

#include <arm_neon.h>

#define TH_KERNEL neon
#define TH_MASK_SHIFT 3

TH_INLINE th_mask neon_mask(uint8x8_t equal) {
    return vget_lane_u64(vreinterpret_u64_u8(equal), 0) & 0x8080808080808080u;
}

TH_INLINE th_mask kernel_match(uint64_t word, uint8_t byte) {
    return neon_mask(vceq_u8(vcreate_u8(word), vdup_n_u8(byte)));
}

TH_INLINE th_mask kernel_match_rest(uint64_t word) {
    return neon_mask(vceq_u8(vcreate_u8(word), vdup_n_u8(TH_EMPTY_REST)));
}

TH_INLINE th_mask kernel_match_empty(uint64_t word) {
    return neon_mask(vcle_u8(vcreate_u8(word), vdup_n_u8(TH_EMPTY_ONE)));
}

TH_INLINE th_mask kernel_match_live(uint64_t word) {
    return neon_mask(vcge_u8(vcreate_u8(word), vdup_n_u8(TH_MIN_TOPHASH)));
}

#endif
