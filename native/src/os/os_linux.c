#define _GNU_SOURCE

#include "os/os.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define EXPLICIT_2M ((size_t)2 << 20)
#define EXPLICIT_1G ((size_t)1 << 30)

/* Since Linux 5.14; the C library's headers may be older. Before, the call fails as if memory were missing.
 */
#if !defined(MADV_POPULATE_WRITE)
#define MADV_POPULATE_WRITE 23
#endif

_Static_assert(sizeof(pthread_mutex_t) <= sizeof(th_os_lock), "th_os_lock holds a mutex");

size_t th_os_page_size(void) {
    return (size_t)sysconf(_SC_PAGESIZE);
}

void *th_os_reserve(size_t bytes, size_t align) {
    size_t page = th_os_page_size();
    size_t slack = align > page ? align : 0;
    if (bytes + slack < bytes) {
        return NULL;
    }
    uint8_t *start =
        mmap(NULL, bytes + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED) {
        return NULL;
    }
    /* Cut the aligned part out of a mapping that is larger by one alignment. */
    size_t before = slack == 0 ? 0 : (align - ((uintptr_t)start & (align - 1))) & (align - 1);
    if (before > 0) {
        (void)munmap(start, before);
    }
    if (slack > before) {
        (void)munmap(start + before + bytes, slack - before);
    }
    return start + before;
}

/* Maps memory at an address and nowhere else. */
static bool map_at(void *address, size_t bytes, int flags, int *error) {
    void *got = mmap(address, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (got == MAP_FAILED) {
        *error = errno;
        return false;
    }
    if (got != address) { /* before Linux 4.17, which does not know MAP_FIXED_NOREPLACE */
        (void)munmap(got, bytes);
        *error = EEXIST;
        return false;
    }
    return true;
}

void *th_os_reserve_explicit(size_t bytes, size_t part, size_t page, int *error) {
    /* A free range of the right alignment first; another thread can take it meanwhile, which is a refusal. */
    uint8_t *start = th_os_reserve(bytes, page);
    *error = ENOMEM;
    if (start == NULL) {
        return NULL;
    }
    (void)munmap(start, bytes);
    int log = page == EXPLICIT_1G ? 30 : 21;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    int explicit_flags = flags | MAP_HUGETLB | (int)((unsigned)log << MAP_HUGE_SHIFT);
    if (!map_at(start, part, explicit_flags, error)) {
        return NULL;
    }
    if (bytes > part && !map_at(start + part, bytes - part, flags | MAP_NORESERVE, error)) {
        (void)munmap(start, part);
        return NULL;
    }
    if (bytes > part) {
        th_os_advise_huge(start + part, bytes - part);
    }
    *error = 0;
    return start;
}

bool th_os_populate(void *address, size_t bytes) {
    return madvise(address, bytes, MADV_POPULATE_WRITE) == 0;
}

void th_os_release(void *address, size_t bytes) {
    /* Explicit huge pages can only be unmapped whole (EINVAL), and nothing else lies in the rest of one. */
    for (size_t page = th_os_page_size(); munmap(address, (bytes + page - 1) / page * page) != 0;) {
        if (errno != EINVAL || page == EXPLICIT_1G) {
            return;
        }
        page = page < EXPLICIT_2M ? EXPLICIT_2M : EXPLICIT_1G;
    }
}

bool th_os_discard(void *address, size_t bytes) {
    return madvise(address, bytes, MADV_DONTNEED) == 0;
}

void th_os_advise_huge(void *address, size_t bytes) {
    (void)madvise(address, bytes, MADV_HUGEPAGE);
}

void th_os_advise_small(void *address, size_t bytes) {
    (void)madvise(address, bytes, MADV_NOHUGEPAGE);
}

bool th_os_random32(uint32_t *value) {
    ssize_t got;
    do {
        got = getrandom(value, sizeof *value, 0);
    } while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof *value;
}

uint64_t th_os_thread(void) {
    return (uint64_t)pthread_self(); /* an address, on every libc of Linux */
}

void th_os_pause(void) {
    struct timespec fifty_microseconds = {.tv_sec = 0, .tv_nsec = 50000};
    (void)nanosleep(&fifty_microseconds, NULL);
}

const char *th_os_getenv(const char *name) {
    return getenv(name);
}

static pthread_mutex_t *mutex_of(th_os_lock *lock) {
    return (pthread_mutex_t *)(void *)lock;
}

void th_os_lock_init(th_os_lock *lock) {
    (void)pthread_mutex_init(mutex_of(lock), NULL);
}

void th_os_lock_acquire(th_os_lock *lock) {
    (void)pthread_mutex_lock(mutex_of(lock));
}

void th_os_lock_release(th_os_lock *lock) {
    (void)pthread_mutex_unlock(mutex_of(lock));
}

void th_os_lock_destroy(th_os_lock *lock) {
    (void)pthread_mutex_destroy(mutex_of(lock));
}
