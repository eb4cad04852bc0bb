/*
 * Tophash: a bucket hash map whose memory is its own.
 *
 * This is the only public header. The contract below holds for every function and is stated once.
 *
 * Status    A function that can fail returns th_status: TH_ABSENT/TH_OK (0), TH_PRESENT or TH_MORE on
 *           success, a negative code on failure. After a failure the map is unchanged, except that a batch
 *           has done the part that its progress tells.
 *
 * Heap      A th_heap owns the memory of its maps: headers, small blocks, large regions. Nothing else in
 *           this library keeps state between calls but the choice of the kernel and, from the first opened
 *           map file on, a list of where such files are mapped (th_map_open). Functions of a heap may be
 *           called from any thread.
 *
 * Map       A th_map is a header inside its heap, together with a stamp: (map, stamp) names one map for
 *           ever. Header memory stays readable until the heap is destroyed, so a call with an outdated
 *           stamp answers TH_CLOSED instead of touching what lives there now. A map has one writer at a
 *           time; any number of threads may read while none writes. A second writer is detected by best
 *           effort (TH_CONCURRENT). Racing calls give wrong answers, never a wild access, as long as the
 *           heap is in deferred mode (th_heap_options.deferred) and its promise is kept (th_heap_reclaim).
 *
 * Quick     Functions marked "quick" never allocate, grow, call the OS or call back, and end within about
 *           20 microseconds when memory is resident, plus the time to hash and compare the bytes of one
 *           long key (batches do at most TH_BATCH_CHUNK keys or 64 KiB of keys a call and return TH_MORE).
 * They are fit for Linker.Option.critical. When they would have to do more they change nothing and return
 * TH_NEEDS_ROOM: call th_make_room and repeat.
 *
 * Pointers  Arguments are read during the call and not kept. Results go to memory of the caller. Pointers
 *           into a map (th_find) are good until its next write.
 *
 * Bytes     A "bytes" key or value is any sequence of 0 .. TH_MAX_BYTES bytes, NUL included.
 */
#ifndef TOPHASH_TOPHASH_H
#define TOPHASH_TOPHASH_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define TH_API __attribute__((visibility("default")))
#else
#define TH_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define TH_VERSION_MAJOR 0
#define TH_VERSION_MINOR 1
#define TH_VERSION_PATCH 0

/* ---- status ------------------------------------------------------------------------------------- */

typedef int32_t th_status;

enum {
    TH_OK = 0,
    TH_ABSENT = 0,        /* the key was not in the map (a put has inserted it) */
    TH_PRESENT = 1,       /* the key was in the map */
    TH_MORE = 2,          /* a batch or a walk did its share; call again to go on */
    TH_NEEDS_ROOM = -1,   /* nothing was changed; call th_make_room, then repeat */
    TH_CLOSED = -2,       /* the stamp does not name an open map */
    TH_CONCURRENT = -3,   /* another thread is writing to this map */
    TH_NO_MEMORY = -4,    /* the OS or the heap's byte limit refused memory */
    TH_LIMIT = -5,        /* a limit of this header was exceeded */
    TH_INVALID = -6,      /* an argument is out of range or of the wrong kind */
    TH_SMALL_BUFFER = -7, /* the caller's buffers cannot hold one bucket chain; see th_cursor.needed */
    TH_BUSY = -8,         /* the heap still has maps */
    TH_REFUSED = -9,      /* the kernel refuses a placement that must be kept (th_placement.strict) */
    TH_READ_ONLY = -10,   /* the map was opened from a file: it can be read, walked, saved and closed */
    TH_BAD_FILE = -11     /* a map file cannot be read or written: th_file_error tells why */
};

/* Name of a status, for messages: "TH_CLOSED". Static storage. */
TH_API const char *th_status_name(th_status status);

/* ---- limits ------------------------------------------------------------------------------------- */

#define TH_MAX_FIXED_KEY 128u    /* bytes */
#define TH_MAX_FIXED_VALUE 1024u /* bytes */
#define TH_MAX_ALIGN 16u         /* bytes */
#define TH_MAX_BYTES 0x7fffffffu /* bytes in one variable-length key or value (a Java array's most) */
#define TH_MAX_B 40u             /* a map has at most 2^40 buckets, 7.1e12 entries */
#define TH_MAX_SHARDS 4096u      /* of a sharded map */
#define TH_BATCH_CHUNK 1024u     /* keys that one quick batch call works on at most */

/* ---- library and kernels ------------------------------------------------------------------------ */

/* "0.1.0". Static storage. */
TH_API const char *th_version(void);

/*
 * The probing kernel in use: "avx2", "sse2", "neon" or "swar". Chosen when the library is loaded: the best
 * the CPU has, or the one that the environment variable TOPHASH_KERNEL names if the CPU has it.
 */
TH_API const char *th_kernel(void);

/* Name of the i-th kernel this CPU can run, best first; NULL past the last. */
TH_API const char *th_kernel_at(uint32_t i);

/*
 * Selects a kernel by name for the whole process. TH_INVALID for a name that th_kernel_at does not list.
 * Maps do not depend on the kernel; switching between two calls is allowed, also for existing maps.
 */
TH_API th_status th_kernel_select(const char *name);

/* ---- heap --------------------------------------------------------------------------------------- */

