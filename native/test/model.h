/*
 * The reference: a std::map that sees the same operations as a Map, and what must be equal afterwards.
 * Differences go to complain(). Like engine.h it is shared with the fuzzer and does not know GoogleTest.
 */
#ifndef TOPHASH_TEST_MODEL_H
#define TOPHASH_TEST_MODEL_H

#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "engine.h"
#include "types.h"

namespace tophash::test {

using Model = std::map<std::string, std::string>;

inline std::string printable(std::string_view bytes) {
    std::ostringstream out;
    out << bytes.size() << ':';
    for (unsigned char c : bytes.substr(0, 40)) {
        char hex[3];
        std::snprintf(hex, sizeof hex, "%02x", c);
        out << hex;
    }
    return out.str();
}

/* Empty, or what differs between a walk over the map and the model. */
inline std::string differenceOfWalk(const Map &map, const Model &model, uint64_t random) {
    std::vector<Entry> entries = walkAll(map, random);
    if (entries.size() != model.size()) {
        return "a walk returns " + std::to_string(entries.size()) + " of " + std::to_string(model.size());
    }
    std::set<std::string_view> seen;
    for (const Entry &entry : entries) {
        auto expected = model.find(entry.first);
        if (expected == model.end())
            return "a walk returns the foreign key " + printable(entry.first);
        if (expected->second != entry.second)
            return "a walk returns a wrong value for " + printable(entry.first);
        if (!seen.insert(entry.first).second)
            return "a walk returns twice " + printable(entry.first);
    }
    return {};
}

/* Empty, or the first way in which the map is broken or is not equal to the model. */
inline std::string difference(const Map &map, const Model &model) {
    char message[512] = "";
    if (!th_check_map(map.raw(), map.stamp(), message, sizeof message))
        return message;
    if (map.size() != static_cast<int64_t>(model.size())) {
        return "size is " + std::to_string(map.size()) + ", not " + std::to_string(model.size());
    }
    std::string value;
    for (const auto &[key, expected] : model) {
        th_status status = map.find(key, &value);
        if (status != TH_PRESENT)
            return "find " + printable(key) + " answers " + th_status_name(status);
        if (value != expected)
            return "find " + printable(key) + " gives a wrong value";
    }
    return differenceOfWalk(map, model, mix(model.size()));
}

/*
 * A walk under observation: told of every change to the map, it complains when one of the promises of
 * th_cursor is broken. The numbers are those of the header.
 */
class WatchedWalk {
  public:
    WatchedWalk(const Map &map, const Model &model, uint64_t random) : walk_(map, random), model_(model) {
        for (const auto &entry : model)
            owed_.insert(entry.first);
    }

    void removed(const std::string &key) { owed_.erase(key); }
    void cleared() {
        owed_.clear();
        cleared_ = true;
    }

    bool ended() const { return walk_.ended(); }
    size_t returned() const { return returned_.size(); }
    const std::set<std::string> &keys() const { return returned_; }

    void next(uint32_t capacity = 64, uint64_t room = 8192) {
        std::vector<Entry> entries;
        th_status status = walk_.next(entries, capacity, room);
        if (status < 0)
            complain(std::string("th_cursor_next: ") + th_status_name(status));
        if (cleared_ && (status != TH_OK || !entries.empty()))
            complain("(7) a walk goes on after clear");
        for (const Entry &entry : entries)
            accept(entry);
        if (status == TH_OK && !owed_.empty()) {
            complain("(2) a walk leaves out " + std::to_string(owed_.size()) + " entries, among them " +
                     printable(*owed_.begin()));
        }
    }

    void finish(uint32_t capacity = 64) {
        while (!ended())
            next(capacity);
    }

  private:
    void accept(const Entry &entry) {
        if (!returned_.insert(entry.first).second)
            complain("(3) returned twice: " + printable(entry.first));
        auto now = model_.find(entry.first);
        if (now == model_.end()) {
            complain("(4) returned after its removal: " + printable(entry.first));
        } else if (now->second != entry.second) {
            complain("returned with a value it does not have: " + printable(entry.first));
        }
        owed_.erase(entry.first);
    }

    Walk walk_;
    const Model &model_;
    std::set<std::string> owed_; /* in the map since the walk began and not returned yet */
    std::set<std::string> returned_;
    bool cleared_ = false;
};

/* A map and its model. Each operation goes to both and the answers are compared. */
class Twin {
  public:
    Twin(Heap &heap, const th_type &type, const th_map_options &options = {}) : map(heap, type, options) {}

