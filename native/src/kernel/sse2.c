#if defined(__x86_64__)

#include "kernel/sse2.h"

#include "engine.inc.h"

#else
/* A translation unit must not be empty. */
typedef int th_no_sse2;
#endif
