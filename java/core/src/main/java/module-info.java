/** An off-heap hash map: a native engine and the Java maps on top of it. */
module dev.tophash {
    requires static java.management; // for those who register the MXBean
    requires jdk.jfr;

    exports dev.tophash;
}
