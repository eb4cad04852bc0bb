/*
 * Bytes decoded to a map type, a kernel and operations, played against the reference model with the invariant
 * checker after each. The fuzzer feeds it what it likes, the tests the kept corpus.
 */
#ifndef TOPHASH_FUZZ_OPERATIONS_H
#define TOPHASH_FUZZ_OPERATIONS_H

#include <array>
#include <map>

#include "../test/model.h"

namespace tophash::test {

/* Reads the input; past its end everything is 0. */
class Input {
  public:
    Input(const uint8_t *data, size_t size) : data_(data), size_(size) {}

    bool ended() const { return at_ >= size_; }
    uint8_t byte() { return ended() ? 0 : data_[at_++]; }
    uint64_t word16() {
        uint64_t low = byte();
        return low | static_cast<uint64_t>(byte()) << 8;
    }

  private:
    const uint8_t *data_;
    size_t size_;
    size_t at_ = 0;
};

class Player {
  public:
    Player(const uint8_t *data, size_t size) : input_(data, size), type_(pickType()), flags_(input_.byte()) {}

    void play() {
        std::string kernelBefore = th_kernel();
        {
            Heap heap(0, flags_ & 1);
            Twin twin(heap, type_, seeded(kSeed, flags_ & 2 ? input_.byte() : 0));
            heap_ = &heap;
            twin_ = &twin;
            twin.quick = flags_ & 4;
            /* Long inputs add nothing that a short one could not show, and are slow. */
            for (int steps = 0; steps < kMostSteps && !input_.ended(); steps++)
                step(steps);
            disarm();
            if (twin.walk)
                twin.walk->finish();
            check(difference(twin.map, twin.model));
        }
        th_kernel_select(kernelBefore.c_str());
    }

  private:
    static constexpr uint32_t kSeed = 7;
    static constexpr int kMostSteps = 2000;

    th_type pickType() { return allTypes()[input_.byte() % allTypes().size()].type; }

    static void check(const std::string &message) {
        if (!message.empty())
            complain(message);
    }

    void step(int steps) {
        uint8_t code = input_.byte();
        twin_->failing = armed_;
        switch (code % 20) {
        case 0:
        case 1:
            after(twin_->put(key(), value()));
            break;
        case 2:
            after(twin_->putIfAbsent(key(), value()));
            break;
        case 3:
        case 4:
            twin_->remove(key());
            break;
        case 5:
            twin_->find(key());
            break;
        case 6:
            runOfPuts();
            break;
        case 7:
            runOfRemoves();
            break;
        case 8:
            add();
            break;
        case 9:
            batch();
            break;
        case 10:
            startWalk();
            break;
        case 11:
        case 12:
            nextOfWalk();
            break;
        case 13:
            after(twin_->shrink());
            break;
        case 14:
            after(twin_->reserve(input_.byte() * 8u));
            break;
        case 15:
            clear();
            break;
        case 16:
            arm();
            break;
        case 17:
            switchKernel();
            break;
        case 18:
            heap_->reclaim();
            break;
        default:
            twin_->quick = !twin_->quick;
            break;
        }
        checkInvariants();
        if (steps % 64 == 63)
            check(difference(twin_->map, twin_->model));
    }

    void checkInvariants() {
        char message[512] = "";
        if (!th_check_map(twin_->map.raw(), twin_->map.stamp(), message, sizeof message))
            complain(message);
        if (twin_->map.size() != static_cast<int64_t>(twin_->model.size()))
            complain("the size is wrong");
    }

    /*
     * Numbers below 128 stand for themselves, so that keys meet; those above for keys that share a bucket
     * under the first seed, so that chains get long.
     */
    std::string keyOf(uint8_t number) {
        if (number < 128 || keyCount(type_) < 100000)
            return makeKey(type_, number % keyCount(type_));
        return colliding()[number - 128u];
    }
    std::string key() { return keyOf(input_.byte()); }
    std::string value() { return makeValue(type_, input_.byte()); }

    const std::vector<std::string> &colliding() {
        static std::map<std::array<uint16_t, 5>, std::vector<std::string>> known;
        auto &keys = known[{type_.key_kind, type_.key_size, type_.key_align, 0, 0}];
        if (!keys.empty())
            return keys;
        Heap heap;
        Map map(heap, type_, seeded(kSeed));
        for (uint64_t i = 1000; keys.size() < 128; i++) {
            std::string key = makeKey(type_, i);
            if (th_test_hash(map.raw(), map.stamp(), key.data(), key.size()) >> 58 == 5)
                keys.push_back(key);
        }
        return keys;
    }

    void runOfPuts() {
        uint8_t from = input_.byte(), count = input_.byte() % 64, seed = input_.byte();
        for (uint8_t i = 0; i < count; i++) {
            after(twin_->put(keyOf(static_cast<uint8_t>(from + i)), makeValue(type_, seed + i)));
        }
    }

    void runOfRemoves() {
        uint8_t from = input_.byte(), count = input_.byte() % 64, stride = input_.byte() % 4;
        for (uint8_t i = 0; i < count; i++)
            twin_->remove(keyOf(static_cast<uint8_t>(from + i * stride)));
    }

