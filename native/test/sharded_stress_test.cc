/*
 * Readers beside writers of sharded maps. Each write has a number, counted by key, and each value tells the
 * number of the write that stored it, so that a reader knows which answers there may be: the state after the
 * last write that ended before it began, or after one that began before it ended. For ThreadSanitizer too.
 */
#include "batches.h"
#include "sharded.h"

namespace tophash::test {
namespace {

constexpr uint32_t kShards = 4, kWriters = 2, kReaders = 3;
constexpr uint64_t kKeys = 1u << Told::kNumberBits;

class Stress {
  public:
    Stress(const th_type &type, uint64_t rounds, uint64_t keys)
        : heap(0, true), type_(type), map_(heap, type, sharded(kShards)), told_(type), rounds_(rounds),
          keys_(keys), started_(keys), ended_(keys), calls_(kWriters + kReaders) {
        for (uint32_t i = 0; i < kShards; i++)
            shards_.push_back(std::make_unique<Shard>(map_, i));
        for (uint64_t n = 0; n < keys; n++) {
            std::string key = told_.key(n);
            int32_t shard = shardOf(map_, key);
            shards_.at(static_cast<size_t>(shard))->keys.push_back(n);
            shardOf_.push_back(static_cast<uint32_t>(shard));
            texts_.push_back(key);
            if (isKept(n))
                write(n);
        }
    }

    void run() {
        std::vector<std::thread> threads;
        for (uint32_t i = 0; i < kWriters; i++)
            threads.emplace_back([this, i] { writer(i); });
        for (uint32_t i = 0; i < kReaders; i++)
            threads.emplace_back([this, i] { reader(i); });
        while (calls_.reclaim(heap)) {
            if (map_.size() < 0 || map_.size() > static_cast<int64_t>(keys_))
                complain("the size is out of range");
        }
        for (std::thread &thread : threads)
            thread.join();
        expectSound();
    }

    Heap heap;
    std::atomic<uint64_t> hits{0}, misses{0}, moves{0};

  private:
    struct Shard {
        Shard(const Map &sharded, uint32_t index) : map(sharded, index) {}
        std::mutex lock;
        Map map;
        std::vector<uint64_t> keys;
        bool filling = true;
    };

    /* What one reader knows of a key before and after it looked. */
    struct Look {
        uint64_t number;
        uint64_t before;
    };

    /* Shard 0 is cleared from time to time; in the others an eighth of the keys is always there. */
    bool isKept(uint64_t number) const { return number % 8 == 0 && shardOf_[number] != 0; }

    /* Every fourth write of the other keys removes them. */
    bool isPut(uint64_t number, uint64_t version) const {
        return version % 4 != 0 || (version && isKept(number));
    }

    /* ---- writers; the shard's lock is held ---- */

    /* A few rounds can be over before the readers have begun. */
    bool wasRead() const { return hits > 0 && misses > 0; }

    void writer(uint32_t id) {
        Random random(mix(id));
        for (uint64_t i = 0; i < rounds_ || (!wasRead() && i < 1000 * rounds_); i++) {
            /* Mostly shards of its own, so that the locks seldom stand in the way. */
            uint32_t at =
                static_cast<uint32_t>(random.below(16) ? id * 2 + random.below(2) : random.below(kShards));
            std::lock_guard<std::mutex> guard(shards_[at]->lock);
            act(*shards_[at], at, random);
            calls_.left(id);
        }
        running_--;
        calls_.done(id);
    }

    void act(Shard &shard, uint32_t index, Random &random) {
        uint64_t what = random.below(4000);
        if (what < 4) {
            change(shard, index, random);
            return;
        }
        if (what < 12)
            shard.filling = !shard.filling;
        uint64_t number = shard.keys[random.below(shard.keys.size())];
        bool puts = isPut(number, ended_[number].load(std::memory_order_relaxed) + 1);
        /* While it fills few keys go, while it drains few come. */
        if (isKept(number) || puts == shard.filling || random.below(4) == 0)
            write(number);
    }

    void write(uint64_t number) {
        uint64_t version = ended_[number].load(std::memory_order_relaxed) + 1;
        if (version >= Told::kVersions)
            return;
        Map &map = shards_[shardOf_[number]]->map;
        started_[number].store(version, std::memory_order_release);
        std::string key = texts_[number];
        bool present = version > 1 && isPut(number, version - 1);
        th_status status =
            isPut(number, version) ? put(map, key, told_.value(number, version)) : remove(map, key);
        if (status != (present ? TH_PRESENT : TH_ABSENT))
            complain(std::string("a write answers ") + th_status_name(status));
        ended_[number].store(version, std::memory_order_release);
    }