typedef struct th_heap th_heap;

typedef struct th_heap_options {
    uint64_t byte_limit; /* most bytes of maps; 0: none. Reserved but untouched bytes count as well. */
    uint8_t deferred;    /* 0: freed memory is reused at once. 1: it waits for th_heap_reclaim. */
    uint8_t huge_pages;  /* 1: advise transparent huge pages for large regions */
    uint8_t reserved[6];
} th_heap_options;

typedef struct th_heap_stats {
    uint64_t maps;          /* open maps with a header of their own */
    uint64_t live_bytes;    /* bytes of headers, blocks and regions that open maps hold (reserved) */
    uint64_t retired_bytes; /* bytes that wait for th_heap_reclaim; their pages are back with the OS */
    uint64_t retired_items; /* how many headers, blocks and regions that is */
    uint64_t pool_bytes;    /* bytes mapped for headers and small blocks, in use or not */
    uint64_t byte_limit;    /* the limit in force; 0: none */
    uint64_t refusals;      /* how often the limit has refused an allocation */
    uint64_t refused_bytes; /* size of the allocation that was refused last */
    uint64_t refused_live;  /* live_bytes at that moment */
    uint64_t refused_here;  /* 1: the calling thread's last failed allocation was that one; else 0 */
} th_heap_stats;

/* Makes a heap; NULL options are all zero with huge pages. The caller owns it: th_heap_destroy. */
TH_API th_status th_heap_create(const th_heap_options *options, th_heap **heap);

/* Returns all its memory to the OS. TH_BUSY, and nothing done, while a map is open. */
TH_API th_status th_heap_destroy(th_heap *heap);

TH_API th_status th_heap_get_stats(th_heap *heap, th_heap_stats *stats);

/* Sets the byte limit anew; 0: none. What is held already stays, even if it is more. */
TH_API th_status th_heap_set_limit(th_heap *heap, uint64_t bytes);

/*
 * 1 when enough retired memory waits (about 16 MiB of small blocks, 1,024 regions or 1 TiB of address space)
 * that the caller should seal and reclaim; 0 otherwise. Always 0 in immediate mode.
 */
TH_API int32_t th_heap_wants_reclaim(th_heap *heap);

/* Ends the current batch of retired memory and tells its number, for th_heap_reclaim. */
TH_API th_status th_heap_seal(th_heap *heap, uint64_t *batch);

/*
 * Frees what was retired up to and including a sealed batch. The caller promises that every thread which
 * was inside a quick call when the batch was sealed has left it.
 */
TH_API th_status th_heap_reclaim(th_heap *heap, uint64_t batch);

/* ---- map types ---------------------------------------------------------------------------------- */

enum {
    TH_KIND_FIXED = 0, /* size bytes, stored in the slot */
    TH_KIND_BYTES = 1  /* any length; up to 12 bytes in the slot, longer ones in the map's bytes heap */
};

/*
 * What a map holds. Fixed keys: 1 .. TH_MAX_FIXED_KEY bytes, fixed values: 0 .. TH_MAX_FIXED_VALUE bytes,
 * align a power of two up to TH_MAX_ALIGN that divides the size. For bytes, size and align are 0.
 */
typedef struct th_type {
    uint8_t key_kind;
    uint8_t value_kind;
    uint16_t key_size;
    uint16_t key_align;
    uint16_t value_size;
    uint16_t value_align;
} th_type;

/* Bytes and offsets of a bucket for a type, all in bytes; also the answer to "is this type valid". */
typedef struct th_layout {
    uint32_t header_size; /* 48, as in Go */
    uint32_t bucket_size; /* tophash, links and eight slots, padded to its alignment */
    uint32_t bucket_align;
    uint32_t slots_offset; /* of the first key, after tophash and links */
    uint32_t key_stride;   /* from one key to the next */
    uint32_t value_offset; /* of the first value */
    uint32_t value_stride;
    uint32_t padding;    /* bytes of a bucket that hold nothing */
    uint8_t interleaved; /* 1: key,value,key,value...; 0: eight keys, then eight values */
    uint8_t reserved[3];
} th_layout;

/* TH_INVALID for a type that breaks the rules above. */
TH_API th_status th_type_layout(const th_type *type, th_layout *layout);

/* ---- placement: on which NUMA nodes memory lies, and in which pages -------------------------------- */

enum {
    TH_PLACE_HEAP = 0, /* as th_heap_set_placement says; there, and without it, first touch */
    TH_PLACE_FIRST_TOUCH =
        1, /* as the policy of the thread that touches a page first says: nearly always its node */
    TH_PLACE_LOCAL = 2,  /* the node of the thread that touches a page first, whatever that policy says */
    TH_PLACE_BIND = 3,   /* `nodes` and no others (small blocks: others too); full, the kernel may end us */
    TH_PLACE_PREFER = 4, /* the lowest of `nodes`; others when it is full */
    TH_PLACE_INTERLEAVE = 5, /* page by page over `nodes`; small blocks in turn */
    TH_PLACE_SPREAD = 6      /* each map on one of `nodes`, in turn; others when it is full */
};

