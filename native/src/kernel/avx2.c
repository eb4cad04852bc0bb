/*
 * The sse2 kernel compiled for CPUs since Haswell: AVX2, BMI1 and BMI2. Java code leaves the upper halves of
 * vector registers in use, and until they are cleared every vector instruction of the old encoding pays for
 * them; and shifts, multiplications and bit scans take fewer instructions. Tables in docs/decisions.md.
 */
#if defined(__x86_64__)

#define TH_KERNEL avx2
#include "kernel/sse2.h"

#include "engine.inc.h"

#else
/* A translation unit must not be empty. */
typedef int th_no_avx2;
#endif
