/* Reading the small files of sysfs. */
#define _GNU_SOURCE

#include "os/sysfs_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* No file that is read here is longer: every second of 4,096 CPUs, separated by commas, takes 10 KiB. */
#define MOST_BYTES 32768u

#define END (-1)      /* of the file */
#define TOO_LONG (-2) /* or not readable: not a file that the kernel wrote */

/* A file, one byte at a time. */
typedef struct th_reader {
    int fd;
    uint32_t read; /* bytes so far */
    uint32_t next; /* in buffer */
    uint32_t end;
    int current; /* a byte, END or TOO_LONG */
    unsigned char buffer[1024];
} th_reader;

static void advance(th_reader *r) {
    if (r->next == r->end) {
        ssize_t got;
        do {
            got = read(r->fd, r->buffer, sizeof r->buffer);
        } while (got < 0 && errno == EINTR);
        if (got <= 0 || r->read > MOST_BYTES) {
            r->current = got == 0 ? END : TOO_LONG;
            return;
        }
        r->next = 0;
        r->end = (uint32_t)got;
        r->read += (uint32_t)got;
    }
    r->current = r->buffer[r->next++];
}

static bool start(th_reader *r, int folder, const char *path) {
    /* O_NONBLOCK: not even a pipe in the place of a file makes this wait. */
    r->fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (r->fd < 0) {
        return false;
    }
    r->read = 0;
    r->next = 0;
    r->end = 0;
    advance(r);
    return true;
}

static void finish(th_reader *r) {
    (void)close(r->fd);
}

static bool is_digit(int byte) {
    return byte >= '0' && byte <= '9';
}

static void skip_blanks(th_reader *r) {
    while (r->current == ' ' || r->current == '\t' || r->current == '\n') {
        advance(r);
    }
}

/* Takes digits; false when there are none. A number that does not fit becomes UINT64_MAX. */
static bool take_number(th_reader *r, uint64_t *number) {
    if (!is_digit(r->current)) {
        return false;
    }
    uint64_t n = 0;
    for (; is_digit(r->current); advance(r)) {
        uint64_t digit = (uint64_t)(r->current - '0');
        n = n > (UINT64_MAX - digit) / 10 ? UINT64_MAX : n * 10 + digit;
    }
    *number = n;
    return true;
}

bool th_id_set_has(const th_id_set *set, uint32_t id) {
    return (set->words[id / 64] >> (id % 64) & 1) != 0;
}

void th_id_set_add(th_id_set *set, uint32_t id) {
    set->words[id / 64] |= (uint64_t)1 << (id % 64);
}

void th_id_set_remove(th_id_set *set, uint32_t id) {
    set->words[id / 64] &= ~((uint64_t)1 << (id % 64));
}

uint32_t th_id_set_next(const th_id_set *set, uint32_t from) {
    while (from < TH_SYSFS_IDS && !th_id_set_has(set, from)) {
        from++;
    }
    return from;
}

uint32_t th_id_set_count(const th_id_set *set) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < TH_SYSFS_IDS / 64; i++) {
        count += (uint32_t)__builtin_popcountll(set->words[i]);
    }
    return count;
}

int th_sysfs_open(int folder, const char *path) {
    return openat(folder, path, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
}

static void add_range(th_id_set *set, uint64_t first, uint64_t last) {
    if (last >= TH_SYSFS_IDS) {
        set->more = true;
        last = TH_SYSFS_IDS - 1;
    }
    for (uint64_t id = first; id <= last; id++) {
        th_id_set_add(set, (uint32_t)id);
    }
}

/* One number or range of a list. */
static bool take_range(th_reader *r, th_id_set *set) {
    uint64_t first;
    if (!take_number(r, &first)) {
        return false;
    }
    uint64_t last = first;
    if (r->current == '-') {
        advance(r);
        if (!take_number(r, &last) || last < first) {
            return false;
        }
    }
    add_range(set, first, last);
    return true;
}

static bool take_list(th_reader *r, th_id_set *set) {
    skip_blanks(r);
    if (r->current == END) {
        return true;
    }
    while (take_range(r, set)) {
        if (r->current != ',') {
            skip_blanks(r);
            return r->current == END;
        }
        advance(r);
    }
    return false;
}

bool th_sysfs_list(int folder, const char *path, th_id_set *set) {
    memset(set, 0, sizeof *set);
    th_reader r;
    if (!start(&r, folder, path)) {
        return false;
    }
    bool well_formed = take_list(&r, set);
    finish(&r);
    if (!well_formed) {
        memset(set, 0, sizeof *set);
    }
    return well_formed;
}

uint32_t th_sysfs_numbers(int folder, const char *path, uint64_t *numbers, uint32_t limit) {
    th_reader r;
    if (!start(&r, folder, path)) {
        return 0;
    }
    uint32_t count = 0;
    uint64_t number;
    skip_blanks(&r);
    while (take_number(&r, &number)) {
        if (count < limit) {
            numbers[count] = number;
        }
        count++;
        skip_blanks(&r);
    }
    bool well_formed = r.current == END;
    finish(&r);
    return well_formed ? count : 0;
}

uint64_t th_sysfs_number(int folder, const char *path) {
    uint64_t number;
    bool one = th_sysfs_numbers(folder, path, &number, 1) == 1;
    return one && number != UINT64_MAX ? number : 0;
}

/* Whether the bytes from here on are those of `word`; takes as many as are. */
static bool take_word(th_reader *r, const char *word) {
    while (*word != '\0' && r->current == (unsigned char)*word) {
        advance(r);
        word++;
    }
    return *word == '\0';
}

uint64_t th_sysfs_field_bytes(int folder, const char *path, const char *field) {
    th_reader r;
    if (!start(&r, folder, path)) {
        return 0;
    }
    uint64_t kib = 0;
    bool found = false;
    while (!found && r.current >= 0) {
        /* The field is a word of its own: it starts a line or comes after a blank. */
        if (take_word(&r, field)) {
            skip_blanks(&r);
            found = take_number(&r, &kib) && kib <= UINT64_MAX >> 10 && take_word(&r, " kB");
        }
        while (!found && r.current >= 0 && r.current != ' ' && r.current != '\n') {
            advance(&r);
        }
        if (!found) {
            skip_blanks(&r);
        }
    }
    finish(&r);
    return found ? kib << 10 : 0;
}