    void add() {
        std::string k = key();
        uint64_t delta = input_.byte();
        if (twin_->isTyped())
            after(twin_->add(k, delta));
    }

    void startWalk() {
        uint64_t random = mix(input_.byte());
        twin_->startWalk(random);
    }

    void nextOfWalk() {
        uint8_t capacity = input_.byte();
        if (twin_->walk && !twin_->walk->ended())
            twin_->walk->next(capacity % 100, capacity * 16u);
    }

    void clear() {
        /* Rarely, or no input ever fills a map. */
        if (input_.byte() < 16)
            after(twin_->clear());
    }

    void arm() {
        uint8_t nth = input_.byte();
        armed_ = true;
        th_test_fail_allocation(heap_->raw(), nth % 8);
    }

    void disarm() {
        armed_ = twin_->failing = false;
        th_test_fail_allocation(heap_->raw(), -1);
    }

    /* The failure happens once; after it nothing else may fail. */
    void after(th_status status) {
        if (status == TH_NO_MEMORY)
            disarm();
    }

    void switchKernel() {
        uint32_t count = 0;
        while (th_kernel_at(count))
            count++;
        th_kernel_select(th_kernel_at(input_.byte() % count));
    }

    void batch();

    Input input_;
    th_type type_;
    uint8_t flags_;
    Heap *heap_ = nullptr;
    Twin *twin_ = nullptr;
    bool armed_ = false;
};

/* A batch's keys in the form that its map takes. */
struct BatchKeys {
    std::vector<uint64_t> words, starts, ends;
    std::vector<uint8_t> data;
    std::vector<std::string> strings;

    void add(const std::string &key, bool bytes) {
        strings.push_back(key);
        if (!bytes) {
            words.push_back(unpacked(key));
            return;
        }
        starts.push_back(data.size());
        data.insert(data.end(), key.begin(), key.end());
        ends.push_back(data.size());
    }
};

/* A batch goes on until it is done, or until memory is refused; what progress tells is what the model does.
 */
inline void Player::batch() {
    uint8_t what = input_.byte() % 5;
    uint64_t n = input_.byte() % 80;
    BatchKeys keys;
    bool bytes = twin_->map.isBytesLong();
    for (uint64_t i = 0; i < n; i++)
        keys.add(key(), bytes);
    if (!twin_->isTyped())
        return;

    th_map *m = twin_->map.raw();
    uint64_t s = twin_->map.stamp();
    const uint64_t *w = keys.words.data(), *b = keys.starts.data(), *e = keys.ends.data();
    const uint8_t *d = keys.data.data();
    uint64_t size = keys.data.size();
    std::vector<uint64_t> values(n);
    std::vector<uint8_t> found(n);
    for (uint64_t i = 0; i < n; i++)
        values[i] = i * 3;
    uint64_t *v = values.data();
    th_progress p{};
    th_status status = twin_->map.withRoom(64, [&] {
        switch (what) {
        case 0:
            return bytes ? th_bytes_put_all(m, s, d, size, b, e, v, n, &p)
                         : th_long_put_all(m, s, w, v, n, &p);
        case 1:
            return bytes ? th_bytes_add_all(m, s, d, size, b, e, v, n, 7, &p)
                         : th_long_add_all(m, s, w, v, n, 7, &p);
        case 2:
            return bytes ? th_bytes_remove_all(m, s, d, size, b, e, n, &p)
                         : th_long_remove_all(m, s, w, n, &p);
        case 3:
            return bytes ? th_bytes_get_all(m, s, d, size, b, e, v, n, 9, &p)
                         : th_long_get_all(m, s, w, v, n, 9, &p);
        default:
            return bytes ? th_bytes_contains_all(m, s, d, size, b, e, found.data(), n, &p)
                         : th_long_contains_all(m, s, w, found.data(), n, &p);
        }
    });
    if (status != TH_OK && !(armed_ && status == TH_NO_MEMORY))
        complain("a batch answers otherwise than done");
    if (status == TH_OK && p.done != n)
        complain("a batch is done before its end");
    after(status);
    uint64_t hits = 0;
    for (uint64_t i = 0; i < p.done; i++) {
        const std::string &k = keys.strings[i];
        auto at = twin_->model.find(k);
        bool present = at != twin_->model.end();
        hits += present;
        uint64_t before = present ? unpacked(at->second) : 7;
        if (what == 0)
            twin_->model[k] = packed(i * 3);
        if (what == 1)
            twin_->model[k] = packed(before + i * 3);
        if (what == 2 && present) {
            twin_->model.erase(k);
            if (twin_->walk)
                twin_->walk->removed(k);
        }
        if (what == 3 && values[i] != (present ? before : 9))
            complain("a batch gets a wrong value");
        if (what == 4 && found[i] != present)
            complain("a batch is wrong about containing");
    }
    if (hits != p.hits)
        complain("a batch counts its hits wrongly");
}

inline void playOperations(const uint8_t *data, size_t size) {
    if (size >= 3)
        Player(data, size).play();
}

} // namespace tophash::test

#endif
