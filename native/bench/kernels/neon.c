#include "kernel/neon.h"

#include "match.inc.h"
