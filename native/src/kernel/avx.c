/*
 * The sse2 kernel in the encoding that came with AVX, to which this file is compiled. Java code leaves the
 * upper halves of vector registers in use, and until they are cleared every instruction of the old encoding
 * pays for them: see the table in docs/decisions.md.
 */
#if defined(__x86_64__)

#define TH_KERNEL avx
#include "kernel/sse2.h"

#include "engine.inc.h"

#else
/* A translation unit must not be empty. */
typedef int th_no_avx;
#endif
