# tophash_strict(target): the project's language levels, with every warning an error.

set(TOPHASH_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wvla -Wwrite-strings -Werror)
set(TOPHASH_C_WARNINGS -Wconversion -Wstrict-prototypes -Wmissing-prototypes)

function(tophash_strict target)
  set_target_properties(${target} PROPERTIES
    C_STANDARD 17 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF
    CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE
    ${TOPHASH_WARNINGS}
    "$<$<COMPILE_LANGUAGE:C>:${TOPHASH_C_WARNINGS}>")
endfunction()
