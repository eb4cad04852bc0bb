/* What calls answer with, and the limits that they keep to. */
#ifndef TOPHASH_STATUS_H
#define TOPHASH_STATUS_H

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

#ifdef __cplusplus
}
#endif

#endif
