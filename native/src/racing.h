/*
 * Memory that threads read while one of them writes it: buckets and blocks of a shard (shard.inc.h). The
 * writer stores and the readers load whole words with atomic accesses, so that what a reader gets is
 * something that was written; whether it goes together it finds out afterwards, by the bucket's version.
 * (Boehm, "Can seqlocks get along with programming language memory models?", MSPC 2012: the data has to be
 * atomic too.) Relaxed accesses of words are the same instructions as ordinary ones on both architectures.
 */
#ifndef TH_RACING_H
#define TH_RACING_H

#include "layout.h"

/*
 * Between two stores that readers might see apart. Built for ThreadSanitizer a writer lets others go first
 * there, so that they do; otherwise it is nothing.
 */
#if defined(__SANITIZE_THREAD__) || defined(TH_HESITATES)
#include <sched.h>
#define TH_HESITATE() ((void)sched_yield())
#else
#define TH_HESITATE() ((void)0)
#endif

/* ThreadSanitizer knows no fences; it has no use for them here either, as all these accesses are atomic. */
#if defined(__SANITIZE_THREAD__)
#define TH_FENCE(order) ((void)0)
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TH_FENCE(order) ((void)0)
#endif
#endif
#ifndef TH_FENCE
#define TH_FENCE(order) __atomic_thread_fence(order)
#endif

TH_INLINE bool th_is_aligned(const void *p, uint32_t size) {
    return ((uintptr_t)p & (size - 1)) == 0;
}

/*
 * The same address, whose constant part the compiler leaves to the access. It folds one into the access of
 * ordinary memory by itself, but an atomic one it does not look into, and computes each address anew.
 */
TH_INLINE const uint8_t *th_offset_last(const uint8_t *p, size_t offset) {
    p -= offset;
    __asm__("" : "+r"(p));
    return p + offset;
}

TH_INLINE uint64_t th_racing_load64(const void *p) {
    return __atomic_load_n((const uint64_t *)p, __ATOMIC_RELAXED);
}

TH_INLINE uint32_t th_racing_load32(const void *p) {
    return __atomic_load_n((const uint32_t *)p, __ATOMIC_RELAXED);
}

TH_INLINE void th_racing_store64(void *p, uint64_t v) {
    __atomic_store_n((uint64_t *)p, v, __ATOMIC_RELAXED);
}

/* A word of 1, 2, 4 or 8 bytes, zero-extended; 0 bytes are 0. It lies at a multiple of its size. */
TH_INLINE uint64_t th_racing_load_n(const void *p, uint32_t size) {
    switch (size) {
    case 0:
        return 0;
    case 1:
        return __atomic_load_n((const uint8_t *)p, __ATOMIC_RELAXED);
    case 2:
        return __atomic_load_n((const uint16_t *)p, __ATOMIC_RELAXED);
    case 4:
        return th_racing_load32(p);
    default:
        return th_racing_load64(p);
    }
}

/* Stores one; a word that is not aligned, which no shard has, in any way. */
TH_INLINE void th_racing_store_n(void *p, uint32_t size, uint64_t v) {
    if (size == 0) {
        return;
    }
    if (TH_UNLIKELY(!th_is_aligned(p, size))) {
        th_store_n(p, size, v);
        return;
    }
    switch (size) {
    case 1:
        __atomic_store_n((uint8_t *)p, (uint8_t)v, __ATOMIC_RELAXED);
        break;
    case 2:
        __atomic_store_n((uint16_t *)p, (uint16_t)v, __ATOMIC_RELAXED);
        break;
    case 4:
        __atomic_store_n((uint32_t *)p, (uint32_t)v, __ATOMIC_RELAXED);
        break;
    default:
        th_racing_store64(p, v);
        break;
    }
}

/* The same for a word that changes what a map holds: who reads it sees all that the writer did before. */
TH_INLINE void th_racing_publish_n(void *p, uint32_t size, uint64_t v) {
    if (TH_UNLIKELY(size == 0 || !th_is_aligned(p, size))) {
        th_store_n(p, size, v);
        return;
    }
    switch (size) {
    case 1:
        __atomic_store_n((uint8_t *)p, (uint8_t)v, __ATOMIC_RELEASE);
        break;
    case 2:
        __atomic_store_n((uint16_t *)p, (uint16_t)v, __ATOMIC_RELEASE);
        break;
    case 4:
        __atomic_store_n((uint32_t *)p, (uint32_t)v, __ATOMIC_RELEASE);
        break;
    default:
        __atomic_store_n((uint64_t *)p, v, __ATOMIC_RELEASE);
        break;
    }
}

/* Copies to memory that is being read. Bytes that are not part of an aligned word go one by one. */
TH_INLINE void th_racing_copy_in(void *to, const void *from, uint64_t length) {
    uint8_t *at = to;
    const uint8_t *source = from;
    uint64_t i = 0;
    if (TH_LIKELY(th_is_aligned(at, 8))) {
        for (; i + 8 <= length; i += 8) {
            th_racing_store64(at + i, th_load64(source + i));
        }
    }
    if (th_is_aligned(at + i, 4) && i + 4 <= length) {
        __atomic_store_n((uint32_t *)(void *)(at + i), th_load32(source + i), __ATOMIC_RELAXED);
        i += 4;
    }
    for (; i < length; i++) {
        __atomic_store_n(at + i, source[i], __ATOMIC_RELAXED);
    }
}

/* Copies from memory that is being written. */
TH_INLINE void th_racing_copy_out(void *to, const void *from, uint64_t length) {
    uint8_t *at = to;
    const uint8_t *source = from;
    uint64_t i = 0;
    if (TH_LIKELY(th_is_aligned(source, 8))) {
        for (; i + 8 <= length; i += 8) {
            th_store64(at + i, th_racing_load64(source + i));
        }
    }
    if (th_is_aligned(source + i, 4) && i + 4 <= length) {
        th_store32(at + i, th_racing_load32(source + i));
        i += 4;
    }
    for (; i < length; i++) {
        at[i] = __atomic_load_n(source + i, __ATOMIC_RELAXED);
    }
}

/* Whether memory that is being written has these bytes. */
TH_INLINE bool th_racing_equal(const void *stored, const void *bytes, uint64_t length) {
    const uint8_t *at = stored;
    const uint8_t *other = bytes;
    uint64_t i = 0;
    if (TH_LIKELY(th_is_aligned(at, 8))) {
        for (; i + 8 <= length; i += 8) {
            if (th_racing_load64(at + i) != th_load64(other + i)) {
                return false;
            }
        }
    }
    for (; i < length; i++) {
        if (__atomic_load_n(at + i, __ATOMIC_RELAXED) != other[i]) {
            return false;
        }
    }
    return true;
}

#endif
