package dev.tophash.benchmarks.compare;

import java.util.List;

/** Something to run that yields figures. */
interface Task {
    /** How to run it by hand, from the root of the checkout. */
    String command();

    List<Measurement> run() throws Exception;
}
