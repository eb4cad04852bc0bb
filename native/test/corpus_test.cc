/* The fuzzer's kept inputs, replayed where there is no fuzzer: other compilers, other architectures. */
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "../fuzz/operations.h"
#include "support.h"

namespace tophash::test {
namespace {

namespace fs = std::filesystem;

/* Where the corpus is: the environment, the build, or a guess from the source tree's root or below. */
fs::path corpus() {
    if (const char *named = std::getenv("TOPHASH_FUZZ_CORPUS")) {
        return named;
    }
#ifdef TOPHASH_FUZZ_CORPUS
    return TOPHASH_FUZZ_CORPUS;
#else
    for (fs::path at = fs::current_path(); at != at.root_path(); at = at.parent_path()) {
        for (const char *inside : {"native/fuzz/corpus", "fuzz/corpus"}) {
            if (fs::is_directory(at / inside)) {
                return at / inside;
            }
        }
    }
    return {};
#endif
}

TEST(Corpus, EveryKeptInputIsPlayed) {
    if (corpus().empty()) {
        GTEST_SKIP() << "TOPHASH_FUZZ_CORPUS does not say where the corpus is";
    }
    std::vector<fs::path> files;
    for (const auto &entry : fs::directory_iterator(corpus())) {
        files.push_back(entry.path());
    }
    ASSERT_FALSE(files.empty()) << corpus();
    std::sort(files.begin(), files.end());
    size_t step = files.size() / scaled(files.size());
    for (size_t i = 0; i < files.size(); i += step) {
        std::ifstream in(files[i], std::ios::binary);
        std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
        playOperations(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size());
        if (HasFailure()) {
            FAIL() << files[i];
        }
    }
}

} // namespace
} // namespace tophash::test
