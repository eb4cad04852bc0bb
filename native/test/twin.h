/*
 * A map and its model: each operation goes to both and the answers are compared. Like engine.h it is shared
 * with the fuzzer and does not know GoogleTest.
 */
#ifndef TOPHASH_TEST_TWIN_H
#define TOPHASH_TEST_TWIN_H

#include "model.h"

namespace tophash::test {

class Twin {
  public:
    Twin(Heap &heap, const th_type &type, const th_map_options &options = {}) : map(heap, type, options) {}

    Map map;
    Model model;
    bool quick = false;    /* use quick functions: th_word_, th_bytes_ or th_entry_, as far as they fit */
    bool pointers = false; /* of these rather th_bytes_ than th_word_ */
    bool entries = false;  /* of these rather th_entry_ */
    bool failing = false;  /* TH_NO_MEMORY is expected; it must leave the map as it was */
    std::optional<WatchedWalk> walk;

    th_status find(const std::string &key) {
        auto expected = model.find(key);
        std::string value;
        th_status status = !quick         ? map.find(key, &value)
                           : useEntries() ? entryFind(key, value)
                                          : wordFind(key, value);
        if (!agrees("find", status, expected != model.end(), key))
            return status;
        if (status == TH_PRESENT && value != expected->second)
            complain("find: wrong value " + printable(key));
        return status;
    }

    th_status put(const std::string &key, const std::string &value) { return put(key, value, TH_PUT_ALWAYS); }
    th_status putIfAbsent(const std::string &key, const std::string &value) {
        return put(key, value, TH_PUT_IF_ABSENT);
    }
    /* There is no such function but th_entry_put. */
    th_status putIfPresent(const std::string &key, const std::string &value) {
        return put(key, value, TH_PUT_IF_PRESENT);
    }

    /* Only for values that are words; an absent key starts from 7. */
    th_status add(const std::string &key, uint64_t delta) {
        bool present = model.count(key) != 0;
        std::string before = present ? model[key] : low(7);
        th_status status = map.withRoom(key.size(), [&] {
            return useWords() ? th_word_add(map.raw(), map.stamp(), word(key), delta, 7)
                              : th_bytes_add(map.raw(), map.stamp(), bytes(key), key.size(), delta, 7);
        });
        if (!agrees("add", status, present, key))
            return status;
        if (status == TH_PRESENT)
            expectPrevious(before);
        model[key] = low(unpacked(before) + delta);
        return status;
    }

    th_status remove(const std::string &key) {
        std::string before = valueOf(key);
        bool wasFailing = std::exchange(failing, false); /* a removal needs no memory */
        th_status status = !quick         ? map.remove(key)
                           : useEntries() ? entryRemove(key, before)
                                          : wordRemove(key);
        bool agreed = agrees("remove", status, model.count(key) != 0, key);
        failing = wasFailing;
        if (!agreed)
            return status;
        if (status == TH_PRESENT)
            expectPrevious(before);
        model.erase(key);
        if (walk)
            walk->removed(key);
        return status;
    }

    th_status clear() {
        th_status status = map.clear();
        if (!succeeded("clear", status))
            return status;
        model.clear();
        if (walk)
            walk->cleared();
        return status;
    }

    th_status reserve(uint64_t size) {
        th_status status = map.reserve(size);
        succeeded("reserve", status);
        return status;
    }

    th_status shrink() {
        th_status status = map.shrink();
        succeeded("shrink", status);
        return status;
    }

    void startWalk(uint64_t random) { walk.emplace(map, model, random); }

    /* Whether there are functions that take values as words. */
    bool isTyped() const { return map.hasWordValue(); }
    bool useWords() const { return map.hasWordKey() && map.hasWordValue() && !pointers; }

    /* What a value becomes whose low bytes are these. */
    std::string low(uint64_t number) const { return packed(number).substr(0, map.type().value_size); }

    /* A key as an argument: bits above its size do not count. */
    uint64_t word(const std::string &key) const {
        uint64_t garbage = key.size() < 8 ? mix(key.size()) << (8 * key.size()) : 0;
        return unpacked(key) | garbage;
    }

    static const uint8_t *bytes(const std::string &key) {
        return reinterpret_cast<const uint8_t *>(key.data());
    }

  private:
    bool useEntries() const { return entries || !map.hasWordValue(); }

    th_status put(const std::string &key, const std::string &value, uint32_t mode) {
        std::string before = valueOf(key);
        bool present = model.count(key) != 0;
        bool ordinary = !quick && mode != TH_PUT_IF_PRESENT;
        th_status status =
            ordinary ? mode == TH_PUT_ALWAYS ? map.put(key, value) : map.putIfAbsent(key, value)
            : useEntries() || mode == TH_PUT_IF_PRESENT ? entryPut(key, value, mode, before)
                                                        : wordPut(key, value, mode == TH_PUT_IF_ABSENT);
        if (!agrees("put", status, present, key))
            return status;
        if (status == TH_PRESENT)
            expectPrevious(before);
        if (present ? mode != TH_PUT_IF_ABSENT : mode != TH_PUT_IF_PRESENT)
            model[key] = value;
        return status;
    }

    std::string valueOf(const std::string &key) const {
        auto found = model.find(key);
        return found == model.end() ? std::string() : found->second;
    }

