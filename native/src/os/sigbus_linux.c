/*
 * Pages of a mapped file that are gone: cut off, or unreadable. The kernel then sends the thread that touches
 * one SIGBUS. The handler looks the address up in a table of what map files are mapped at, puts a page of
 * zeros there and lets the thread go on; zeros are an empty bucket. Every other SIGBUS goes to the handler
 * that was there before: a JVM's, which has mapped files of its own, or the system's, which ends the process.
 *
 * The table is read in the handler, so without locks, and is never freed. A place in it is given back when
 * nobody can be reading in its range any more (th_region_free), so that no fault meets a range that is
 * leaving.
 */
#define _GNU_SOURCE

#include "os/file.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

struct th_os_watch {
    uintptr_t start; /* 0: free; TAKEN: about to be filled */
    uintptr_t end;
    uint32_t cut; /* pages that were missing */
    uint32_t spare[3];
};

#define TAKEN ((uintptr_t)1)
#define WATCHES 127u

/*
 * From so many missing pages on, all that follows in the range goes at once: most likely the file was cut
 * off, and each page by itself would be a mapping of its own, of which a process may have 65,530.
 */
#define CUT_PAGES 64u

typedef struct watches {
    struct watches *next;
    uint64_t spare[3];
    th_os_watch watch[WATCHES];
} watches;

static watches first_watches;
static struct sigaction previous; /* the handler that was there before */
static uintptr_t page_size;
static th_os_lock install_lock; /* of the following */
static bool installed;

/* The watch of an address, or NULL. */
static th_os_watch *find(uintptr_t address) {
    for (watches *some = &first_watches; some != NULL;
         some = __atomic_load_n(&some->next, __ATOMIC_ACQUIRE)) {
        for (uint32_t i = 0; i < WATCHES; i++) {
            th_os_watch *watch = &some->watch[i];
            uintptr_t start = __atomic_load_n(&watch->start, __ATOMIC_ACQUIRE);
            if (start > TAKEN && address >= start &&
                address < __atomic_load_n(&watch->end, __ATOMIC_RELAXED)) {
                return watch;
            }
        }
    }
    return NULL;
}

/* Puts zeros in the place of a missing page. */
static bool replace(th_os_watch *watch, uintptr_t address) {
    uintptr_t page = address / page_size * page_size;
    uint32_t cut = __atomic_add_fetch(&watch->cut, 1, __ATOMIC_RELAXED);
    uintptr_t end = __atomic_load_n(&watch->end, __ATOMIC_RELAXED);
    return (cut <= CUT_PAGES && th_os_file_unmap((void *)page, page_size) == 0) ||
           th_os_file_unmap((void *)page, end - page) == 0;
}

/* As if this handler were not there. */
static void pass_on(int number, siginfo_t *info, void *context) {
    if ((previous.sa_flags & SA_SIGINFO) != 0) {
        previous.sa_sigaction(number, info, context);
    } else if (previous.sa_handler == SIG_DFL || (previous.sa_handler == SIG_IGN && info->si_code > 0)) {
        /* The system's way of ending: the instruction faults again; what another process sent is sent again.
         */
        struct sigaction standard;
        memset(&standard, 0, sizeof standard);
        standard.sa_handler = SIG_DFL;
        (void)sigaction(SIGBUS, &standard, NULL);
        if (info->si_code <= 0) {
            (void)raise(SIGBUS);
        }
    } else if (previous.sa_handler != SIG_IGN) {
        previous.sa_handler(number);
    }
}

static void on_sigbus(int number, siginfo_t *info, void *context) {
    int error = errno;
    uintptr_t address = (uintptr_t)info->si_addr;
    th_os_watch *watch = info->si_code > 0 ? find(address) : NULL;
    if (watch == NULL || !replace(watch, address)) {
        pass_on(number, info, context);
    }
    errno = error;
}

static void install(void) {
    page_size = th_os_page_size();
    struct sigaction ours;
    if (sigaction(SIGBUS, NULL, &previous) != 0) {
        return;
    }
    memset(&ours, 0, sizeof ours);
    ours.sa_sigaction = on_sigbus;
    ours.sa_mask = previous.sa_mask;
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK | (previous.sa_flags & (SA_NODEFER | SA_RESTART));
    (void)sigaction(SIGBUS, &ours, NULL);
}

/* A free place in the table, taken. */
static th_os_watch *take(watches *some) {
    for (uint32_t i = 0; i < WATCHES; i++) {
        uintptr_t free = 0;
        if (__atomic_compare_exchange_n(&some->watch[i].start, &free, TAKEN, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED)) {
            return &some->watch[i];
        }
    }
    return NULL;
}

/* The piece of the table after another, which is made if there is none. */
static watches *after(watches *some) {
    watches *next = __atomic_load_n(&some->next, __ATOMIC_ACQUIRE);
    if (next != NULL) {
        return next;
    }
    size_t bytes = (sizeof(watches) + page_size - 1) / page_size * page_size;
    watches *fresh = th_os_reserve(bytes, page_size);
    if (fresh != NULL &&
        !__atomic_compare_exchange_n(&some->next, &next, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        th_os_release(fresh, bytes);
        return next;
    }
    return fresh;
}

th_os_watch *th_os_watch_begin(void *address, size_t bytes) {
    th_os_lock_acquire(&install_lock);
    if (!installed) {
        install();
        installed = true;
    }
    th_os_lock_release(&install_lock);
    for (watches *some = &first_watches; some != NULL; some = after(some)) {
        th_os_watch *watch = take(some);
        if (watch != NULL) {
            __atomic_store_n(&watch->cut, 0, __ATOMIC_RELAXED);
            __atomic_store_n(&watch->end, (uintptr_t)address + bytes, __ATOMIC_RELAXED);
            __atomic_store_n(&watch->start, (uintptr_t)address, __ATOMIC_RELEASE);
            return watch;
        }
    }
    return NULL;
}

bool th_os_watch_is_cut(const th_os_watch *watch) {
    return __atomic_load_n(&watch->cut, __ATOMIC_RELAXED) != 0;
}

void th_os_watch_end(const void *address) {
    for (watches *some = &first_watches; some != NULL;
         some = __atomic_load_n(&some->next, __ATOMIC_ACQUIRE)) {
        for (uint32_t i = 0; i < WATCHES; i++) {
            if (__atomic_load_n(&some->watch[i].start, __ATOMIC_RELAXED) == (uintptr_t)address) {
                __atomic_store_n(&some->watch[i].start, 0, __ATOMIC_RELEASE);
                return;
            }
        }
    }
}
