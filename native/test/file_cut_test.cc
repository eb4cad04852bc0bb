/* Files that are cut off while they are open: SIGBUS, and whose it is. */
#include <sys/mman.h>
#include <sys/wait.h>

#include <csignal>

#include "file_bytes.h"
#include "files.h"

namespace tophash::test {
namespace {

TEST(FileCut, ReadsAsZeros) {
    Folder folder;
    for (const NamedType &named :
         {NamedType{"long", longType()}, NamedType{"bytesBytes", bytesBytesType()}}) {
        for (uint64_t left : {uint64_t{0}, uint64_t{4096}, uint64_t{100000}, uint64_t{1} << 20}) {
            SCOPED_TRACE(named.name + " " + std::to_string(left));
            Heap heap(0, true);
            Map map(heap, named.type);
            Model model;
            fill(map, model, scaled(60000, 20000));
            ASSERT_EQ(TH_OK, save(folder / "map", map));
            Opened opened(heap, folder / "map");
            Opened beside(heap, folder / "original"); /* of another file, or none */
            ASSERT_EQ(TH_OK, opened.status);
            if (left >= opened.info.bytes)
                continue;
            bool lacks = lacksPages(contents(folder / "map"), left);
            ASSERT_EQ(0, truncate((folder / "map").c_str(), static_cast<off_t>(left)));
            uint64_t found = 0;
            for (const auto &[key, value] : model) {
                std::string now;
                th_status status = opened.map->find(key, &now);
                ASSERT_LE(0, status);
                found += status == TH_PRESENT && now == value;
            }
            EXPECT_EQ(lacks, found < model.size());
            if (!lacks) { /* what is left of the file or was copied has all of it */
                EXPECT_EQ(TH_OK, opened.state());
                EXPECT_TRUE(isConsistent(*opened.map, model));
                continue;
            }
            EXPECT_EQ(TH_BAD_FILE, opened.state());
            readAll(*opened.map);
            walk(*opened.map);
            opened.map->stats(true);
            EXPECT_EQ(TH_BAD_FILE, opened.verify());
            EXPECT_EQ(uint32_t{TH_FILE_CUT}, opened.error.reason);
            th_file_error error{};
            EXPECT_EQ(TH_BAD_FILE, save(folder / "again", *opened.map, &error));
            EXPECT_EQ(uint32_t{TH_FILE_CUT}, error.reason);
        }
    }
}

/* Whether this program can be started from itself: not when it is of another architecture and emulated. */
bool startsItself() {
    pid_t child = fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, STDOUT_FILENO);
        execl("/proc/self/exe", "tophash_tests", "--gtest_list_tests", nullptr);
        _exit(9);
    }
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* A fault that is not in a map file goes to the handler that was there before. */
TEST(FileCutDeathTest, OthersFaultsArePassedOn) {
    if (!startsItself())
        GTEST_SKIP() << "emulated: a process without our handler cannot be started";
    Folder folder;
    std::string whole = fileOf(longType(), 10, folder);
    writeFile(folder / "other", std::string(8192, 'x'));
    auto fault = [&] {
        Heap heap(0, true);
        Opened opened(heap, folder / "original");
        int file = open((folder / "other").c_str(), O_RDWR | O_CLOEXEC);
        void *mapped = mmap(nullptr, 8192, PROT_READ, MAP_SHARED, file, 0);
        if (ftruncate(file, 0) != 0)
            _exit(3);
        _exit(static_cast<volatile char *>(mapped)[100] == 0 ? 0 : 1);
    };
    auto withHandler = [&] {
        struct sigaction own {};
        own.sa_sigaction = [](int, siginfo_t *info, void *) { _exit(info->si_addr ? 42 : 43); };
        own.sa_flags = SA_SIGINFO;
        sigaction(SIGBUS, &own, nullptr);
        fault();
    };
    auto withPlainHandler = [&] {
        signal(SIGBUS, [](int number) { _exit(number == SIGBUS ? 44 : 45); });
        fault();
    };
    auto withDefault = [&] {
        signal(SIGBUS, SIG_DFL);
        fault();
    };
    auto sent = [&] {
        signal(SIGBUS, SIG_DFL);
        Heap heap(0, true);
        Opened opened(heap, folder / "original");
        raise(SIGBUS);
        _exit(0);
    };
    /* A process of its own in which no handler of ours is there yet. */
    testing::GTEST_FLAG(death_test_style) = "threadsafe";
    EXPECT_EXIT(withHandler(), testing::ExitedWithCode(42), "");
    EXPECT_EXIT(withPlainHandler(), testing::ExitedWithCode(44), "");
    EXPECT_EXIT(withDefault(), testing::KilledBySignal(SIGBUS), "");
    EXPECT_EXIT(sent(), testing::KilledBySignal(SIGBUS), "");
}

} // namespace
} // namespace tophash::test
