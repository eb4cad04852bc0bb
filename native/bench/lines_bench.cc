/* What the memory allows: one random cache line of as much memory as a map takes. */
#include "lines.h"
#include "support.h"

namespace {

constexpr uint64_t kLines = 65536;

class Lines {
  public:
    explicit Lines(uint64_t entries)
        : bytes(Tophash(entries).bytes()), memory(static_cast<uint64_t *>(lines_create(bytes))) {
        require(memory != nullptr);
    }
    Lines(const Lines &) = delete;
    Lines &operator=(const Lines &) = delete;
    ~Lines() { lines_destroy(memory, bytes); }

    const uint64_t bytes;
    uint64_t *const memory;
};

/* The limit of batches: lines fetched well ahead. */
void independentLine(benchmark::State &state) {
    Lines lines(static_cast<uint64_t>(state.range(0)));
    uint64_t items = 0, sum = 0;
    for (auto _ : state) {
        sum += lines_walk(lines.memory, lines.bytes, items, kLines);
        items += kLines;
    }
    benchmark::DoNotOptimize(sum);
    perItem(state, items);
}

/* The limit of lookups one by one: the next address is not known before the line is there. */
void dependentLine(benchmark::State &state) {
    Lines lines(static_cast<uint64_t>(state.range(0)));
    uint64_t items = 0, next = 1, count = lines.bytes / 64;
    for (auto _ : state) {
        for (uint64_t i = 0; i < kLines; i++)
            next = mix(next + i + lines.memory[next % count * 8]);
        items += kLines;
    }
    benchmark::DoNotOptimize(next);
    perItem(state, items);
}

} // namespace

void registerLines() {
    for (int64_t n : sizes()) {
        benchmark::RegisterBenchmark("line/independent", independentLine)->Arg(n);
        benchmark::RegisterBenchmark("line/dependent", dependentLine)->Arg(n);
    }
}
