/*
 * Batches of every family, played against the model. Arrays have exactly the size that the engine is told,
 * for AddressSanitizer. Like twin.h it does not know GoogleTest.
 */
#ifndef TOPHASH_TEST_BATCHES_H
#define TOPHASH_TEST_BATCHES_H

#include "twin.h"

namespace tophash::test {

enum class BatchOp { Put, Add, Remove, Get, Contains };
inline constexpr BatchOp kBatchOps[] = {BatchOp::Put, BatchOp::Add, BatchOp::Remove, BatchOp::Get,
                                        BatchOp::Contains};

/* Elements end to end, and where each one is. */
struct Spans {
    std::vector<uint8_t> data;
    std::vector<uint64_t> starts, ends;

    void add(std::string_view element) {
        starts.push_back(data.size());
        data.insert(data.end(), element.begin(), element.end());
        ends.push_back(data.size());
    }
    uint64_t length(uint64_t i) const { return ends[i] - starts[i]; }
};

class Batch {
  public:
    /* packed: without starts and ends, where keys or values are fixed. */
    Batch(Twin &twin, BatchOp op, std::vector<std::string> keys, uint64_t seed, bool packed)
        : twin_(twin), op_(op), keys_(std::move(keys)), n_(keys_.size()), packed_(packed), found_(n_, 9) {
        const th_type &type = twin.map.type();
        for (uint64_t i = 0; i < n_; i++) {
            keySpans_.add(keys_[i]);
            inputs_.push_back(op == BatchOp::Add ? twin.low(seed + i * 3) : makeValue(type, seed + i));
            inputSpans_.add(inputs_.back());
        }
        keyBytes_ = type.key_kind == TH_KIND_BYTES;
        valueBytes_ = type.value_kind == TH_KIND_BYTES;
        results_.assign(valueBytes_ ? 1 : n_ * type.value_size, 0x77);
        valueEnds_.assign(n_, 0);
    }

    /* The last status; a batch goes on until it is done, or until memory is refused. */
    th_status play() {
        th_progress p{};
        th_status status = TH_MORE;
        for (int rounds = 0; status == TH_MORE; rounds++) {
            uint64_t before = p.done;
            status = call(&p);
            if (p.done - before > TH_BATCH_CHUNK || p.done > n_)
                complain("a batch call does more than a chunk");
            if (status == TH_MORE && p.done == before)
                complain("TH_MORE without progress");
            if (status == TH_NEEDS_ROOM) {
                status = th_make_room(twin_.map.raw(), twin_.map.stamp(),
                                      keySpans_.length(p.done) + inputSpans_.length(p.done));
                status = status == TH_OK ? TH_MORE : status;
            } else if (status == TH_SMALL_BUFFER && valueBytes_ && valueEnds_[p.done] > results_.size()) {
                results_.resize(valueEnds_[p.done]);
                status = TH_MORE;
            }
            if (rounds > 100000) {
                complain("a batch does not end");
                break;
            }
        }
        if (status != TH_OK && !(twin_.failing && status == TH_NO_MEMORY))
            complain(std::string("a batch answers ") + th_status_name(status));
        if (status == TH_OK && p.done != n_)
            complain("a batch is done before its end");
        compare(p);
        return status;
    }