enum {
    TH_PAGES_HEAP = 0,  /* as the heap says: transparent huge pages, unless its options are without them */
    TH_PAGES_HUGE = 1,  /* advise transparent huge pages: fewer TLB misses */
    TH_PAGES_SMALL = 2, /* advise against: sparse growth touches less memory */
    /* Explicit huge pages of 2 MiB from the system's pool, as many whole ones as a region will use in any
       case; they are touched when it is made and go back when it is freed. Without them as TH_PAGES_HUGE. */
    TH_PAGES_2M = 3,
    TH_PAGES_1G = 4 /* of 1 GiB; as TH_PAGES_2M for regions that use less, and, if not strict, without them */
};

#define TH_MAX_NODES 1024u     /* node numbers are below this, as in Linux */
#define TH_MAX_PLACEMENTS 255u /* different ones in use in a heap at a time */

/* Where the memory of a map lies, from its first array to its last. All zero: as the heap says. */
typedef struct th_placement {
    uint64_t nodes[TH_MAX_NODES / 64]; /* bit n % 64 of word n / 64: node n. None set: all that have memory */
    uint8_t mode;                      /* TH_PLACE_* */
    uint8_t pages;                     /* TH_PAGES_*, of regions: what is larger than 32 KiB */
    uint8_t strict;                    /* 1: refusals are failures; 0: go on without, th_map_stats tells */
    uint8_t reserved[5];
} th_placement;

/*
 * What maps get from now on whose own placement says TH_PLACE_HEAP or TH_PAGES_HEAP; NULL: first touch and
 * the heap's options. TH_INVALID: a mode, pages or nodes that there cannot be; TH_LIMIT: see th_map_create;
 * TH_REFUSED: strict, and the kernel does not take it.
 */
TH_API th_status th_heap_set_placement(th_heap *heap, const th_placement *placement);

/* ---- topology: nodes, CPUs, caches ---------------------------------------------------------------- */

enum {
    TH_TOPOLOGY_NODES = 64,    /* nodes listed at most; there are machines with ids that are not dense */
    TH_TOPOLOGY_CPUS = 4096,   /* CPU numbers are below this */
    TH_TOPOLOGY_NONE = 0xffff, /* no node, no group, no CPU */
};

typedef struct th_topology_node {
    uint64_t memory_bytes; /* 0: a node without memory */
    uint64_t free_bytes;   /* at that moment */
    uint64_t huge_2m;      /* explicit huge pages of 2 MiB in the system's pool */
    uint64_t huge_2m_free;
    uint64_t huge_1g;
    uint64_t huge_1g_free;
    uint32_t id;   /* the kernel's number of the node */
    uint32_t cpus; /* online CPUs; 0: a node of memory only */
} th_topology_node;

/* About 22 KiB: make room for it on a heap. */
typedef struct th_topology {
    th_topology_node node[TH_TOPOLOGY_NODES]; /* online nodes by id */
    uint8_t distance[TH_TOPOLOGY_NODES]
                    [TH_TOPOLOGY_NODES];  /* ACPI distance by index: 10 is local; 0: unknown */
    uint16_t cpu_node[TH_TOPOLOGY_CPUS];  /* index into node, or TH_TOPOLOGY_NONE: not online */
    uint16_t cpu_group[TH_TOPOLOGY_CPUS]; /* 0, 1, ...: shares an L3 cache, without one a node; or NONE */
    uint32_t nodes;
    uint32_t cpus; /* online */
    uint32_t groups;
    uint32_t cpu_limit; /* one more than the highest online CPU */
    uint8_t known;      /* 0: no nodes were found at the root, and this is one node with all CPUs */
    uint8_t truncated;  /* 1: there are more nodes or CPUs than this can tell */
    uint8_t reserved[6];
} th_topology;

/*
 * Reads the machine's topology below `root`, the path of a sysfs; NULL: /sys. What a container hides or a
 * kernel does not tell is filled in with what is true of a machine of one node. TH_INVALID: NULL topology.
 */
TH_API th_status th_topology_read(const char *root, th_topology *topology);

/* ---- maps --------------------------------------------------------------------------------------- */

typedef struct th_map th_map;

typedef struct th_map_options {
    uint64_t expected_size;        /* entries that fit without growing; 0 allocates no bucket */
    const th_placement *placement; /* of this map; NULL: as the heap says */
    uint32_t seed;                 /* used when has_seed is 1; otherwise it comes from the OS */
    uint8_t has_seed;
    uint8_t reserved;
    uint16_t shards; /* 0: an ordinary map; a power of two up to TH_MAX_SHARDS: a sharded one */
} th_map_options;

/*
 * The map that is always empty: one per process, read-only, never closed. Reading it is allowed with
 * th_empty_stamp for maps of any type; writing to it answers TH_CLOSED. It has no type: th_word_get_all and
 * th_bytes_get_all take its values to have 8 bytes, so for smaller ones they must not be called.
 */
TH_API th_map *th_empty_map(void);
TH_API uint64_t th_empty_stamp(void);

/*
 * Makes a map. NULL options: no expected size, a seed from the OS. The caller closes it. TH_LIMIT: the
 * expected size, or more than TH_MAX_PLACEMENTS different placements in use by maps of one heap; TH_REFUSED:
 * a strict placement that the kernel does not take.
 */
TH_API th_status th_map_create(th_heap *heap, const th_type *type, const th_map_options *options,
                               th_map **map, uint64_t *stamp);