    th_status put(Map &map, const std::string &key, const std::string &value) {
        if (map.hasWordKey() && map.hasWordValue())
            return map.withRoom(
                0, [&] { return th_word_put(map.raw(), map.stamp(), unpacked(key), unpacked(value)); });
        return map.put(key, value);
    }

    th_status remove(Map &map, const std::string &key) {
        if (map.hasWordKey() && map.hasWordValue())
            return map.withRoom(0, [&] { return th_word_remove(map.raw(), map.stamp(), unpacked(key)); });
        return map.remove(key);
    }

    /* Everything that exchanges arrays at once. */
    void change(Shard &shard, uint32_t index, Random &random) {
        th_status status = TH_OK;
        uint64_t progress = 0;
        th_placement placement{};
        switch (random.below(index == 0 ? 5 : 4)) {
        case 0:
            status = shard.map.reserve(random.below(2) ? 12000 : 600);
            break;
        case 1:
        case 2:
            status = shard.map.shrink();
            break;
        case 3:
            placement.mode = random.below(2) ? TH_PLACE_LOCAL : TH_PLACE_FIRST_TOUCH;
            do
                status = th_map_migrate(shard.map.raw(), shard.map.stamp(), &placement, &progress);
            while (status == TH_MORE);
            break;
        default:
            clear(shard);
            break;
        }
        if (status != TH_OK)
            complain(std::string("a change answers ") + th_status_name(status));
        moves++;
    }

    void clear(Shard &shard) {
        auto gone = [&](uint64_t n) { return (ended_[n].load(std::memory_order_relaxed) + 3) / 4 * 4; };
        for (uint64_t n : shard.keys)
            started_[n].store(gone(n), std::memory_order_release);
        if (shard.map.clear() != TH_OK)
            complain("clear");
        for (uint64_t n : shard.keys)
            ended_[n].store(gone(n), std::memory_order_release);
    }

    /* ---- readers ---- */

    /* Reader 0 shares nothing with writers but the map, so that only the map can order their accesses. */
    void reader(uint32_t id) {
        Random random(mix(id + 100));
        std::vector<uint64_t> last(keys_);
        while (running_ > 0) {
            std::vector<Look> looks(random.below(8) ? 1 : 1 + random.below(100));
            for (Look &look : looks) {
                look.number = random.below(keys_);
                look.before = id == 0 ? 0 : ended_[look.number].load(std::memory_order_acquire);
            }
            if (looks.size() == 1)
                one(looks[0], random, id == 0, last);
            else
                many(looks, random, id == 0, last);
            calls_.left(kWriters + id);
        }
        calls_.done(kWriters + id);
    }

    void judge(const Look &look, bool found, const std::string *value, bool alone,
               std::vector<uint64_t> &last) {
        uint64_t number = look.number;
        uint64_t after = alone ? ~uint64_t{0} : started_[number].load(std::memory_order_acquire);
        (found ? hits : misses).fetch_add(1, std::memory_order_relaxed);
        std::string who = "key " + std::to_string(number) + ": ";
        if (!found) {
            uint64_t removed = (look.before + 3) / 4 * 4;
            if (isKept(number) || removed > after)
                complain(who + "missed, writes " + std::to_string(look.before) + " to " +
                         std::to_string(after));
            return;
        }
        if (value == nullptr) {
            if (look.before == after && !isPut(number, after))
                complain(who + "found after its removal");
            return;
        }
        uint64_t version = 0;
        if (!told_.versionOf(number, *value, &version)) {
            complain(who + "a value that was never written: " + printable(*value));
            return;
        }
        if (!isPut(number, version) || version < look.before || version > after || version < last[number])
            complain(who + "value " + std::to_string(version) + ", writes " + std::to_string(look.before) +
                     " to " + std::to_string(after) + ", seen " + std::to_string(last[number]));
        last[number] = std::max(last[number], version);
    }

    void one(const Look &look, Random &random, bool alone, std::vector<uint64_t> &last) {
        const std::string &key = texts_[look.number];
        const uint8_t *bytes = Twin::bytes(key);
        uint64_t what = random.below(3);
        if (what == 0) {
            th_status status = map_.hasWordKey() && map_.hasWordValue()
                                   ? th_word_contains(map_.raw(), map_.stamp(), unpacked(key))
                                   : th_bytes_contains(map_.raw(), map_.stamp(), bytes, key.size());
            judge(look, status == TH_PRESENT, nullptr, alone, last);
            return;
        }
        std::string value;
        bool found;
        if (what == 1 && map_.hasWordValue()) {
            uint64_t word = map_.hasWordKey() ? th_word_get(map_.raw(), map_.stamp(), unpacked(key), 0)
                                              : th_bytes_get(map_.raw(), map_.stamp(), bytes, key.size(), 0);
            found = word != 0;
            value = packed(word).substr(0, type_.value_size);
        } else {
            found = entry(key, value);
        }
        judge(look, found, &value, alone, last);
    }

