/* The fuzzer's kept inputs, replayed where there is no fuzzer: other compilers, other architectures. */
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "../fuzz/files.h"
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

/* Plays the inputs of a folder. */
void playAll(const fs::path &folder, void (*play)(const uint8_t *data, size_t size)) {
    std::vector<fs::path> files;
    for (const auto &entry : fs::directory_iterator(folder)) {
        files.push_back(entry.path());
    }
    ASSERT_FALSE(files.empty()) << folder;
    std::sort(files.begin(), files.end());
    size_t step = files.size() / scaled(files.size());
    for (size_t i = 0; i < files.size(); i += step) {
        std::ifstream in(files[i], std::ios::binary);
        std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
        play(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size());
        if (testing::Test::HasFailure()) {
            FAIL() << files[i];
        }
    }
}

TEST(Corpus, EveryKeptInputIsPlayed) {
    if (corpus().empty()) {
        GTEST_SKIP() << "TOPHASH_FUZZ_CORPUS does not say where the corpus is";
    }
    playAll(corpus(), playOperations);
}

TEST(Corpus, EveryKeptFileIsPlayed) {
    if (corpus().empty()) {
        GTEST_SKIP() << "TOPHASH_FUZZ_CORPUS does not say where the corpus is";
    }
    playAll(corpus().parent_path() / "files", playFile);
}

} // namespace
} // namespace tophash::test
