package dev.tophash;

/** The writes of a map with values that fit a word. */
enum Write {
    PUT,
    PUT_IF_ABSENT,
    ADD,
    REMOVE
}
