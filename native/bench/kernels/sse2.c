#include "kernel/sse2.h"

#include "match.inc.h"
