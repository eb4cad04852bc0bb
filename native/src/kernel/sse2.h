/* amd64 baseline, and avx2: one comparison of eight bytes, one bit a slot. */
#ifndef TH_KERNEL_SSE2_H
#define TH_KERNEL_SSE2_H

#include "kernel/kernel.h"

#include <emmintrin.h>

#ifndef TH_KERNEL
#define TH_KERNEL sse2
#endif
#define TH_MASK_SHIFT 0

/* Only the low eight of the register's bytes are slots. */
TH_INLINE th_mask sse2_mask(__m128i equal) {
    return (th_mask)(uint32_t)_mm_movemask_epi8(equal) & 0xffu;
}

TH_INLINE th_mask kernel_match(uint64_t word, uint8_t byte) {
    return sse2_mask(_mm_cmpeq_epi8(_mm_cvtsi64_si128((int64_t)word), _mm_set1_epi8((char)byte)));
}

TH_INLINE th_mask kernel_match_rest(uint64_t word) {
    return sse2_mask(_mm_cmpeq_epi8(_mm_cvtsi64_si128((int64_t)word), _mm_setzero_si128()));
}

TH_INLINE th_mask kernel_match_empty(uint64_t word) {
    __m128i bytes = _mm_cvtsi64_si128((int64_t)word);
    return sse2_mask(_mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(TH_EMPTY_ONE)), bytes));
}

TH_INLINE th_mask kernel_match_live(uint64_t word) {
    __m128i bytes = _mm_cvtsi64_si128((int64_t)word);
    return sse2_mask(_mm_cmpeq_epi8(_mm_max_epu8(bytes, _mm_set1_epi8(TH_MIN_TOPHASH)), bytes));
}

#endif
