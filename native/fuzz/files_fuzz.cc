/* The fuzzer's way in. A broken promise aborts, which libFuzzer reports with the input that led there. */
#include "files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    tophash::test::playFile(data, size);
    return 0;
}
