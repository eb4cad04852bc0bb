/*
 * Reading the small files of sysfs. Content that is not as the kernel writes it counts as absent: what is
 * half read would be worse than unknown. Nothing here allocates, waits for a writer or reads without end, so
 * that a tree of any content does no harm. Calls may be made from any thread.
 */
#ifndef TH_OS_SYSFS_LINUX_H
#define TH_OS_SYSFS_LINUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TH_SYSFS_IDS 4096u /* numbers of CPUs and nodes that a set can hold are below this */

/* A set of CPUs or nodes. */
typedef struct th_id_set {
    uint64_t words[TH_SYSFS_IDS / 64]; /* bit n % 64 of word n / 64: number n */
    bool more;                         /* the file named larger numbers too */
} th_id_set;

bool th_id_set_has(const th_id_set *set, uint32_t id);
void th_id_set_add(th_id_set *set, uint32_t id);
void th_id_set_remove(th_id_set *set, uint32_t id);
uint32_t th_id_set_count(const th_id_set *set);

/* The smallest member that is at least `from`; TH_SYSFS_IDS when there is none. */
uint32_t th_id_set_next(const th_id_set *set, uint32_t from);

/* Opens a folder below another, or by a path of its own with AT_FDCWD. The caller closes it; -1: none. */
int th_sysfs_open(int folder, const char *path);

/* Reads a list such as "0-3,7,9-12", or an empty one. false: absent or malformed, and the set is empty. */
bool th_sysfs_list(int folder, const char *path, th_id_set *set);

/* Reads up to `limit` numbers between blanks; the result is how many there are, 0: absent or malformed. */
uint32_t th_sysfs_numbers(int folder, const char *path, uint64_t *numbers, uint32_t limit);

/* Reads a file of one number; 0: absent, malformed, or 0. */
uint64_t th_sysfs_number(int folder, const char *path);

/* Bytes that a line such as "Node 0 MemTotal:  24652056 kB" tells of `field` ("MemTotal:"); 0: no such line.
 */
uint64_t th_sysfs_field_bytes(int folder, const char *path, const char *field);

#endif