/* Gives all memory back and ends the stamp. Waits for an ordinary (not quick) call that is under way. */
TH_API th_status th_map_close(th_map *map, uint64_t stamp);

/* Entries, 0 .. 2^63-1, or a negative status. Quick. */
TH_API int64_t th_map_size(th_map *map, uint64_t stamp);

/* Removes every entry, keeps the arrays, draws a new seed. */
TH_API th_status th_map_clear(th_map *map, uint64_t stamp);

/* Makes room for `entries` in all without further growth. TH_LIMIT when 2^TH_MAX_B buckets do not do. */
TH_API th_status th_map_reserve(th_map *map, uint64_t stamp, uint64_t entries);

/* Moves the entries into the smallest arrays that hold them; an empty map gives its arrays back. */
TH_API th_status th_map_shrink(th_map *map, uint64_t stamp);

/*
 * Moves a map to another placement, which it keeps from then on, a piece of at most 4 MiB a call: TH_MORE
 * until it is done. Begin with *progress 0; between the calls the map may be written to. Readers that meet a
 * page under way wait for that page. Small arrays are copied, regions keep their addresses. A change of pages
 * (TH_PAGES_*) holds for what is allocated from then on. TH_REFUSED: strict, and the kernel does not take it.
 */
TH_API th_status th_map_migrate(th_map *map, uint64_t stamp, const th_placement *placement,
                                uint64_t *progress);

/*
 * Does what a quick call could not: allocates, starts or ends growth, gives old pages back, extends the
 * bytes heap by at least `bytes` (the key's and value's length; 0 for fixed ones and for removals). Only
 * after TH_NEEDS_ROOM. TH_OK: repeat the call.
 */
TH_API th_status th_make_room(th_map *map, uint64_t stamp, uint64_t bytes);

/* ---- sharded maps: readers beside writers ---------------------------------------------------------- */

/*
 * A sharded map is made by th_map_create with th_map_options.shards and consists of that many ordinary maps,
 * its shards. The heap has to be in deferred mode. Its own (map, stamp) takes
 *
 *   reads    th_word_get, _contains, _get_all, _contains_all, the same of th_bytes, th_entry_get, _get_all
 *   others   th_map_close, th_map_size (a sum that is exact when nobody writes), th_map_get_stats (sums; with
 *            full = 1 a writer who calls meanwhile is told TH_CONCURRENT by its shard), th_map_migrate (for
 *            shards that are still to be made; those there are move one by one)
 *
 * and answers TH_INVALID or TH_CONCURRENT to the rest. Reads go on in any thread beside writers. Each is
 * linearizable, in a batch each key for itself: what a call has written is there for every read that begins
 * after its writer has let go of the shard. Reads take no lock and write to no memory that another thread
 * reads; they begin again when what they read was changed meanwhile, and wait only for the few stores of a
 * value of more than 8 bytes being replaced, or of arrays being exchanged. In th_entry_get and _get_all what
 * a first attempt has copied may be left in the value's room for a key that is absent in the end.
 *
 * Writes, walks and all other calls but th_map_close go to a shard; for each shard the caller lets one of
 * them at a time go on, by a lock of its own, and th_shard too. Clearing a shard keeps its seed. Words (keys
 * and values of 1, 2, 4 or 8 bytes) must be aligned to their size.
 *
 * th_shard: the (map, stamp) of a shard, which is made if there is none. They live as long as the sharded map
 * and are closed with it. Not quick. TH_INVALID: not a sharded map, or no such shard. th_shard_of: the number
 * of a key's shard, from 0, or a negative status. Quick.
 */
TH_API th_status th_shard(th_map *map, uint64_t stamp, uint32_t index, th_map **shard, uint64_t *shard_stamp);
TH_API th_status th_shard_of(th_map *map, uint64_t stamp, const void *key, uint64_t key_len);

/*
 * Writes in one call, to the shard of a key. They take the shard's own lock, a bit in its header, and give it
 * back; so a caller that uses them holds that lock too for as long as it works on a shard. th_shard_lock:
 * TH_OK, TH_BUSY when somebody else has it, TH_CLOSED, or TH_READ_ONLY of a map opened from a file, whose
 * shards are locked for ever; a new shard is locked for whoever had it made. th_shard_unlock: TH_OK,
 * TH_CLOSED or TH_READ_ONLY, by the holder only. All are quick; none waits.
 *
 * They return the value before, or `otherwise` for a key that was absent, or `refused`, which may be any
 * value: then nothing was done, as the shard is locked or wants th_make_room, was never written to or
 * attacked, the value before is `refused` itself, the map is closed or none of these, or keys and values are
 * no words (th_word_put). The caller does it by way of th_shard.
 */
TH_API th_status th_shard_lock(th_map *shard, uint64_t stamp);
TH_API th_status th_shard_unlock(th_map *shard, uint64_t stamp);
TH_API uint64_t th_shard_put(th_map *map, uint64_t stamp, uint64_t key, uint64_t value, uint64_t otherwise,
                             uint64_t refused);
TH_API uint64_t th_shard_put_if_absent(th_map *map, uint64_t stamp, uint64_t key, uint64_t value,
                                       uint64_t otherwise, uint64_t refused);
TH_API uint64_t th_shard_add(th_map *map, uint64_t stamp, uint64_t key, uint64_t delta, uint64_t otherwise,
                             uint64_t refused);
