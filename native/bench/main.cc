/*
 * The engine alone, and what the memory allows: every table has a line for one random cache line of as much
 * memory as the map takes, measured in the same run. A batched lookup cannot be faster than the independent
 * one, a chain of single lookups hardly faster than the dependent one.
 *
 *   tophash_bench [--sizes=1000,1000000] [options of google-benchmark]
 */
#include <cstring>
#include <sstream>
#include <string>

#include "support.h"

namespace {

std::vector<int64_t> chosen = {1000, 100000, 1000000, 10000000};

/* Takes an argument of our own; false for one of google-benchmark's. */
bool take(const char *argument) {
    const char option[] = "--sizes=";
    if (std::strncmp(argument, option, sizeof option - 1) != 0)
        return false;
    chosen.clear();
    std::istringstream list(argument + sizeof option - 1);
    for (std::string size; std::getline(list, size, ',');)
        chosen.push_back(std::stoll(size));
    return true;
}

} // namespace

const std::vector<int64_t> &sizes() {
    return chosen;
}

int main(int count, char **arguments) {
    int kept = 1;
    for (int i = 1; i < count; i++) {
        if (!take(arguments[i]))
            arguments[kept++] = arguments[i];
    }
    registerKernels();
    registerLines();
    registerMaps();
    registerBatches();
    registerBytes();
    benchmark::Initialize(&kept, arguments);
    if (benchmark::ReportUnrecognizedArguments(kept, arguments))
        return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
