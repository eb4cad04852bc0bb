#if defined(__aarch64__)

#include "kernel/neon.h"

#include "engine.inc.h"

#else
/* A translation unit must not be empty. */
typedef int th_no_neon;
#endif
