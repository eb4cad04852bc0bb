#define _GNU_SOURCE

#include "os/os.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

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

void th_os_release(void *address, size_t bytes) {
    (void)munmap(address, bytes);
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
