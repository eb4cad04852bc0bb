/*
 * The reference: a std::map that sees the same operations as a Map, and what must be equal afterwards.
 * Differences go to complain(). Like engine.h it is shared with the fuzzer and does not know GoogleTest.
 */
#ifndef TOPHASH_TEST_MODEL_H
#define TOPHASH_TEST_MODEL_H

#include <algorithm>
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
 * A walk under observation, perhaps in several parts: told of every change to the map, it complains when one
 * of the promises of th_cursor is broken. The numbers are those of the header.
 */
class WatchedWalk {
  public:
    WatchedWalk(const Map &map, const Model &model, uint64_t random) : model_(model) {
        parts_.emplace_back(map, random);
        for (const auto &entry : model)
            owed_.insert(entry.first);
    }

    void removed(const std::string &key) { owed_.erase(key); }
    void cleared() {
        owed_.clear();
        cleared_ = true;
    }

    bool ended() const {
        return std::all_of(parts_.begin(), parts_.end(), [](const Walk &part) { return part.ended(); });
    }
    size_t returned() const { return returned_.size(); }
    size_t parts() const { return parts_.size(); }
    const std::set<std::string> &keys() const { return returned_; }

    /* Splits some part; false when that cannot be. */
    bool split() {
        Walk &part = parts_[mix(++turn_) % parts_.size()];
        std::optional<Walk> other = part.ended() ? std::nullopt : part.split();
        if (other)
            parts_.push_back(*other);
        return other.has_value();
    }

    /* The parts take turns. */
    void next(uint32_t capacity = 64, uint64_t room = 8192) {
        while (parts_[turn_ % parts_.size()].ended())
            turn_++;
        std::vector<Entry> entries;
        th_status status = parts_[turn_++ % parts_.size()].next(entries, capacity, room);
        if (status < 0)
            complain(std::string("th_cursor_next: ") + th_status_name(status));
        if (cleared_ && (status != TH_OK || !entries.empty()))
            complain("(7) a walk goes on after clear");
        for (const Entry &entry : entries)
            accept(entry);
        if (ended() && !owed_.empty()) {
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

    std::vector<Walk> parts_;
    size_t turn_ = 0;
    const Model &model_;
    std::set<std::string> owed_; /* in the map since the walk began and not returned yet */
    std::set<std::string> returned_;
    bool cleared_ = false;
};

} // namespace tophash::test

#endif