    Map map;
    Model model;
    bool quick = false;   /* use the typed functions where the type has them */
    bool failing = false; /* TH_NO_MEMORY is expected; it must leave the map as it was */
    std::optional<WatchedWalk> walk;

    th_status find(const std::string &key) {
        auto expected = model.find(key);
        std::string value;
        th_status status = quick && isTyped() ? quickFind(key, value) : map.find(key, &value);
        if (!agrees("find", status, expected != model.end(), key))
            return status;
        if (status == TH_PRESENT && value != expected->second)
            complain("find: wrong value " + printable(key));
        return status;
    }

    th_status put(const std::string &key, const std::string &value) {
        std::string before = valueOf(key);
        th_status status = quick && isTyped() ? quickPut(key, value, false) : map.put(key, value);
        if (!agrees("put", status, model.count(key) != 0, key))
            return status;
        if (status == TH_PRESENT)
            expectPrevious(before);
        model[key] = value;
        return status;
    }

    th_status putIfAbsent(const std::string &key, const std::string &value) {
        std::string before = valueOf(key);
        th_status status = quick && isTyped() ? quickPut(key, value, true) : map.putIfAbsent(key, value);
        if (!agrees("put_if_absent", status, model.count(key) != 0, key))
            return status;
        if (status == TH_PRESENT && quick && isTyped())
            expectPrevious(before);
        model.emplace(key, value);
        return status;
    }

    /* Only for types with 8-byte values; an absent key starts from 7. */
    th_status add(const std::string &key, uint64_t delta) {
        bool present = model.count(key) != 0;
        uint64_t before = present ? unpacked(model[key]) : 7;
        th_status status = map.withRoom(key.size(), [&] {
            return map.isLong() ? th_long_add(map.raw(), map.stamp(), unpacked(key), delta, 7)
                                : th_bytes_add(map.raw(), map.stamp(), bytes(key), key.size(), delta, 7);
        });
        if (!agrees("add", status, present, key))
            return status;
        if (status == TH_PRESENT && map.previous() != before)
            complain("add: wrong previous value");
        model[key] = packed(before + delta);
        return status;
    }

    th_status remove(const std::string &key) {
        std::string before = valueOf(key);
        bool wasFailing = std::exchange(failing, false); /* a removal needs no memory */
        th_status status = quick && isTyped() ? quickRemove(key) : map.remove(key);
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

    th_status reserve(uint64_t entries) {
        th_status status = map.reserve(entries);
        succeeded("reserve", status);
        return status;
    }

    th_status shrink() {
        th_status status = map.shrink();
        succeeded("shrink", status);
        return status;
    }

    void startWalk(uint64_t random) { walk.emplace(map, model, random); }

    bool isTyped() const { return map.isLong() || map.isBytesLong(); }

    static const uint8_t *bytes(const std::string &key) {
        return reinterpret_cast<const uint8_t *>(key.data());
    }

  private:
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
        if (isTyped() && quick && map.previous() != unpacked(before))
            complain("wrong previous value");
    }

    th_status quickFind(const std::string &key, std::string &value) {
        const uint64_t otherwise = 0x0123456789abcdefu;
        uint64_t got;
        th_status status;
        if (map.isLong()) {
            got = th_long_get(map.raw(), map.stamp(), unpacked(key), otherwise);
            status = th_long_contains(map.raw(), map.stamp(), unpacked(key));
        } else {
            got = th_bytes_get(map.raw(), map.stamp(), bytes(key), key.size(), otherwise);
            status = th_bytes_contains(map.raw(), map.stamp(), bytes(key), key.size());
        }
        if (status == TH_ABSENT && got != otherwise)
            complain("get of an absent key ignores `otherwise`");
        value = packed(got);
        return status;
    }

    th_status quickPut(const std::string &key, const std::string &value, bool ifAbsent) {
        uint64_t number = unpacked(value);
        th_map *raw = map.raw();
        uint64_t stamp = map.stamp();
        return map.withRoom(map.isLong() ? 0 : key.size(), [&] {
            if (map.isLong()) {
                auto call = ifAbsent ? th_long_put_if_absent : th_long_put;
                return call(raw, stamp, unpacked(key), number);
            }
            auto call = ifAbsent ? th_bytes_put_if_absent : th_bytes_put;
            return call(raw, stamp, bytes(key), key.size(), number);
        });
    }

    th_status quickRemove(const std::string &key) {
        return map.withRoom(0, [&] {
            return map.isLong() ? th_long_remove(map.raw(), map.stamp(), unpacked(key))
                                : th_bytes_remove(map.raw(), map.stamp(), bytes(key), key.size());
        });
    }
};

} // namespace tophash::test

#endif
