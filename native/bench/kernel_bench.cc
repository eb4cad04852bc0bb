/* The kernels: what it takes to match a tophash byte against the eight of a bucket. */
#include <string>

#include "kernels/match.h"
#include "support.h"

namespace {

/* Words of tophash bytes that stay in the first cache. */
std::vector<uint64_t> words() {
    std::vector<uint64_t> result(1024);
    uint64_t state = 1;
    for (uint64_t &word : result)
        word = mix(state++);
    return result;
}

void match(benchmark::State &state, match_function *function) {
    std::vector<uint64_t> buckets = words();
    uint64_t items = 0, sum = 0;
    for (auto _ : state) {
        sum += function(buckets.data(), buckets.size(), static_cast<uint8_t>(items));
        items += buckets.size();
    }
    benchmark::DoNotOptimize(sum);
    perItem(state, items);
}

} // namespace

void registerKernels() {
    for (const match_kernel *kernel = match_kernels(); kernel->name != nullptr; kernel++) {
        std::string name = kernel->name;
        benchmark::RegisterBenchmark((name + "/match").c_str(), match, kernel->match);
        benchmark::RegisterBenchmark((name + "/matchEmpty").c_str(), match, kernel->match_empty);
        benchmark::RegisterBenchmark((name + "/matchLive").c_str(), match, kernel->match_live);
    }
}