TH_API uint64_t th_shard_remove(th_map *map, uint64_t stamp, uint64_t key, uint64_t otherwise,
                                uint64_t refused);

/* ---- any type, by pointers: these grow by themselves --------------------------------------------- */

/*
 * Finds a key. Fixed keys: key_len is the type's key_size. On TH_PRESENT *value points to the value inside
 * the map and *value_len is its length. value and value_len may be NULL.
 */
TH_API th_status th_find(th_map *map, uint64_t stamp, const void *key, uint64_t key_len, const void **value,
                         uint64_t *value_len);

/* Inserts (TH_ABSENT) or replaces the value (TH_PRESENT). */
TH_API th_status th_put(th_map *map, uint64_t stamp, const void *key, uint64_t key_len, const void *value,
                        uint64_t value_len);

/* Inserts (TH_ABSENT) or leaves the entry as it is (TH_PRESENT). */
TH_API th_status th_put_if_absent(th_map *map, uint64_t stamp, const void *key, uint64_t key_len,
                                  const void *value, uint64_t value_len);

/* TH_PRESENT: removed. Never fails for want of memory. */
TH_API th_status th_remove(th_map *map, uint64_t stamp, const void *key, uint64_t key_len);

/* ---- words: fixed keys and values that fit a register, quick -------------------------------------- */

/*
 * For maps whose keys are fixed of 1, 2, 4 or 8 bytes and whose values are fixed of 0, 1, 2, 4 or 8 bytes; on
 * others these answer TH_INVALID (th_word_get: `otherwise`). A key is the low key_size bytes of its argument
 * and a value the low value_size bytes; what lies above is ignored, and zero in results. A set is a map with
 * values of 0 bytes: its values read as 0.
 */

/* The value, or `otherwise` when the key is absent or the stamp is outdated. */
TH_API uint64_t th_word_get(th_map *map, uint64_t stamp, uint64_t key, uint64_t otherwise);
/* TH_ABSENT, TH_PRESENT or TH_CLOSED. */
TH_API th_status th_word_contains(th_map *map, uint64_t stamp, uint64_t key);

/*
 * The address of the function that th_word_get or th_word_contains goes on to for maps of one type, with the
 * kernel in use; 0 for a type that is invalid. It has the same parameters, and may be called for maps of that
 * type and for th_empty_map only. For code that knows the type of its maps and makes many single calls.
 */
TH_API uint64_t th_type_word_get(const th_type *type);
TH_API uint64_t th_type_word_contains(const th_type *type);
/* The same for sharded maps of a type. */
TH_API uint64_t th_type_sharded_get(const th_type *type);
TH_API uint64_t th_type_sharded_contains(const th_type *type);
/* On TH_PRESENT these leave the previous value where th_previous finds it. */
TH_API th_status th_word_put(th_map *map, uint64_t stamp, uint64_t key, uint64_t value);
TH_API th_status th_word_put_if_absent(th_map *map, uint64_t stamp, uint64_t key, uint64_t value);
/* Adds delta (wrapping at the value's width) to the value; an absent key starts from `otherwise`. */
TH_API th_status th_word_add(th_map *map, uint64_t stamp, uint64_t key, uint64_t delta, uint64_t otherwise);
/* The same for values that are IEEE 754 doubles; all three are bits. TH_INVALID unless values have 8 bytes.
 */
TH_API th_status th_word_add_double(th_map *map, uint64_t stamp, uint64_t key, uint64_t delta,
                                    uint64_t otherwise);
TH_API th_status th_word_remove(th_map *map, uint64_t stamp, uint64_t key);

/*
 * The value that the last write to this map replaced or removed, if it has at most 8 bytes. Only its writer
 * may ask. Quick; the same 8 bytes lie at TH_PREVIOUS_OFFSET from the map's address, for callers to whom a
 * call is dear.
 */
TH_API uint64_t th_previous(th_map *map);
#define TH_PREVIOUS_OFFSET 56u

/*
 * Batches. keys is an array of n keys of key_size bytes each, values and deltas are arrays of n values of
 * value_size bytes; element i of one goes with element i of the other. Arrays need no alignment.
 * progress->done is where to start and, after the call, where to go on; set it and progress->hits to 0 at
 * first and repeat the call while it returns TH_MORE (or TH_NEEDS_ROOM, after th_make_room). TH_OK: all n are
 * done. hits counts keys that were present.
 */
typedef struct th_progress {
    uint64_t done;
    uint64_t hits;
} th_progress;

TH_API th_status th_word_get_all(th_map *map, uint64_t stamp, const void *keys, void *values, uint64_t n,
                                 uint64_t otherwise, th_progress *progress);
/* found[i] becomes 1 or 0. */
TH_API th_status th_word_contains_all(th_map *map, uint64_t stamp, const void *keys, uint8_t *found,
                                      uint64_t n, th_progress *progress);
TH_API th_status th_word_put_all(th_map *map, uint64_t stamp, const void *keys, const void *values,
                                 uint64_t n, th_progress *progress);
TH_API th_status th_word_add_all(th_map *map, uint64_t stamp, const void *keys, const void *deltas,
                                 uint64_t n, uint64_t otherwise, th_progress *progress);
