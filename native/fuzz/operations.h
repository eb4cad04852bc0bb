/*
 * Bytes decoded to a map type, a kernel and operations, played against the reference model with the invariant
 * checker after each. The fuzzer feeds it what it likes, the tests the kept corpus.
 */
#ifndef TOPHASH_FUZZ_OPERATIONS_H
#define TOPHASH_FUZZ_OPERATIONS_H

#include <array>
#include <map>

#include "../test/batches.h"

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
            uint64_t size = flags_ & 2 ? input_.byte() : 0;
            Twin twin(heap, type_, seeded(kSeed, flags_ & 8 ? pipelineSize(type_) : size));
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
            change();
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

    void batch() {
        uint8_t what = input_.byte();
        uint64_t n = input_.byte() % 80;
        std::vector<std::string> keys;
        for (uint64_t i = 0; i < n; i++)
            keys.push_back(key());
        BatchOp op = kBatchOps[what % std::size(kBatchOps)];
        if (op == BatchOp::Add && !twin_->isTyped())
            op = BatchOp::Put;
        after(Batch(*twin_, op, keys, what, what >= 128).play());
    }

    /* Which functions come next, and what only some of them can. */
    void change() {
        uint8_t what = input_.byte();
        switch (what % 8) {
        case 0:
        case 1:
            twin_->quick = !twin_->quick;
            break;
        case 2:
            twin_->entries = !twin_->entries;
            break;
        case 3:
            twin_->pointers = !twin_->pointers;
            break;
        case 4:
            after(twin_->putIfPresent(key(), value()));
            break;
        default:
            if (twin_->walk && twin_->walk->parts() < 32)
                twin_->walk->split();
            break;
        }
    }

    Input input_;
    th_type type_;
    uint8_t flags_;
    Heap *heap_ = nullptr;
    Twin *twin_ = nullptr;
    bool armed_ = false;
};

inline void playOperations(const uint8_t *data, size_t size) {
    if (size >= 3)
        Player(data, size).play();
}

} // namespace tophash::test

#endif