    bool entry(const std::string &key, std::string &value) {
        uint8_t buffer[2048];
        uint64_t length = 777;
        th_status status = th_entry_get(map_.raw(), map_.stamp(), Twin::bytes(key), key.size(), buffer,
                                        sizeof buffer, &length);
        if (status != TH_PRESENT && status != TH_ABSENT)
            complain(std::string("th_entry_get: ") + th_status_name(status));
        if (status != TH_PRESENT && length != 777)
            complain("th_entry_get tells the length of an absent value");
        if (status == TH_PRESENT)
            value.assign(reinterpret_cast<char *>(buffer), length);
        return status == TH_PRESENT;
    }

    void many(const std::vector<Look> &looks, Random &random, bool alone, std::vector<uint64_t> &last) {
        uint64_t n = looks.size(), size = type_.value_size;
        Spans keys;
        for (const Look &look : looks)
            keys.add(texts_[look.number]);
        bool valueBytes = type_.value_kind == TH_KIND_BYTES, words = map_.hasWordKey() && map_.hasWordValue();
        bool entries = !map_.hasWordValue() || random.below(2);
        std::vector<uint8_t> values(valueBytes ? n * 2048 : n * size), found(n);
        std::vector<uint64_t> ends(n);
        th_progress p{};
        th_status status;
        do
            status =
                entries ? th_entry_get_all(map_.raw(), map_.stamp(), keys.data.data(), keys.data.size(),
                                           keys.starts.data(), keys.ends.data(), values.data(), values.size(),
                                           valueBytes ? ends.data() : nullptr, found.data(), n, &p)
                : words ? th_word_get_all(map_.raw(), map_.stamp(), keys.data.data(), values.data(), n, 0, &p)
                        : th_bytes_get_all(map_.raw(), map_.stamp(), keys.data.data(), keys.data.size(),
                                           keys.starts.data(), keys.ends.data(), values.data(), n, 0, &p);
        while (status == TH_MORE);
        if (status != TH_OK || p.done != n)
            complain(std::string("a batch answers ") + th_status_name(status));
        uint64_t hitsSeen = 0;
        for (uint64_t i = 0; i < n; i++) {
            uint64_t start = valueBytes ? (i ? ends[i - 1] : 0) : i * size,
                     end = valueBytes ? ends[i] : start + size;
            std::string value(values.begin() + static_cast<std::ptrdiff_t>(start),
                              values.begin() + static_cast<std::ptrdiff_t>(end));
            bool present = entries ? found[i] != 0 : unpacked(value) != 0;
            if (!present && valueBytes && start != end)
                complain("a batch tells the length of an absent value");
            judge(looks[i], present, &value, alone, last);
            hitsSeen += present;
        }
        if (hitsSeen != p.hits)
            complain("a batch counts its hits wrongly");
    }

    void expectSound() {
        for (auto &shard : shards_) {
            EXPECT_TRUE(isSound(shard->map));
            for (uint64_t n : shard->keys) {
                uint64_t version = ended_[n];
                std::string value;
                bool present = version != 0 && isPut(n, version);
                ASSERT_EQ(present ? TH_PRESENT : TH_ABSENT, shard->map.find(texts_[n], &value)) << n;
                ASSERT_EQ(present, entry(texts_[n], value)) << n;
                ASSERT_TRUE(!present || value == told_.value(n, version)) << n;
            }
        }
    }

    th_type type_;
    Map map_;
    Told told_;
    uint64_t rounds_, keys_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::vector<uint32_t> shardOf_;
    std::vector<std::string> texts_;
    std::vector<std::atomic<uint64_t>> started_, ended_; /* number of a key's last write */
    std::atomic<uint32_t> running_{kWriters};
    Calls calls_;
};

class ShardedStressTest : public testing::TestWithParam<NamedType> {};

TEST_P(ShardedStressTest, EveryAnswerIsOneThatThereWas) {
    Stress stress(GetParam().type, scaled(150000), kKeys);
    stress.run();
    EXPECT_GT(stress.hits, 0u);
    EXPECT_GT(stress.misses, 0u);
    EXPECT_GT(stress.moves, 0u);
}

/* The same few slots again and again. */
TEST_P(ShardedStressTest, SlotsAreReusedForOtherKeysAllTheTime) {
    Stress stress(GetParam().type, scaled(150000), 96);
    stress.run();
    EXPECT_GT(stress.hits, 0u);
    EXPECT_GT(stress.misses, 0u);
}

INSTANTIATE_TEST_SUITE_P(Types, ShardedStressTest, testing::ValuesIn(racedTypes()),
                         [](const auto &param) { return param.param.name; });

} // namespace
} // namespace tophash::test
