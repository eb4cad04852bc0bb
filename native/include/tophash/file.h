/* Map files. docs/file-format.md says what is in them. */
#ifndef TOPHASH_FILE_H
#define TOPHASH_FILE_H

#include "map.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TH_FILE_NAME = 64,      /* bytes of a name in a file, its final NUL included */
    TH_FILE_VERSION = 1,    /* of the format that this library writes, and the newest it reads */
    TH_FILE_BLOCK = 1 << 20 /* bytes that one checksum is for */
};

/* Why a file was refused: th_file_error.reason. */
enum {
    TH_FILE_OS = 1,      /* a system call failed: error.os_error, what it was about: error.what */
    TH_FILE_KIND = 2,    /* a directory, pipe, device or the like */
    TH_FILE_FOREIGN = 3, /* no map file: it does not begin with the magic number */
    TH_FILE_TOO_NEW = 4, /* of a version (found) that this library does not know (expected) */
    TH_FILE_FEATURE = 5, /* needs a feature, bit `found` of the header's, that this library does not have */
    TH_FILE_SIZE = 6,    /* has `found` bytes in place of `expected`: cut off, or something was added */
    TH_FILE_HEADER = 7, /* header or tables are damaged: checksum `found` in place of `expected`, at offset */
    TH_FILE_RANGE = 8,  /* a field at offset has the value `found`, its limit is `expected` */
    TH_FILE_BLOCK_SUM = 9, /* the block at offset is damaged: checksum `found` in place of `expected` */
    TH_FILE_ENTRY = 10,    /* the bucket at offset has an entry that cannot be there, or `found` entries are
                              there in place of `expected` */
    TH_FILE_TYPE = 11,     /* keys and values are not of the type asked for */
    TH_FILE_CUT = 12       /* the file was cut off while it was open */
};

/* Which system call: th_file_error.what. */
enum { TH_FILE_OPEN = 1, TH_FILE_READ, TH_FILE_WRITE, TH_FILE_MAP, TH_FILE_SYNC, TH_FILE_RENAME };

typedef struct th_file_error {
    uint32_t reason;  /* TH_FILE_OS ... */
    uint32_t what;    /* with TH_FILE_OS; else 0 */
    int32_t os_error; /* errno; else 0 */
    uint32_t reserved;
    uint64_t offset; /* bytes from the start of the file */
    uint64_t expected;
    uint64_t found;
} th_file_error;

/* What a file says of itself. */
typedef struct th_file_info {
    uint32_t version;
    uint32_t shards; /* 0: of an ordinary map */
    th_type type;
    uint32_t seed;
    uint64_t features; /* none so far: 0 */
    uint64_t entries;  /* of all parts */
    uint64_t bytes;    /* of the file */
    uint64_t created;  /* seconds since 1970 */
    uint64_t identity; /* checksum of the header, which covers the tables: two files that have the same one
                          hold the same */
    char key_name[TH_FILE_NAME];   /* what keys are to the program that wrote it, such as "long" */
    char value_name[TH_FILE_NAME]; /* the same of values */
    char tool[TH_FILE_NAME];       /* program and version that wrote it */
} th_file_info;

/*
 * Saves maps. th_save_begin makes a file beside `path` (its name, eight random digits and
 * ".unfinished") and removes those that processes which were ended have left there, th_save_part adds a map,
 * and th_save_commit writes what is in memory still, syncs the file, renames it to `path` and syncs the
 * folder. After a failure, and a crash at any moment, `path` is whole: what it was, or from the rename on
 * what was saved (TH_BAD_FILE may then still say that the folder could not be synced). th_save_end gives back
 * what a save holds, and removes the file beside `path` if it was not committed; call it always.
 *
 * names: key_name, value_name and tool of th_file_info, at most TH_FILE_NAME - 1 bytes each. shards: 0 for an
 * ordinary map, which is one part; otherwise as many parts follow, in their order, of the same type, and
 * `seed` is the sharded map's. A part is an ordinary map, perhaps one opened from a file; an ordinary (not
 * quick) call of its writer. It need not change the map; an unfinished growth is ended first, and a map of
 * which long keys or values were removed or replaced is copied in its heap for as long as the call takes: for
 * both TH_NO_MEMORY is possible. Removed keys and values leave nothing in the file. th_shard_copy makes parts
 * of shards; shards of an opened map can be parts themselves. TH_BAD_FILE: *error tells why; nothing can be
 * done with the save but th_save_end. TH_INVALID: a map of another type, more parts than were announced, or
 * in th_save_commit fewer. error may be NULL everywhere.
 *
 * One thread at a time uses a save. Several saves to one path do not disturb each other: the last to commit
 * wins.
 */
