/** A program that uses the library and knows nothing but its public package. */
module consumer {
    requires dev.tophash;

    opens consumer to
            dev.tophash; // for the record Point
}
