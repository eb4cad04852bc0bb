#include "kernel/swar.h"

#include "match.inc.h"
