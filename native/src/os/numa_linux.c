/*
 * Memory policies, by system call: no library of its own for two calls. Constants are those of the kernel's
 * ABI (include/uapi/linux/mempolicy.h, mbind(2)).
 */
#define _GNU_SOURCE

#include "os/os.h"

#include <tophash/tophash.h>

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { POLICY_DEFAULT = 0, POLICY_PREFERRED = 1, POLICY_BIND = 2, POLICY_INTERLEAVE = 3, POLICY_LOCAL = 4 };
enum { STRICT = 1, MOVE = 2 };

static int policy_of(uint8_t mode) {
    switch (mode) {
    case TH_PLACE_LOCAL:
        return POLICY_LOCAL;
    case TH_PLACE_BIND:
        return POLICY_BIND;
    case TH_PLACE_PREFER:
    case TH_PLACE_SPREAD:
        return POLICY_PREFERRED;
    case TH_PLACE_INTERLEAVE:
        return POLICY_INTERLEAVE;
    default:
        return POLICY_DEFAULT;
    }
}

int th_os_place(void *address, size_t bytes, uint8_t mode, const uint64_t *nodes, bool move) {
    int policy = policy_of(mode);
    bool has_nodes = policy != POLICY_DEFAULT && policy != POLICY_LOCAL;
    /* One bit more than there are: the kernel takes one off (a slip of its ABI that nobody may mend any
     * more). */
    unsigned long count = has_nodes ? TH_MAX_NODES + 1 : 0;
    /* MPOL_MF_MOVE alone says nothing of pages that stay; with STRICT they are EIO. */
    unsigned long flags = move ? MOVE | STRICT : 0;
    unsigned long mask[TH_MAX_NODES / (8 * sizeof(unsigned long))] = {0};
    if (has_nodes) {
        memcpy(mask, nodes, sizeof mask);
    }
    return syscall(SYS_mbind, address, bytes, policy, has_nodes ? mask : NULL, count, flags) == 0 ? 0 : errno;
}

uint32_t th_os_cpu(void) {
    int cpu = sched_getcpu();
    return cpu < 0 ? 0 : (uint32_t)cpu;
}
