/* The public functions that take a stamp, each as one call. */
#ifndef TOPHASH_TEST_CALLS_H
#define TOPHASH_TEST_CALLS_H

#include <functional>

#include "support.h"

namespace tophash::test {

struct Call {
    const char *name;
    std::function<th_status(th_map *, uint64_t)> make;
};

inline const uint64_t kKeys[2] = {1, 2};
inline const uint8_t kText[4] = {'a', 'b', 'c', 'd'};
inline const uint64_t kStarts[2] = {0, 2};
inline const uint64_t kEnds[2] = {2, 4};

/* Every function that takes a stamp and changes nothing. */
inline std::vector<Call> readers() {
    static uint64_t values[2];
    static uint8_t found[2], header[48];
    return {
        {"size", [](th_map *m, uint64_t s) { return static_cast<th_status>(th_map_size(m, s)); }},
        {"find", [](th_map *m, uint64_t s) { return th_find(m, s, kKeys, 8, nullptr, nullptr); }},
        {"word_contains", [](th_map *m, uint64_t s) { return th_word_contains(m, s, 1); }},
        {"bytes_contains", [](th_map *m, uint64_t s) { return th_bytes_contains(m, s, kText, 4); }},
        {"word_get_all",
         [](th_map *m, uint64_t s) {
             th_progress p{};
             return th_word_get_all(m, s, kKeys, values, 2, 0, &p);
         }},
        {"word_contains_all",
         [](th_map *m, uint64_t s) {
             th_progress p{};
             return th_word_contains_all(m, s, kKeys, found, 2, &p);
         }},
        {"bytes_get_all",
         [](th_map *m, uint64_t s) {
             th_progress p{};
             return th_bytes_get_all(m, s, kText, 4, kStarts, kEnds, values, 2, 0, &p);
         }},
        {"bytes_contains_all",
         [](th_map *m, uint64_t s) {
             th_progress p{};
             return th_bytes_contains_all(m, s, kText, 4, kStarts, kEnds, found, 2, &p);
         }},
        {"entry_get", [](th_map *m, uint64_t s) { return th_entry_get(m, s, kText, 4, found, 2, values); }},
        {"entry_get_all",
         [](th_map *m, uint64_t s) {
             th_progress p{};
             return th_entry_get_all(m, s, kText, 4, kStarts, kEnds, found, 2, values, found, 2, &p);
         }},
        {"cursor_start",
         [](th_map *m, uint64_t s) {
             th_cursor c{};
             return th_cursor_start(m, s, 0, &c);
         }},
        {"cursor_next",
         [](th_map *m, uint64_t s) {
             th_cursor c{};
             uint32_t count = 0;
             th_cursor_start(m, s, 0, &c);
             return th_cursor_next(m, s, &c, 64, &count, nullptr, 0, nullptr, nullptr, 0, nullptr);
         }},
        {"get_stats",
         [](th_map *m, uint64_t s) {
             th_map_stats stats{};
             return th_map_get_stats(m, s, 1, &stats);
         }},
        {"header", [](th_map *m, uint64_t s) { return th_map_header(m, s, header); }},
    };
}

/* Every function that takes a stamp and writes, or might. */
inline std::vector<Call> writers() {
    return {
        {"clear", [](th_map *m, uint64_t s) { return th_map_clear(m, s); }},
        {"reserve", [](th_map *m, uint64_t s) { return th_map_reserve(m, s, 100); }},
        {"shrink", [](th_map *m, uint64_t s) { return th_map_shrink(m, s); }},
        {"make_room", [](th_map *m, uint64_t s) { return th_make_room(m, s, 8); }},
        {"put", [](th_map *m, uint64_t s) { return th_put(m, s, kKeys, 8, kKeys, 8); }},
        {"put_if_absent", [](th_map *m, uint64_t s) { return th_put_if_absent(m, s, kKeys, 8, kKeys, 8); }},
        {"remove", [](th_map *m, uint64_t s) { return th_remove(m, s, kKeys, 8); }},
        {"word_put", [](th_map *m, uint64_t s) { return th_word_put(m, s, 1, 1); }},
        {"word_put_if_absent", [](th_map *m, uint64_t s) { return th_word_put_if_absent(m, s, 1, 1); }},
        {"word_add", [](th_map *m, uint64_t s) { return th_word_add(m, s, 1, 1, 0); }},
        {"word_remove", [](th_map *m, uint64_t s) { return th_word_remove(m, s, 1); }},
        {"word_add_double", [](th_map *m, uint64_t s) { return th_word_add_double(m, s, 1, 1, 0); }},
        {"word_add_all_double",
         [](th_map *m, uint64_t s) {
             th_progress p{};
             return th_word_add_all_double(m, s, kKeys, kKeys, 2, 0, &p);
         }},
        {"entry_put",
         [](th_map *m, uint64_t s) {
             return th_entry_put(m, s, kText, 4, kText, 4, TH_PUT_ALWAYS, nullptr, 0, nullptr);
         }},
        {"entry_remove",
         [](th_map *m, uint64_t s) { return th_entry_remove(m, s, kText, 4, nullptr, 0, nullptr); }},
        {"entry_put_all",
         [](th_map *m, uint64_t s) {
             th_progress p{};
             return th_entry_put_all(m, s, kText, 4, kStarts, kEnds, kText, 4, kStarts, kEnds, 2, &p);
         }},
        {"word_put_all of nothing",
         [](th_map *m, uint64_t s) {
             th_progress p{};
             return th_word_put_all(m, s, kKeys, kKeys, 0, &p);
         }},
        {"bytes_put", [](th_map *m, uint64_t s) { return th_bytes_put(m, s, kText, 4, 1); }},
        {"bytes_put_if_absent",
         [](th_map *m, uint64_t s) { return th_bytes_put_if_absent(m, s, kText, 4, 1); }},
        {"bytes_add", [](th_map *m, uint64_t s) { return th_bytes_add(m, s, kText, 4, 1, 0); }},
        {"bytes_remove", [](th_map *m, uint64_t s) { return th_bytes_remove(m, s, kText, 4); }},
        {"word_put_all",
         [](th_map *m, uint64_t s) {
             th_progress p{};
             return th_word_put_all(m, s, kKeys, kKeys, 2, &p);
         }},
        {"word_add_all",
         [](th_map *m, uint64_t s) {
             th_progress p{};
             return th_word_add_all(m, s, kKeys, kKeys, 2, 0, &p);
         }},
        {"word_remove_all",
         [](th_map *m, uint64_t s) {
             th_progress p{};
             return th_word_remove_all(m, s, kKeys, 2, &p);
         }},
        {"bytes_put_all",
         [](th_map *m, uint64_t s) {
             th_progress p{};
             return th_bytes_put_all(m, s, kText, 4, kStarts, kEnds, kKeys, 2, &p);
         }},
        {"bytes_add_all",
         [](th_map *m, uint64_t s) {
             th_progress p{};
             return th_bytes_add_all(m, s, kText, 4, kStarts, kEnds, kKeys, 2, 0, &p);
         }},
        {"bytes_remove_all",
         [](th_map *m, uint64_t s) {
             th_progress p{};
             return th_bytes_remove_all(m, s, kText, 4, kStarts, kEnds, 2, &p);
         }},
        {"migrate",
         [](th_map *m, uint64_t s) {
             th_placement placement{};
             uint64_t progress = 0;
             return th_map_migrate(m, s, &placement, &progress);
         }},
        {"close", [](th_map *m, uint64_t s) { return th_map_close(m, s); }},
    };
}

} // namespace tophash::test

#endif
