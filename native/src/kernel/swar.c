#include "kernel/swar.h"

#include "engine.inc.h"