typedef struct th_save th_save;
TH_API th_status th_save_begin(const char *path, const th_type *type, uint32_t shards, uint32_t seed,
                               const char *key_name, const char *value_name, const char *tool, th_save **save,
                               th_file_error *error);
TH_API th_status th_save_part(th_save *save, th_map *map, uint64_t stamp, th_file_error *error);
TH_API th_status th_save_commit(th_save *save, th_file_error *error);
TH_API void th_save_end(th_save *save);

/*
 * Copies a shard's entries to an ordinary map of its own, with the shard's seed, in the shard's heap. For
 * whoever has the shard's lock; takes about as long as copying its memory. NULL in *copy: it has none.
 */
TH_API th_status th_shard_copy(th_map *map, uint64_t stamp, uint32_t index, th_map **copy,
                               uint64_t *copy_stamp);

/*
 * Opens a map file for reading: the map's arrays are the file's pages. Of its content only header and tables
 * are read, and checked. type (may be NULL): the type that the map must have. The map counts little to the
 * heap; it is read by any number of threads at once, batches, walks and statistics included; what would
 * change it answers TH_READ_ONLY. The heap must be in deferred mode. Damage that nobody looked for
 * (th_map_verify) makes lookups find the wrong thing, and nothing worse. The file may be renamed, removed or
 * replaced by another of the same name meanwhile, not written to; if it is cut off, pages that are gone read
 * as zeros and th_map_file_state tells so: for that the library handles SIGBUS from the first opened file on,
 * and passes on what is not about its files. Closing lets go of the file at once, also under late readers.
 * th_map_stats counts mapped bytes as reserved, and of those as resident what is in memory. info may be
 * NULL. TH_BAD_FILE: *error tells why.
 */
TH_API th_status th_map_open(th_heap *heap, const char *path, const th_type *type, th_map **map,
                             uint64_t *stamp, th_file_info *info, th_file_error *error);

/*
 * Makes a map of its own from a file that was verified on the way; with options (may be NULL) as
 * th_map_create has, of which expected_size and shards are looked at as well: a file of a sharded map can be
 * loaded as an ordinary one and the other way round. The seed is a new one unless the options have one.
 */
TH_API th_status th_map_load(th_heap *heap, const char *path, const th_type *type,
                             const th_map_options *options, th_map **map, uint64_t *stamp, th_file_info *info,
                             th_file_error *error);

/* Reads what a file says of itself, and checks its header and tables, and its size. */
TH_API th_status th_file_read_info(const char *path, th_file_info *info, th_file_error *error);

/*
 * Of a map opened from a file, in any thread: th_map_verify compares every block with its checksum, and
 * every entry with where it must lie and with those of the same chain, as no key is there twice; th_map_warm
 * has the kernel read the file ahead (TH_OK when it has begun); th_map_file_state is TH_OK, or TH_BAD_FILE
 * once a page of it was missing. TH_INVALID for other maps. The first two are not quick.
 */
TH_API th_status th_map_verify(th_map *map, uint64_t stamp, th_file_error *error);
TH_API th_status th_map_warm(th_map *map, uint64_t stamp);
TH_API th_status th_map_file_state(th_map *map, uint64_t stamp);

#ifdef __cplusplus
}
#endif

#endif
