/*
 * Files, as map files need them. Calls that can fail answer 0 or an errno; interrupted ones are repeated and
 * short ones continued. A file is its descriptor; negative: none.
 */
#ifndef TH_OS_FILE_H
#define TH_OS_FILE_H

#include "os/os.h"

/* ---- files that are not whole yet: unfinished_linux.c --------------------------------------------- */

/* Bytes that th_os_file_create adds to a path, its final NUL included. */
#define TH_OS_SUFFIX 24u

/*
 * Makes a file beside `path` for writing, and locks it until it is closed; name, which has room for the path
 * and TH_OS_SUFFIX bytes, tells what it is called.
 */
int th_os_file_create(const char *path, char *name, int *file);

/*
 * Removes what th_os_file_create has made beside `path` for processes that ended before they could rename or
 * remove it. Those that somebody has open for writing stay, and all where files cannot be locked.
 */
void th_os_file_remove_unfinished(const char *path);

/* ---- reading and writing: file_linux.c ------------------------------------------------------------ */

/* Opens for reading, whatever kind of file it is, without waiting for one who writes. */
int th_os_file_open(const char *path, int *file, uint64_t *size, bool *regular);

/* Opens the folder that a path names a file of; negative: errno tells why not. */
int th_os_folder_open(const char *path);

/* All `bytes` bytes at an offset. ENODATA: the file ends before them. */
int th_os_file_read(int file, void *to, size_t bytes, uint64_t offset);
int th_os_file_write(int file, const void *from, size_t bytes, uint64_t offset);

int th_os_file_sync(int file);
int th_os_file_rename(const char *from, const char *to);
/* Syncs the folder that a path names a file of; 0 also where folders cannot be synced. */
int th_os_file_sync_folder(const char *path);
/* Failures of these are of no use to anybody. */
void th_os_file_remove(const char *path);
void th_os_file_close(int file);

/* Seconds since 1970. */
uint64_t th_os_now(void);

/* What tests put between a save and the system: see check.h. */
typedef struct th_os_file_hooks {
    /* Before each call of a save, in the order below; an errno makes it fail, 0 lets it go on. */
    int (*before)(int call, const void *data, size_t bytes, uint64_t offset);
    uint64_t now; /* in place of the clock's, unless 0 */
} th_os_file_hooks;
extern th_os_file_hooks th_os_file_hooks_in_use;
enum { TH_OS_CREATE, TH_OS_WRITE, TH_OS_SYNC, TH_OS_RENAME, TH_OS_SYNC_FOLDER };

/* Asks them. */
int th_os_file_before(int call, const void *data, size_t bytes, uint64_t offset);

/* ---- mapping -------------------------------------------------------------------------------------- */

/*
 * Puts a part of a file in the place of reserved memory, for reading. Address and offset are multiples of a
 * page; what of the last page is beyond `bytes` is the file's, too.
 */
int th_os_file_map(int file, void *address, size_t bytes, uint64_t offset);

/* Puts zeros, of which no file is part any more, in its place again. */
int th_os_file_unmap(void *address, size_t bytes);

/* Advice about mapped parts: that reads go here and there, and that all of it will be read soon. */
void th_os_file_advise_random(void *address, size_t bytes);
int th_os_file_read_ahead(const void *address, size_t bytes);

/* Bytes of a mapped part that are in memory; all of it when the OS does not say. */
uint64_t th_os_file_resident(const void *address, size_t bytes);

/* ---- missing pages: sigbus_linux.c ---------------------------------------------------------------- */

/*
 * A range of addresses that parts of one file are mapped in. A page whose part of the file is gone is
 * replaced by zeros when it is touched, and the range is marked.
 */
typedef struct th_os_watch th_os_watch;

/* Begins to watch a range. NULL: there is no memory for that. */
th_os_watch *th_os_watch_begin(void *address, size_t bytes);

/* Whether a page of the range was missing. */
bool th_os_watch_is_cut(const th_os_watch *watch);

/* Ends the watch of the range that begins at an address, if there is one: no thread reads there any more. */
void th_os_watch_end(const void *address);

#endif