  private:
    th_status call(th_progress *p) {
        th_map *m = twin_.map.raw();
        uint64_t s = twin_.map.stamp(), size = keySpans_.data.size();
        const uint8_t *d = keySpans_.data.data(), *v = inputSpans_.data.data();
        bool plain = packed_ && !keyBytes_, words = twin_.useWords();
        const uint64_t *b = plain ? nullptr : keySpans_.starts.data();
        const uint64_t *e = plain ? nullptr : keySpans_.ends.data();
        uint8_t *r = results_.data(), *f = found_.data();
        if (useEntries() && op_ == BatchOp::Put) {
            bool together = packed_ && !valueBytes_;
            return th_entry_put_all(m, s, d, size, b, e, v, inputSpans_.data.size(),
                                    together ? nullptr : inputSpans_.starts.data(),
                                    together ? nullptr : inputSpans_.ends.data(), n_, p);
        }
        if (useEntries() && op_ == BatchOp::Get)
            return th_entry_get_all(m, s, d, size, b, e, r, results_.size(),
                                    valueBytes_ ? valueEnds_.data() : nullptr, f, n_, p);
        switch (op_) {
        case BatchOp::Put:
            return words ? th_word_put_all(m, s, d, v, n_, p)
                         : th_bytes_put_all(m, s, d, size, b, e, v, n_, p);
        case BatchOp::Add:
            return words ? th_word_add_all(m, s, d, v, n_, 7, p)
                         : th_bytes_add_all(m, s, d, size, b, e, v, n_, 7, p);
        case BatchOp::Remove:
            return words ? th_word_remove_all(m, s, d, n_, p)
                         : th_bytes_remove_all(m, s, d, size, b, e, n_, p);
        case BatchOp::Get:
            return words ? th_word_get_all(m, s, d, r, n_, 9, p)
                         : th_bytes_get_all(m, s, d, size, b, e, r, n_, 9, p);
        default:
            return words ? th_word_contains_all(m, s, d, f, n_, p)
                         : th_bytes_contains_all(m, s, d, size, b, e, f, n_, p);
        }
    }

    bool useEntries() const { return twin_.entries || !twin_.map.hasWordValue(); }

    /* Does in the model what progress says was done. */
    void compare(const th_progress &p) {
        uint64_t hits = 0;
        for (uint64_t i = 0; i < p.done; i++) {
            const std::string &key = keys_[i];
            auto at = twin_.model.find(key);
            bool present = at != twin_.model.end();
            hits += present;
            if (op_ == BatchOp::Put) {
                twin_.model[key] = inputs_[i];
            } else if (op_ == BatchOp::Add) {
                twin_.model[key] =
                    twin_.low(unpacked(present ? at->second : twin_.low(7)) + unpacked(inputs_[i]));
            } else if (op_ == BatchOp::Get) {
                compareResult(i, present ? &at->second : nullptr);
            } else if (op_ == BatchOp::Contains && found_[i] != present) {
                complain("a batch is wrong about containing");
            } else if (op_ == BatchOp::Remove && present) {
                twin_.model.erase(at);
                if (twin_.walk)
                    twin_.walk->removed(key);
            }
        }
        if (hits != p.hits)
            complain("a batch counts its hits wrongly");
    }

    void compareResult(uint64_t i, const std::string *expected) {
        uint64_t size = twin_.map.type().value_size;
        uint64_t start = valueBytes_ ? (i ? valueEnds_[i - 1] : 0) : i * size;
        uint64_t end = valueBytes_ ? valueEnds_[i] : start + size;
        if (start > end || end > results_.size()) {
            complain("a batch puts a value outside its buffer");
            return;
        }
        std::string got(results_.begin() + static_cast<std::ptrdiff_t>(start),
                        results_.begin() + static_cast<std::ptrdiff_t>(end));
        std::string absent = !useEntries() ? twin_.low(9) : valueBytes_ ? "" : std::string(size, 0x77);
        if (got != (expected ? *expected : absent))
            complain("a batch gets a wrong value");
        if (useEntries() && found_[i] != (expected != nullptr))
            complain("a batch is wrong about what it found");
    }

    Twin &twin_;
    BatchOp op_;
    std::vector<std::string> keys_, inputs_;
    uint64_t n_;
    bool packed_, keyBytes_ = false, valueBytes_ = false;
    Spans keySpans_, inputSpans_;
    std::vector<uint8_t> found_, results_;
    std::vector<uint64_t> valueEnds_;
};

} // namespace tophash::test

#endif