    /* True when the operation was done and its answer is right. */
    bool agrees(const char *what, th_status status, bool present, const std::string &key) {
        if (failing && status == TH_NO_MEMORY)
            return false;
        if (status == (present ? TH_PRESENT : TH_ABSENT))
            return true;
        complain(std::string(what) + " of " + (present ? "present " : "absent ") + printable(key) +
                 " answers " + th_status_name(status));
        return false;
    }

    bool succeeded(const char *what, th_status status) {
        if (status != TH_OK && !(failing && status == TH_NO_MEMORY)) {
            complain(std::string(what) + " answers " + th_status_name(status));
        }
        return status == TH_OK;
    }

    void expectPrevious(const std::string &before) {
        if (before.size() <= 8 && map.previous() != unpacked(before))
            complain("wrong previous value");
    }

    /* ---- words ---- */

    th_status wordFind(const std::string &key, std::string &value) {
        const uint64_t otherwise = 0x0123456789abcdefu;
        uint64_t got;
        th_status status;
        if (useWords()) {
            got = th_word_get(map.raw(), map.stamp(), word(key), otherwise);
            status = th_word_contains(map.raw(), map.stamp(), word(key));
        } else {
            got = th_bytes_get(map.raw(), map.stamp(), bytes(key), key.size(), otherwise);
            status = th_bytes_contains(map.raw(), map.stamp(), bytes(key), key.size());
        }
        if (status == TH_ABSENT && got != otherwise)
            complain("get of an absent key ignores `otherwise`");
        value = low(got);
        if (status == TH_PRESENT && got != unpacked(value))
            complain("get gives bits above the value");
        return status;
    }

    th_status wordPut(const std::string &key, const std::string &value, bool ifAbsent) {
        uint64_t number = unpacked(value);
        if (value.size() < 8)
            number |= ~uint64_t{0} << (8 * value.size());
        th_map *raw = map.raw();
        uint64_t stamp = map.stamp();
        return map.withRoom(useWords() ? 0 : key.size(), [&] {
            if (useWords()) {
                auto call = ifAbsent ? th_word_put_if_absent : th_word_put;
                return call(raw, stamp, word(key), number);
            }
            auto call = ifAbsent ? th_bytes_put_if_absent : th_bytes_put;
            return call(raw, stamp, bytes(key), key.size(), number);
        });
    }

    th_status wordRemove(const std::string &key) {
        return map.withRoom(0, [&] {
            return useWords() ? th_word_remove(map.raw(), map.stamp(), word(key))
                              : th_bytes_remove(map.raw(), map.stamp(), bytes(key), key.size());
        });
    }

    /* ---- entries ---- */

    /*
     * Repeats an entry call with a buffer of the size it asked for, after one that is a byte too small: the
     * model tells whether that changed something. The buffers are exact for AddressSanitizer.
     */
    template <class Call>
    th_status withBuffer(uint64_t expected, std::string &before, uint64_t bytes, Call call) {
        const uint64_t untouched = 0xfeedu;
        for (uint64_t room : {expected == 0 ? 0 : expected - 1, expected}) {
            std::vector<uint8_t> buffer(std::max<uint64_t>(room, 1));
            uint64_t length = untouched;
            th_status status = map.withRoom(bytes, [&] { return call(buffer.data(), room, &length); });
            if (status == TH_PRESENT || status == TH_SMALL_BUFFER) {
                if (length != expected)
                    complain("an entry function tells a wrong length");
            } else if (length != untouched) {
                complain("an entry function tells a length without need");
            }
            if (status == TH_PRESENT)
                before.assign(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(length));
            if (status != TH_SMALL_BUFFER)
                return status;
            if (room >= expected)
                break;
        }
        complain("an entry function asks for more room than it needs");
        return TH_SMALL_BUFFER;
    }

    th_status entryFind(const std::string &key, std::string &value) {
        return withBuffer(valueOf(key).size(), value, 0, [&](uint8_t *to, uint64_t room, uint64_t *length) {
            return th_entry_get(map.raw(), map.stamp(), bytes(key), key.size(), to, room, length);
        });
    }

    th_status entryPut(const std::string &key, const std::string &value, uint32_t mode,
                       const std::string &expected) {
        std::string before;
        uint64_t need = key.size() + value.size();
        auto put = [&](uint8_t *to, uint64_t room, uint64_t *length) {
            return th_entry_put(map.raw(), map.stamp(), bytes(key), key.size(), bytes(value), value.size(),
                                mode, to, room, length);
        };
        if (value.size() % 3 == 0)
            return map.withRoom(need, [&] { return put(nullptr, 0, nullptr); });
        th_status status = withBuffer(expected.size(), before, need, put);
        if (status == TH_PRESENT && before != expected)
            complain("put: wrong value from before " + printable(key));
        return status;
    }

    th_status entryRemove(const std::string &key, const std::string &expected) {
        std::string before;
        auto remove = [&](uint8_t *to, uint64_t room, uint64_t *length) {
            return th_entry_remove(map.raw(), map.stamp(), bytes(key), key.size(), to, room, length);
        };
        if (expected.size() % 3 == 1)
            return map.withRoom(0, [&] { return remove(nullptr, 0, nullptr); });
        th_status status = withBuffer(expected.size(), before, 0, remove);
        if (status == TH_PRESENT && before != expected)
            complain("remove: wrong value from before " + printable(key));
        return status;
    }
};

} // namespace tophash::test

#endif
