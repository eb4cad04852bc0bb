/* Included after a kernel's header: defines match_<kernel>. */
#include "match.h"

/* The empty statement hides a mask from the compiler, which would otherwise match several buckets at once. */
#define TH_MATCH_ALL(function, mask)                                                                         \
    static uint64_t function(const uint64_t *tophash, uint64_t count, uint8_t byte) {                        \
        uint64_t sum = 0;                                                                                    \
        for (uint64_t i = 0; i < count; i++) {                                                               \
            uint64_t word = tophash[i];                                                                      \
            (void)byte;                                                                                      \
            th_mask slots = mask;                                                                            \
            __asm__("" : "+r"(slots));                                                                       \
            sum += slots;                                                                                    \
        }                                                                                                    \
        return sum;                                                                                          \
    }

TH_MATCH_ALL(match, kernel_match(word, byte))
TH_MATCH_ALL(match_empty, kernel_match_empty(word))
TH_MATCH_ALL(match_live, kernel_match_live(word))

#define TH_TEXT_(name) #name
#define TH_TEXT(name) TH_TEXT_(name)

const match_kernel TH_JOIN(match, TH_KERNEL) = {TH_TEXT(TH_KERNEL), match, match_empty, match_live};
