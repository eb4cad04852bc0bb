/* The choice of the kernel, made when the library is loaded, and the calls that go through it. */
#include "functions.h"
#include "os/os.h"

extern const th_functions sse2_functions;
extern const th_functions neon_functions;
extern const th_functions swar_functions;

typedef struct kernel_entry {
    const char *name;
    const th_functions *functions;
} kernel_entry;

/* Best first. SSE2 and NEON belong to the baseline of their architecture, so there is nothing to ask. */
static const kernel_entry kernels[] = {
#if defined(__x86_64__)
    {"sse2", &sse2_functions},
#elif defined(__aarch64__)
    {"neon", &neon_functions},
#endif
    {"swar", &swar_functions},
};
#define KERNELS (sizeof kernels / sizeof kernels[0])

const th_functions *th_functions_in_use = NULL;

const char *th_kernel_at(uint32_t i) {
    return i < KERNELS ? kernels[i].name : NULL;
}

th_status th_kernel_select(const char *name) {
    for (size_t i = 0; name != NULL && i < KERNELS; i++) {
        if (strcmp(kernels[i].name, name) == 0) {
            __atomic_store_n(&th_functions_in_use, kernels[i].functions, __ATOMIC_RELEASE);
            return TH_OK;
        }
    }
    return TH_INVALID;
}

const char *th_kernel(void) {
    for (size_t i = 0; i < KERNELS; i++) {
        if (kernels[i].functions == th_functions_in_use) {
            return kernels[i].name;
        }
    }
    return NULL;
}

__attribute__((constructor)) static void select_at_load(void) {
    /* A name that this CPU does not have is not an error here: th_kernel tells what was chosen. */
    if (th_kernel_select(th_os_getenv("TOPHASH_KERNEL")) != TH_OK) {
        (void)th_kernel_select(kernels[0].name);
    }
}

#define TH_EXPORT(result, name, params, args)                                                                \
    result th_##name params {                                                                                \
        return __atomic_load_n(&th_functions_in_use, __ATOMIC_RELAXED)->name args;                           \
    }
TH_PUBLIC_FUNCTIONS(TH_EXPORT)
