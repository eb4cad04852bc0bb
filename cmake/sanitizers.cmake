# TOPHASH_SANITIZE ("address,undefined" or "thread", set by a preset) instruments every target, GoogleTest
# included. The first report ends the program.

set(TOPHASH_SANITIZE "" CACHE STRING "Sanitizers for every target, as -fsanitize= takes them")

# What a test's command line starts with: an emulator, a wrapper, or nothing.
set(TOPHASH_TEST_LAUNCHER ${CMAKE_CROSSCOMPILING_EMULATOR})

if(TOPHASH_SANITIZE)
  add_compile_options(-fsanitize=${TOPHASH_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${TOPHASH_SANITIZE})
  # Instrumented code hides from GCC that a variable is always set.
  add_compile_options(-Wno-maybe-uninitialized)
  if(CMAKE_C_COMPILER_ID MATCHES Clang)
    add_compile_options(-Wno-unknown-warning-option)
  endif()

  # The sanitizers' shadow memory has fixed addresses that a kernel with 32 random bits may hand out first.
  execute_process(COMMAND setarch -R true RESULT_VARIABLE no_setarch OUTPUT_QUIET ERROR_QUIET)
  if(no_setarch EQUAL 0)
    set(TOPHASH_TEST_LAUNCHER setarch -R)
  endif()
endif()

set(TOPHASH_TEST_ENVIRONMENT
    "ASAN_OPTIONS=allocator_may_return_null=1:strict_string_checks=1:detect_stack_use_after_return=1"
    "UBSAN_OPTIONS=print_stacktrace=1"
    "TSAN_OPTIONS=second_deadlock_stack=1")
