#define _GNU_SOURCE

#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(off_t) == 8, "files of more than 2 GiB");

th_os_file_hooks th_os_file_hooks_in_use;

int th_os_file_before(int call, const void *data, size_t bytes, uint64_t offset) {
    const th_os_file_hooks *hooks = &th_os_file_hooks_in_use;
    return hooks->before == NULL ? 0 : hooks->before(call, data, bytes, offset);
}

static int open_again(const char *path, int flags, mode_t mode) {
    int file;
    do {
        file = open(path, flags | O_CLOEXEC, mode);
    } while (file < 0 && errno == EINTR);
    return file;
}

int th_os_file_open(const char *path, int *file, uint64_t *size, bool *regular) {
    struct stat about;
    *file = open_again(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (*file < 0) {
        return errno;
    }
    /* By number, as glibc has given the function another name since 2.33. */
    if (syscall(SYS_fstat, *file, &about) != 0) {
        int error = errno;
        th_os_file_close(*file);
        *file = -1;
        return error;
    }
    *regular = S_ISREG(about.st_mode);
    *size = (uint64_t)about.st_size;
    return 0;
}

int th_os_file_read(int file, void *to, size_t bytes, uint64_t offset) {
    for (size_t done = 0; done < bytes;) {
        ssize_t got = pread(file, (uint8_t *)to + done, bytes - done, (off_t)(offset + done));
        if (got == 0) {
            return ENODATA;
        }
        if (got < 0 && errno != EINTR) {
            return errno;
        }
        done += got < 0 ? 0 : (size_t)got;
    }
    return 0;
}

int th_os_file_write(int file, const void *from, size_t bytes, uint64_t offset) {
    int error = th_os_file_before(TH_OS_WRITE, from, bytes, offset);
    for (size_t done = 0; error == 0 && done < bytes;) {
        ssize_t got = pwrite(file, (const uint8_t *)from + done, bytes - done, (off_t)(offset + done));
        if (got < 0 && errno != EINTR) {
            error = errno;
        } else if (got == 0) {
            error = EIO;
        }
        done += got < 0 ? 0 : (size_t)got;
    }
    return error;
}

static int sync_again(int file) {
    while (fsync(file) != 0) {
        if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

int th_os_file_sync(int file) {
    int error = th_os_file_before(TH_OS_SYNC, NULL, 0, 0);
    return error != 0 ? error : sync_again(file);
}

int th_os_file_rename(const char *from, const char *to) {
    int error = th_os_file_before(TH_OS_RENAME, NULL, 0, 0);
    return error != 0 ? error : rename(from, to) == 0 ? 0 : errno;
}

int th_os_folder_open(const char *path) {
    char folder[4096]; /* what the kernel takes at most */
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - path);
    if (length >= sizeof folder) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(folder, path, length);
    folder[length] = 0;
    return open_again(slash == NULL ? "." : length == 0 ? "/" : folder, O_RDONLY | O_DIRECTORY, 0);
}

int th_os_file_sync_folder(const char *path) {
    int error = th_os_file_before(TH_OS_SYNC_FOLDER, NULL, 0, 0);
    if (error != 0) {
        return error;
    }
    int folder = th_os_folder_open(path);
    if (folder < 0) {
        return errno == EACCES ? 0 : errno; /* a folder that may be written to but not read */
    }
    error = sync_again(folder);
    th_os_file_close(folder);
    return error == EINVAL || error == ENOTSUP || error == EROFS ? 0 : error;
}

void th_os_file_remove(const char *path) {
    (void)unlink(path);
}

void th_os_file_close(int file) {
    (void)close(file); /* interrupted, it is closed on Linux all the same */
}

uint64_t th_os_now(void) {
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return th_os_file_hooks_in_use.now != 0 ? th_os_file_hooks_in_use.now : (uint64_t)now.tv_sec;
}

int th_os_file_map(int file, void *address, size_t bytes, uint64_t offset) {
    void *got = mmap(address, bytes, PROT_READ, MAP_SHARED | MAP_FIXED, file, (off_t)offset);
    return got == MAP_FAILED ? errno : 0;
}

int th_os_file_unmap(void *address, size_t bytes) {
    void *got =
        mmap(address, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    return got == MAP_FAILED ? errno : 0;
}

void th_os_file_advise_random(void *address, size_t bytes) {
    (void)madvise(address, bytes, MADV_RANDOM);
}

/* The whole pages that a range is in. */
static void pages_of(const void *address, size_t bytes, uintptr_t *first, size_t *all) {
    size_t page = th_os_page_size();
    *first = (uintptr_t)address / page * page;
    *all = ((uintptr_t)address + bytes - *first + page - 1) / page * page;
}

int th_os_file_read_ahead(const void *address, size_t bytes) {
    uintptr_t first;
    size_t all;
    pages_of(address, bytes, &first, &all);
    return madvise((void *)first, all, MADV_WILLNEED) == 0 ? 0 : errno;
}

uint64_t th_os_file_resident(const void *address, size_t bytes) {
    uintptr_t first;
    size_t all;
    pages_of(address, bytes, &first, &all);
    size_t page = th_os_page_size();
    unsigned char pages[1024];
    uint64_t resident = 0;
    for (size_t done = 0; done < all;) {
        size_t count = (all - done) / page < sizeof pages ? (all - done) / page : sizeof pages;
        if (mincore((void *)(first + done), count * page, pages) != 0) {
            return bytes;
        }
        for (size_t i = 0; i < count; i++) {
            resident += (pages[i] & 1u) * page;
        }
        done += count * page;
    }
    return resident < bytes ? resident : bytes;
}