TH_API th_status th_word_add_all_double(th_map *map, uint64_t stamp, const void *keys, const void *deltas,
                                        uint64_t n, uint64_t otherwise, th_progress *progress);
TH_API th_status th_word_remove_all(th_map *map, uint64_t stamp, const void *keys, uint64_t n,
                                    th_progress *progress);

/* ---- keys by pointer, values as words, quick: as above, a key is key[0 .. length) ---------------- */

/*
 * For maps with keys of any kind and values as above; contains, contains_all and remove_all also for values
 * of any other kind. The length of a fixed key must be its key_size, else TH_INVALID.
 */
TH_API uint64_t th_bytes_get(th_map *map, uint64_t stamp, const uint8_t *key, uint64_t length,
                             uint64_t otherwise);
TH_API th_status th_bytes_contains(th_map *map, uint64_t stamp, const uint8_t *key, uint64_t length);
TH_API th_status th_bytes_put(th_map *map, uint64_t stamp, const uint8_t *key, uint64_t length,
                              uint64_t value);
TH_API th_status th_bytes_put_if_absent(th_map *map, uint64_t stamp, const uint8_t *key, uint64_t length,
                                        uint64_t value);
TH_API th_status th_bytes_add(th_map *map, uint64_t stamp, const uint8_t *key, uint64_t length,
                              uint64_t delta, uint64_t otherwise);
TH_API th_status th_bytes_remove(th_map *map, uint64_t stamp, const uint8_t *key, uint64_t length);

/*
 * Batches: key i is data[starts[i] .. ends[i]); for keys that lie end to end, ends is starts + 1. A key that
 * ends before it starts or beyond `size` bytes of data, or whose length is not that of fixed keys, answers
 * TH_INVALID when the batch comes to it. For fixed keys starts and ends may both be NULL: then key i starts
 * at i * key_size.
 */
TH_API th_status th_bytes_get_all(th_map *map, uint64_t stamp, const uint8_t *data, uint64_t size,
                                  const uint64_t *starts, const uint64_t *ends, void *values, uint64_t n,
                                  uint64_t otherwise, th_progress *progress);
TH_API th_status th_bytes_contains_all(th_map *map, uint64_t stamp, const uint8_t *data, uint64_t size,
                                       const uint64_t *starts, const uint64_t *ends, uint8_t *found,
                                       uint64_t n, th_progress *progress);
TH_API th_status th_bytes_put_all(th_map *map, uint64_t stamp, const uint8_t *data, uint64_t size,
                                  const uint64_t *starts, const uint64_t *ends, const void *values,
                                  uint64_t n, th_progress *progress);
TH_API th_status th_bytes_add_all(th_map *map, uint64_t stamp, const uint8_t *data, uint64_t size,
                                  const uint64_t *starts, const uint64_t *ends, const void *deltas,
                                  uint64_t n, uint64_t otherwise, th_progress *progress);
TH_API th_status th_bytes_remove_all(th_map *map, uint64_t stamp, const uint8_t *data, uint64_t size,
                                     const uint64_t *starts, const uint64_t *ends, uint64_t n,
                                     th_progress *progress);

/* ---- entries: keys and values of any kind by pointer, quick -------------------------------------- */

/*
 * Quick but for the time to copy the bytes of one value. Values go to memory of the caller: `room` bytes at
 * `value` or `before`, and their length to *length. If the room does not do, TH_SMALL_BUFFER: *length tells
 * how much it takes and nothing has been done.
 */

/* TH_PRESENT: the value was copied. TH_ABSENT: nothing was written. */
TH_API th_status th_entry_get(th_map *map, uint64_t stamp, const uint8_t *key, uint64_t key_len,
                              uint8_t *value, uint64_t room, uint64_t *length);

#define TH_PUT_ALWAYS 0u
#define TH_PUT_IF_ABSENT 1u
#define TH_PUT_IF_PRESENT 2u

/*
 * Inserts (TH_ABSENT) or replaces (TH_PRESENT), or one of the two by mode. On TH_PRESENT the value from
 * before is copied to `before`, unless that is NULL. For bytes, *length is not touched on other statuses.
 */
TH_API th_status th_entry_put(th_map *map, uint64_t stamp, const uint8_t *key, uint64_t key_len,
                              const uint8_t *value, uint64_t value_len, uint32_t mode, uint8_t *before,
                              uint64_t room, uint64_t *length);

/* TH_PRESENT: removed, and the value it had copied to `before`, unless that is NULL. */
TH_API th_status th_entry_remove(th_map *map, uint64_t stamp, const uint8_t *key, uint64_t key_len,
                                 uint8_t *before, uint64_t room, uint64_t *length);

/*
 * Batches; keys as in th_bytes_get_all. Fixed values: value i is at values + i * value_size, value_ends is
 * NULL, and of an absent key it stays as it is. Bytes values: value i becomes
 * values[value_ends[i-1] .. value_ends[i]) with value_ends[-1] = 0, empty for an absent key. found[i] becomes
 * 1 or 0. When value i would end beyond value_room: TH_SMALL_BUFFER, done is i, and value_ends[i] tells where
 * it would end.
 */
TH_API th_status th_entry_get_all(th_map *map, uint64_t stamp, const uint8_t *data, uint64_t size,
                                  const uint64_t *starts, const uint64_t *ends, uint8_t *values,
                                  uint64_t value_room, uint64_t *value_ends, uint8_t *found, uint64_t n,
                                  th_progress *progress);

