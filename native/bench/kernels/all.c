#include "match.h"

#include <stddef.h>

const match_kernel *match_kernels(void) {
    static match_kernel kernels[3];
#if defined(__x86_64__)
    kernels[0] = match_sse2;
#else
    kernels[0] = match_neon;
#endif
    kernels[1] = match_swar;
    return kernels;
}
