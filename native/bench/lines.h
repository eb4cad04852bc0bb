/*
 * One random cache line that was asked for early enough: what the memory of this machine allows. Called by
 * the benchmarks of the engine, and by those in Java through a library of its own.
 */
#ifndef TH_BENCH_LINES_H
#define TH_BENCH_LINES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Memory of whole cache lines with huge pages advised, as the engine has it, all of it touched; or NULL. */
void *lines_create(uint64_t bytes);

void lines_destroy(void *memory, uint64_t bytes);

/* Visits n random lines, the next sixteen on their way meanwhile; which ones, `seed` says. Returns a sum. */
uint64_t lines_walk(const void *memory, uint64_t bytes, uint64_t seed, uint64_t n);

#ifdef __cplusplus
}
#endif

#endif
