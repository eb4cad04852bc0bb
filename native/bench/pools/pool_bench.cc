/*
 * Many small maps: what making and closing them costs, alone and in threads, and how much memory stands
 * behind them. Beside the engine's pools the same requests go to allocators for everything: the C library's,
 * and jemalloc and mimalloc where the machine has them (Debian: libjemalloc2, libmimalloc2.0), loaded so that
 * they replace nothing in this program.
 *
 *   maps       a thread makes maps of up to eight entries and closes the one it made sixteen maps ago
 *   requests   the three requests of such a map, to any allocator, in the same order
 *   handed     the same, but what one thread makes another gives back
 *   resident   bytes that a process has grown by, over bytes asked for: after making many maps (made), after
 *              giving half of them back at random (halved), after making as many again, now larger (mixed)
 *
 *   tophash_pool_bench [--maps=10000000] [options of google-benchmark]
 *
 * Resident bytes of one allocator are those of the process: --benchmark_filter=resident/tophash and so on,
 * each in a run of its own.
 */
#include <benchmark/benchmark.h>
#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

extern "C" {
#include "memory/heap.h"
}

namespace {

uint64_t mapCount = 20000;

uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

void require(bool condition) {
    if (!condition)
        std::abort();
}

th_heap *heapOf(bool deferred) {
    static th_heap *const heaps[2] = {[] {
                                          th_heap *made = nullptr;
                                          require(th_heap_create(nullptr, &made) == TH_OK);
                                          return made;
                                      }(),
                                      [] {
                                          th_heap_options options{};
                                          options.deferred = 1;
                                          th_heap *made = nullptr;
                                          require(th_heap_create(&options, &made) == TH_OK);
                                          return made;
                                      }()};
    return heaps[deferred];
}

/* ---- maps of the engine --------------------------------------------------------------------------- */

struct Handle {
    th_map *map = nullptr;
    uint64_t stamp = 0;
};

void makeMap(th_heap *heap, uint64_t entries, Handle &made) {
    constexpr th_type kLongToLong{TH_KIND_FIXED, TH_KIND_FIXED, 8, 8, 8, 8};
    th_map_options options{};
    options.has_seed = 1; /* asking the kernel for one would cost more than all the rest */
    options.seed = static_cast<uint32_t>(entries);
    require(th_map_create(heap, &kLongToLong, &options, &made.map, &made.stamp) == TH_OK);
    for (uint64_t key = 0; key < entries; key++) {
        while (th_word_put(made.map, made.stamp, key, key) == TH_NEEDS_ROOM)
            require(th_make_room(made.map, made.stamp, 0) == TH_OK);
    }
}

/* In deferred mode, as in a JVM, which reclaims when the heap asks for it. */
void reclaim(th_heap *heap) {
    uint64_t batch = 0;
    if (th_heap_wants_reclaim(heap) != 0 && th_heap_seal(heap, &batch) == TH_OK)
        th_heap_reclaim(heap, batch);
}

void maps(benchmark::State &state, bool deferred) {
    th_heap *heap = heapOf(deferred);
    Handle handles[16];
    uint64_t made = 0;
    for (auto _ : state) {
        Handle &handle = handles[made % 16];
        if (handle.map != nullptr)
            th_map_close(handle.map, handle.stamp);
        makeMap(heap, mix(made) % 8 + 1, handle);
        if (deferred)
            reclaim(heap);
        made++;
    }
    for (Handle &handle : handles) {
        if (handle.map != nullptr)
            th_map_close(handle.map, handle.stamp);
    }
    state.SetItemsProcessed(state.iterations());
}

/* ---- the requests of small maps, to any allocator ------------------------------------------------- */

struct Allocator {
    const char *name;
    void *(*take)(size_t bytes); /* zeroed, as maps need it */
    void (*give)(void *memory, size_t bytes);
};

void *(*takeJemalloc)(size_t, int);
void (*giveJemalloc)(void *, size_t, int);
constexpr int kZero = 0x40; /* MALLOCX_ZERO */
void *(*takeMimalloc)(size_t);
void (*giveMimalloc)(void *, size_t);

/* Not among the global symbols: there it would replace malloc in the whole program. */
void *library(const char *name) {
    return dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
}

template <class Function> bool find(void *in, const char *name, Function &function) {
    void *found = in == nullptr ? nullptr : dlsym(in, name);
    std::memcpy(&function, &found, sizeof found);
    return found != nullptr;
}

std::vector<Allocator> allocators() {
    std::vector<Allocator> all{
        {"tophash", [](size_t bytes) { return th_heap_new(heapOf(false), bytes, bytes, TH_POLICY_OF_HEAP); },
         [](void *memory, size_t bytes) { th_heap_retire(heapOf(false), memory, bytes); }},
        {"malloc", [](size_t bytes) { return std::calloc(1, bytes); },
         [](void *memory, size_t) { std::free(memory); }}};
    void *jemalloc = library("libjemalloc.so");
    if (find(jemalloc, "mallocx", takeJemalloc) && find(jemalloc, "sdallocx", giveJemalloc)) {
        all.push_back({"jemalloc", [](size_t bytes) { return takeJemalloc(bytes, kZero); },
                       [](void *memory, size_t bytes) { giveJemalloc(memory, bytes, 0); }});
    }
    void *mimalloc = library("libmimalloc.so");
    if (find(mimalloc, "mi_zalloc", takeMimalloc) && find(mimalloc, "mi_free_size", giveMimalloc)) {
        all.push_back({"mimalloc", [](size_t bytes) { return takeMimalloc(bytes); },
                       [](void *memory, size_t bytes) { giveMimalloc(memory, bytes); }});
    }
    return all;
}

/* A header, a description, and an array of one, two, four or eight buckets of 144 bytes with some to spare.
 */
struct Pieces {
    void *memory[3] = {};
    uint32_t bytes[3] = {64, 88, 0};