/* Values as keys: value i is values[value_starts[i] .. value_ends[i]), or packed when both are NULL. */
TH_API th_status th_entry_put_all(th_map *map, uint64_t stamp, const uint8_t *data, uint64_t size,
                                  const uint64_t *starts, const uint64_t *ends, const uint8_t *values,
                                  uint64_t value_size, const uint64_t *value_starts,
                                  const uint64_t *value_ends, uint64_t n, th_progress *progress);

/* ---- iteration ---------------------------------------------------------------------------------- */

#define TH_CURSOR_STAGES 8u /* a map draws a new seed against an attack at most one time fewer */

/*
 * A walk over a map; the caller owns the memory, nothing has to be freed. It promises, as Go does:
 * (1) it starts at a random bucket; (2) an entry that is in the map during the whole walk is returned
 * exactly once; (3) no entry is returned twice; (4) an entry removed before it is reached is not returned;
 * (5) an entry inserted during the walk may or may not be returned; (6) growth, shrinking and reseeding
 * between two calls change none of this; (7) after th_map_clear the walk ends.
 */
typedef struct th_cursor {
    uint64_t needed_keys; /* after TH_SMALL_BUFFER: bytes, respectively entries, that the next chain takes */
    uint64_t needed_values;
    uint64_t needed_entries;
    uint64_t epoch; /* the rest is private */
    uint32_t stage;
    uint32_t seeds[TH_CURSOR_STAGES];
    uint32_t reserved;
    uint64_t start[TH_CURSOR_STAGES];  /* the first hash of a stage */
    uint64_t passed[TH_CURSOR_STAGES]; /* hashes from there on that it has visited */
    uint64_t last;                     /* the last hash of the first stage, counted from its start */
    uint8_t done[TH_CURSOR_STAGES];    /* 1: all of them are */
} th_cursor;

/* Starts a walk at the bucket that `random` selects. Quick. */
TH_API th_status th_cursor_start(th_map *map, uint64_t stamp, uint64_t random, th_cursor *cursor);

/*
 * Splits what is left of a walk in two: `other` becomes a cursor over the second half. Together the two keep
 * the promises of the one. TH_PRESENT: done; TH_ABSENT: there is nothing to split, or the map had a new seed.
 * Reads and writes nothing but the cursors. Quick.
 */
TH_API th_status th_cursor_split(th_cursor *cursor, th_cursor *other);

/* Where th_cursor_next puts entries. Fixed keys: keys is an array of key_size elements and key_ends NULL.
 * Bytes keys: key i is keys[key_ends[i-1] .. key_ends[i]) with key_ends[-1] = 0. The same for values.
 * keys or values may be NULL: then they are not fetched. */

/*
 * Fetches the next entries, whole bucket chains, at most `capacity` of them: *count tells how many (it may
 * be 0 before the end). TH_MORE: call again; TH_OK: the walk has ended; TH_SMALL_BUFFER: nothing fetched.
 * key_room and value_room are the sizes of keys and values in bytes. Quick for capacities up to 1,024.
 */
TH_API th_status th_cursor_next(th_map *map, uint64_t stamp, th_cursor *cursor, uint32_t capacity,
                                uint32_t *count, uint8_t *keys, uint64_t key_room, uint64_t *key_ends,
                                uint8_t *values, uint64_t value_room, uint64_t *value_ends);

/* ---- statistics --------------------------------------------------------------------------------- */

enum {
    TH_STATS_DEPTH = 8,   /* classes of buckets in a chain or looked at: 1, 2, ... 7, and 8 or more */
    TH_STATS_PARTS = 256, /* equal parts of the bucket array */
    TH_STATS_NODES = 16   /* NUMA nodes told apart: 0, 1, ... 14, and all others */
};

enum {
    TH_REFUSED_NODES = 1, /* memory lies where the kernel's default policy put it */
    TH_REFUSED_PAGES =
        2,              /* regions have transparent huge pages or small ones instead of explicit huge ones */
    TH_REFUSED_MOVE = 4 /* pages that th_map_migrate should have moved stayed where they were */
};

