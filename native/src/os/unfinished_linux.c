/*
 * Files that are to become others once they are whole. Each is locked (flock) as long as whoever writes it is
 * alive, so that the next one who writes to the same name can tell what others have left behind. The lock is
 * the open file's: it ends with the process, however that ends, and keeps out others of the same process.
 */
#define _GNU_SOURCE

#include "os/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAMES 100u /* tried until one is free */
#define DIGITS 8u
/* A word, so that a copy that somebody has put beside the file, with a date behind its name, is none. */
#define ENDING ".unfinished"

_Static_assert(1 + DIGITS + sizeof(ENDING) <= TH_OS_SUFFIX, "the suffix");

/* Whether a file that was just made and locked is still there: it may have been taken for a dead one before.
 */
static bool is_there(int file) {
    struct stat about;
    return syscall(SYS_fstat, file, &about) != 0 || about.st_nlink > 0;
}

/* Makes a file and locks it. EEXIST: to be tried with another name. */
static int create_locked(const char *name, int *file) {
    do {
        *file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (*file < 0 && errno == EINTR);
    if (*file < 0) {
        return errno;
    }
    /* Where files cannot be locked nobody else can lock it either, and it stays. */
    bool taken = flock(*file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (taken || !is_there(*file)) {
        th_os_file_close(*file);
        return EEXIST;
    }
    return 0;
}

int th_os_file_create(const char *path, char *name, int *file) {
    int error = th_os_file_before(TH_OS_CREATE, NULL, 0, 0);
    size_t length = strlen(path);
    memcpy(name, path, length);
    for (uint32_t i = 0; error == 0 && i < NAMES; i++) {
        uint32_t random;
        if (!th_os_random32(&random)) {
            return EAGAIN;
        }
        (void)snprintf(name + length, TH_OS_SUFFIX, ".%08x" ENDING, random);
        error = create_locked(name, file);
        if (error == 0) {
            return 0;
        }
        error = error == EEXIST ? 0 : error;
    }
    return error == 0 ? EEXIST : error;
}

/* Whether a file of a folder is called as th_os_file_create calls one beside `base`. */
static bool is_unfinished(const char *name, const char *base) {
    size_t length = strlen(base);
    if (strncmp(name, base, length) != 0 || name[length] != '.') {
        return false;
    }
    const char *digits = name + length + 1;
    return strspn(digits, "0123456789abcdef") == DIGITS && strcmp(digits + DIGITS, ENDING) == 0;
}

static void remove_if_dead(int folder, const char *name) {
    int file = openat(folder, name, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0) {
        return;
    }
    struct stat about;
    bool regular = syscall(SYS_fstat, file, &about) == 0 && S_ISREG(about.st_mode);
    if (regular && flock(file, LOCK_EX | LOCK_NB) == 0) {
        (void)unlinkat(folder, name, 0);
    }
    th_os_file_close(file);
}

void th_os_file_remove_unfinished(const char *path) {
    const char *slash = strrchr(path, '/');
    int folder = th_os_folder_open(path);
    DIR *files = folder < 0 ? NULL : fdopendir(folder);
    if (files == NULL) {
        if (folder >= 0) {
            th_os_file_close(folder);
        }
        return;
    }
    const struct dirent *entry;
    while ((entry = readdir(files)) != NULL) {
        if (is_unfinished(entry->d_name, slash == NULL ? path : slash + 1)) {
            remove_if_dead(folder, entry->d_name);
        }
    }
    (void)closedir(files);
}