    void take(const Allocator &from, uint64_t random, bool large) {
        constexpr uint32_t kArrays[] = {208, 208, 208, 496, 496, 496, 784, 784};
        bytes[2] = kArrays[random % 4 + (large ? 4 : 0)];
        for (int i = 0; i < 3; i++) {
            memory[i] = from.take(bytes[i]);
            require(memory[i] != nullptr);
            *static_cast<uint64_t *>(memory[i]) = random;
        }
    }
    void give(const Allocator &to) {
        for (int i = 3; i-- > 0 && memory[i] != nullptr;)
            to.give(memory[i], bytes[i]);
        memory[0] = memory[1] = memory[2] = nullptr;
    }
    uint64_t sum() const { return uint64_t{bytes[0]} + bytes[1] + bytes[2]; }
};

void requests(benchmark::State &state, const Allocator &allocator) {
    Pieces pieces[16];
    uint64_t made = 0;
    for (auto _ : state) {
        Pieces &piece = pieces[made % 16];
        piece.give(allocator);
        piece.take(allocator, mix(made++), false);
    }
    for (Pieces &piece : pieces)
        piece.give(allocator);
    state.SetItemsProcessed(state.iterations());
}

/* Posts where threads leave what they made and take what others left. */
void handed(benchmark::State &state, const Allocator &allocator) {
    static std::atomic<Pieces *> posts[256];
    auto carried = std::make_unique<Pieces>();
    uint64_t made = static_cast<uint64_t>(state.thread_index()) << 32;
    for (auto _ : state) {
        carried->give(allocator);
        uint64_t random = mix(made++);
        carried->take(allocator, random, false);
        Pieces *other = posts[random % 256].exchange(carried.release());
        carried.reset(other != nullptr ? other : new Pieces());
    }
    carried->give(allocator);
    for (size_t i = static_cast<size_t>(state.thread_index()); i < 256;
         i += static_cast<size_t>(state.threads())) {
        std::unique_ptr<Pieces> last(posts[i].exchange(nullptr));
        if (last)
            last->give(allocator);
    }
    state.SetItemsProcessed(state.iterations());
}

/* ---- resident bytes ------------------------------------------------------------------------------- */

uint64_t residentBytes() {
    unsigned long long all = 0, resident = 0;
    std::FILE *file = std::fopen("/proc/self/statm", "r");
    require(file != nullptr && std::fscanf(file, "%llu %llu", &all, &resident) == 2);
    std::fclose(file);
    return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

void resident(benchmark::State &state, const Allocator &allocator) {
    std::vector<Pieces> pieces(mapCount);
    for (auto _ : state) {
        uint64_t before = residentBytes(), live = 0, random = 1;
        auto over = [&] { return static_cast<double>(residentBytes() - before) / static_cast<double>(live); };
        for (Pieces &piece : pieces) {
            piece.take(allocator, mix(random++), false);
            live += piece.sum();
        }
        state.counters["made"] = over();
        for (Pieces &piece : pieces) {
            if (mix(random++) % 2 == 0) {
                live -= piece.sum();
                piece.give(allocator);
            }
        }
        state.counters["halved"] = over();
        for (Pieces &piece : pieces) {
            if (piece.memory[0] == nullptr) {
                piece.take(allocator, mix(random++), true);
                live += piece.sum();
            }
        }
        state.counters["mixed"] = over();
    }
    for (Pieces &piece : pieces)
        piece.give(allocator);
}

/* The same with maps of the engine: made and halved, over the bytes that the heap says live. */
void residentMaps(benchmark::State &state) {
    th_heap *heap = heapOf(true);
    std::vector<Handle> handles(mapCount);
    for (auto _ : state) {
        uint64_t before = residentBytes(), random = 1;
        auto over = [&] {
            th_heap_stats stats{};
            th_heap_get_stats(heap, &stats);
            return static_cast<double>(residentBytes() - before) / static_cast<double>(stats.live_bytes);
        };
        for (Handle &handle : handles)
            makeMap(heap, mix(random++) % 8 + 1, handle);
        state.counters["made"] = over();
        for (Handle &handle : handles) {
            if (mix(random++) % 2 == 0) {
                th_map_close(handle.map, handle.stamp);
                handle.map = nullptr;
                reclaim(heap);
            }
        }
        state.counters["halved"] = over();
        for (Handle &handle : handles) {
            if (handle.map == nullptr)
                makeMap(heap, mix(random++) % 8 + 1, handle);
        }
        state.counters["refilled"] = over();
    }
    for (Handle &handle : handles)
        th_map_close(handle.map, handle.stamp);
}

void registerAll() {
    static const std::vector<Allocator> all = allocators();
    benchmark::RegisterBenchmark("maps", maps, false)->ThreadRange(1, 8)->UseRealTime();
    benchmark::RegisterBenchmark("maps/deferred", maps, true)->ThreadRange(1, 8)->UseRealTime();
    for (const Allocator &allocator : all) {
        std::string name = allocator.name;
        benchmark::RegisterBenchmark(("requests/" + name).c_str(), requests, allocator)
            ->ThreadRange(1, 8)
            ->UseRealTime();
        benchmark::RegisterBenchmark(("handed/" + name).c_str(), handed, allocator)
            ->ThreadRange(1, 8)
            ->UseRealTime();
        benchmark::RegisterBenchmark(("resident/" + name).c_str(), resident, allocator)
            ->Iterations(1)
            ->Unit(benchmark::kMillisecond);
    }
    benchmark::RegisterBenchmark("resident/maps", residentMaps)->Iterations(1)->Unit(benchmark::kMillisecond);
}

} // namespace

/* jemalloc's thread-local variables take more room than the C library keeps for libraries loaded late. */
void makeRoomForJemalloc(char **arguments) {
    if (std::getenv("GLIBC_TUNABLES") == nullptr) {
        setenv("GLIBC_TUNABLES", "glibc.rtld.optional_static_tls=16384", 1);
        execv("/proc/self/exe", arguments); /* without success: without jemalloc */
    }
}

int main(int count, char **arguments) {
    makeRoomForJemalloc(arguments);
    /* Locks of the C library are cheaper until a process has its second thread; JVMs have many. */
    std::thread([] {}).join();
    int kept = 1;
    for (int i = 1; i < count; i++) {
        if (std::strncmp(arguments[i], "--maps=", 7) == 0)
            mapCount = std::strtoull(arguments[i] + 7, nullptr, 10);
        else
            arguments[kept++] = arguments[i];
    }
    registerAll();
    benchmark::Initialize(&kept, arguments);
    if (benchmark::ReportUnrecognizedArguments(kept, arguments))
        return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