typedef struct th_map_stats {
    uint64_t size;             /* entries */
    uint64_t buckets;          /* 2^B, or 0 before the first write */
    uint64_t overflow_buckets; /* in use, of the current array */
    uint64_t old_buckets;      /* of the array being evacuated, or 0 */
    uint64_t evacuated;        /* old buckets that are done */
    uint64_t grow_at;          /* size at which the next insertion doubles the array */
    uint64_t header_bytes;     /* header and bookkeeping */
    uint64_t bucket_bytes;     /* both arrays' buckets, without overflow */
    uint64_t overflow_bytes;   /* overflow buckets in use */
    uint64_t heap_bytes_live;  /* bytes heap: blocks in use */
    uint64_t heap_bytes_dead;  /* bytes heap: blocks free for reuse */
    uint64_t reserved_bytes;   /* address space and blocks held in all */
    uint64_t pool_bytes;       /* of those, in blocks that share their pages with other maps */
    uint64_t clears;           /* how often the map was cleared, and drew a new seed */
    /* From here on 0 unless asked for. Buckets that growth has still to fill are left out. */
    uint64_t longest_chain;              /* buckets in the longest chain */
    uint64_t occupancy[9];               /* main and overflow buckets with 0..8 entries */
    uint64_t chains[TH_STATS_DEPTH];     /* chains of 1, 2, ... buckets */
    uint64_t hit_probes[TH_STATS_DEPTH]; /* entries found in the 1st, 2nd, ... bucket looked at */
    uint64_t
        miss_probes[TH_STATS_DEPTH];  /* chains in which an absent key costs a look at 1, 2, ... buckets */
    uint64_t density[TH_STATS_PARTS]; /* entries in each part of the array; a smaller array has fewer parts */
    uint64_t resident_bytes;          /* of reserved_bytes, what memory stands behind; blocks count whole */
    uint64_t huge_bytes; /* of those, at most how much lies in transparent huge pages (the kernel counts them
                            by mapping, and a mapping can hold more than one map) */
    uint64_t
        node_bytes[TH_STATS_NODES]; /* bytes of regions on each NUMA node, from a sample; all 0: unknown */
    uint32_t seed_changes;          /* seeds drawn against an attack since the last clear */
    uint8_t b;                      /* log2 of the number of buckets */
    uint8_t growing;                /* 1: an old array is being evacuated */
    uint8_t same_size;              /* 1: that growth keeps the number of buckets */
    uint8_t place;                  /* TH_PLACE_* in force */
    uint8_t pages;                  /* TH_PAGES_* in force */
    uint8_t refused;                /* TH_REFUSED_*: what the kernel did not do for this map's placement */
    uint8_t reserved[6];
    int32_t refused_errno; /* its reason the last time, such as EPERM; 0: none */
} th_map_stats;

/*
 * With full = 1 every bucket is read (not quick, and a writer who calls meanwhile is told TH_CONCURRENT);
 * with full = 0 only counters are (quick; beside a writer, for which the heap must be deferred, they may not
 * belong together).
 */
TH_API th_status th_map_get_stats(th_map *map, uint64_t stamp, uint8_t full, th_map_stats *stats);

/* Copies the 48-byte header, for inspection: see native/README.md for its fields. Of a sharded map only the
 * seed (4 bytes at offset 12), under which th_shard_of hashes, says something to others. */
TH_API th_status th_map_header(th_map *map, uint64_t stamp, uint8_t header[48]);

/* ---- capacity: what a map will take ------------------------------------------------------------- */

/*
 * A map of so many entries that was only inserted into, once its growth has ended, or made for that many.
 * Bytes are counted as th_map_stats counts them. Which chains get an overflow bucket is up to the keys and
 * the seed, so overflow buckets in use are no part of this.
 */
typedef struct th_capacity_plan {
    uint64_t buckets;           /* main buckets, 2^b; 0 for no entries */
    uint64_t grow_at;           /* size at which the next insertion doubles the array */
    uint64_t bucket_size;       /* bytes of one bucket */
    uint64_t header_bytes;      /* header and bookkeeping, that of a bytes heap included */
    uint64_t bucket_bytes;      /* main buckets */
    uint64_t reserved_bytes;    /* in all, with the overflow buckets that the array begins with */
    uint64_t reserved_most;     /* the same with the most overflow buckets that it can get */
    uint64_t heap_bytes_dead;   /* bytes heap: ends of segments that no block fits into (estimate) */
    uint64_t old_buckets;       /* main buckets of the array that it grows out of; 0 for the first one */
    uint64_t old_reserved;      /* bytes that the old array holds until growth has ended */
    uint64_t old_reserved_most; /* the same with the most overflow buckets */
    uint64_t
        old_kept_bytes; /* both arrays' main buckets in use at the peak of that growth, beyond bucket_bytes */
    uint64_t settled_at; /* size with which, inserting one by one, that growth has ended at the latest */
    uint8_t b;           /* log2 of the number of buckets */
    uint8_t reserved[7];
} th_capacity_plan;

/*
 * Plans a map of `entries` entries whose keys and values have `heap_bytes` bytes in the bytes heap together,
 * the sum of th_capacity_block. For equal blocks of up to 1 KiB the segments of the bytes heap come out as
 * they will be, give or take one block each; larger ones can do with a smaller first segment than planned.
 * TH_INVALID: a type that is none; TH_LIMIT: more than a map can have. Quick.
 */
TH_API th_status th_capacity(const th_type *type, uint64_t entries, uint64_t heap_bytes,
                             th_capacity_plan *plan);

/* Bytes that a key or value of `length` bytes takes in the bytes heap: 0 if it fits into the slot. Quick. */
TH_API uint64_t th_capacity_block(uint64_t length);

/* ---- map files: docs/file-format.md says what is in them ------------------------------------------- */

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
 * Saves maps. th_save_begin makes a file beside `path` (its name and a suffix of random letters),
 * th_save_part adds a map, and th_save_commit writes what is in memory still, syncs the file, renames it to
 * `path` and syncs the folder. After a failure, and a crash at any moment, `path` is whole: what it was, or
 * from the rename on what was saved (TH_BAD_FILE may then still say that the folder could not be synced).
 * th_save_end gives back what a save holds, and removes the file beside `path` if it was not committed; call
 * it always. A process that is ended leaves that file.
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
