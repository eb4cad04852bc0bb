/* Kernels differ in speed only. */
#include "support.h"

namespace tophash::test {
namespace {

TEST(Kernel, TheListIsSane) {
    std::vector<std::string> names = kernels();
    ASSERT_FALSE(names.empty());
    EXPECT_EQ("swar", names.back()) << "the portable one is the last resort";
#if defined(__x86_64__)
    EXPECT_EQ(1, std::count(names.begin(), names.end(), "sse2"));
    EXPECT_EQ(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                  __builtin_cpu_supports("bmi2"),
              names.front() == "avx2");
#elif defined(__aarch64__)
    EXPECT_EQ("neon", names.front());
#endif
    EXPECT_EQ(nullptr, th_kernel_at(static_cast<uint32_t>(names.size())));
    EXPECT_EQ(nullptr, th_kernel_at(~0u));
    EXPECT_EQ(names.size(), std::set<std::string>(names.begin(), names.end()).size());
}

TEST(Kernel, SelectsByNameOnly) {
    std::string before = th_kernel();
    for (const char *wrong : {"", "SSE2", "sse2 ", "ss", "avx999", "swar\n"}) {
        EXPECT_EQ(TH_INVALID, th_kernel_select(wrong)) << wrong;
    }
    EXPECT_EQ(TH_INVALID, th_kernel_select(nullptr));
#if defined(__x86_64__)
    EXPECT_EQ(TH_INVALID, th_kernel_select("neon"));
#else
    EXPECT_EQ(TH_INVALID, th_kernel_select("sse2"));
#endif
    EXPECT_EQ(before, th_kernel());
    for (const std::string &name : kernels())
        KernelScope scope(name);
    EXPECT_EQ(before, th_kernel());
}

/* A stream of operations; what every one of them answered, and what the map looks like at its end. */
class Stream {
  public:
    Stream(Heap &heap, const th_type &type) : map_(heap, type, seeded(99)) {}

    /* Goes on with the operations of one round; the round decides which. */
    void play(uint64_t round) {
        Random random(round);
        const th_type &type = map_.type();
        uint64_t keys = std::min<uint64_t>(keyCount(type), 900);
        for (uint64_t i = 0; i < 300; i++) {
            std::string key = makeKey(type, random.below(keys));
            uint64_t what = random.below(20);
            if (what < 8)
                note(map_.put(key, makeValue(type, random.next())));
            if (what >= 8 && what < 10)
                note(map_.putIfAbsent(key, makeValue(type, random.next())));
            if (what >= 10 && what < 15)
                note(map_.remove(key));
            if (what >= 15) {
                std::string value;
                note(map_.find(key, &value));
                answers_ += value;
            }
        }
        if (round % 5 == 4)
            note(map_.shrink());
        if (round % 7 == 6)
            note(map_.reserve(2000));
        if (map_.isLong())
            batches(random);
        picture(round);
    }

    const std::string &answers() const { return answers_; }
    const Map &map() const { return map_; }

  private:
    void note(th_status status) { answers_ += static_cast<char>(status); }

    void batches(Random &random) {
        std::vector<uint64_t> keys(100), values(100);
        for (uint64_t &key : keys)
            key = random.below(900);
        th_progress progress{};
        note(map_.withRoom(0, [&] {
            return th_word_add_all(map_.raw(), map_.stamp(), keys.data(), keys.data(), 100, 1, &progress);
        }));
        progress = {};
        note(th_word_get_all(map_.raw(), map_.stamp(), keys.data(), values.data(), 100, 5, &progress));
        for (uint64_t value : values)
            answers_ += packed(value);
    }

    /* Walk order and every counter: the buckets themselves must be equal. */
    void picture(uint64_t round) {
        for (const Entry &entry : walkAll(map_, mix(round)))
            answers_ += entry.first + entry.second;
        th_map_stats stats = map_.stats(true);
        answers_.append(reinterpret_cast<const char *>(&stats), sizeof stats);
    }

    Map map_;
    std::string answers_;
};

class KernelTest : public testing::TestWithParam<NamedType> {};

TEST_P(KernelTest, AllGiveTheSameAnswers) {
    const uint64_t rounds = scaled(8, 3);
    std::vector<std::string> names = kernels(), answers;
    for (const std::string &name : names) {
        KernelScope scope(name);
        Heap heap;
        Stream stream(heap, GetParam().type);
        for (uint64_t round = 0; round < rounds; round++)
            stream.play(round);
        EXPECT_TRUE(isSound(stream.map())) << name;
        answers.push_back(stream.answers());
    }
    for (size_t i = 1; i < names.size(); i++) {
        EXPECT_TRUE(answers[0] == answers[i]) << names[0] << " and " << names[i] << " differ";
    }

    /* And a map that changes kernels at every turn is none the worse for it. */
    Heap heap;
    Stream mixed(heap, GetParam().type);
    for (uint64_t round = 0; round < rounds; round++) {
        KernelScope scope(names[round % names.size()]);
        mixed.play(round);
        EXPECT_TRUE(isSound(mixed.map()));
    }
    EXPECT_TRUE(answers[0] == mixed.answers()) << "switching kernels changes answers";
}

INSTANTIATE_TEST_SUITE_P(Types, KernelTest, testing::ValuesIn(allTypes()),
                         [](const auto &param) { return param.param.name; });

} // namespace
} // namespace tophash::test
