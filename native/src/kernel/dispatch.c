/* The choice of the kernel, made when the library is loaded, and the calls that go through it. */
#include "functions.h"
#include "os/os.h"

extern const th_functions avx2_functions;
extern const th_functions sse2_functions;
extern const th_functions neon_functions;
extern const th_functions swar_functions;

typedef struct kernel_entry {
    const char *name;
    const th_functions *functions;
    bool (*available)(void); /* NULL: everywhere, as SSE2 and NEON belong to their baselines */
} kernel_entry;

#if defined(__x86_64__)
/* Asks the CPU, and whether the OS saves the registers (XCR0). */
static bool has_avx2(void) {
    __builtin_cpu_init(); /* may be called before constructors have run */
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0 &&
           __builtin_cpu_supports("bmi2") != 0;
}
#endif

/* Best first. */
static const kernel_entry kernels[] = {
#if defined(__x86_64__)
    {"avx2", &avx2_functions, has_avx2},
    {"sse2", &sse2_functions, NULL},
#elif defined(__aarch64__)
    {"neon", &neon_functions, NULL},
#endif
    {"swar", &swar_functions, NULL},
};
#define KERNELS (sizeof kernels / sizeof kernels[0])

const th_functions *th_functions_in_use = NULL;

static bool available(size_t i) {
    return kernels[i].available == NULL || kernels[i].available();
}

const char *th_kernel_at(uint32_t i) {
    for (size_t k = 0; k < KERNELS; k++) {
        if (available(k) && i-- == 0) {
            return kernels[k].name;
        }
    }
    return NULL;
}

th_status th_kernel_select(const char *name) {
    for (size_t i = 0; name != NULL && i < KERNELS; i++) {
        if (strcmp(kernels[i].name, name) == 0 && available(i)) {
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
        (void)th_kernel_select(th_kernel_at(0));
    }
}

#define TH_EXPORT(result, name, params, args)                                                                \
    result th_##name params {                                                                                \
        return __atomic_load_n(&th_functions_in_use, __ATOMIC_RELAXED)->name[TH_COLUMN(stamp)] args;         \
    }
TH_PUBLIC_FUNCTIONS(TH_EXPORT)
