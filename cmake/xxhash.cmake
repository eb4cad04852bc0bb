# Interface library xxhash: the one header xxhash.h, included whole, so nothing is linked.
# It is copied to a folder of its own because a cross build must never see the rest of /usr/include.

find_file(XXHASH_HEADER xxhash.h NO_CMAKE_FIND_ROOT_PATH REQUIRED)
configure_file(${XXHASH_HEADER} ${CMAKE_BINARY_DIR}/third_party/xxhash.h COPYONLY)

add_library(xxhash INTERFACE)
target_include_directories(xxhash SYSTEM INTERFACE ${CMAKE_BINARY_DIR}/third_party)
