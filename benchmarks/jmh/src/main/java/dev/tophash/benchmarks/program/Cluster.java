package dev.tophash.benchmarks.program;

import dev.tophash.Codec;
import dev.tophash.Codecs;

import java.lang.invoke.MethodHandles;

/**
 * What a proxy knows of a cluster, the servers behind a name.
 *
 * @param id number of the name plus a multiple of the number of names: it says whose it is
 * @param weight share of the requests
 * @param maxRequests at a time
 * @param timeoutMillis for connecting
 * @param endpoints addresses and ports of the servers
 */
record Cluster(long id, int weight, int maxRequests, int timeoutMillis, String endpoints) {
    static final Codec<Cluster> CODEC = Codecs.ofRecord(Cluster.class, MethodHandles.lookup());

    static String name(long number) {
        return "outbound|8080||service-" + number + ".ns-" + number % 100 + ".svc.cluster.local";
    }

    /** The cluster of that id. */
    static Cluster of(long id) {
        String endpoints =
                "10.0." + id % 256 + ".1:8080,10.1." + id % 256 + ".2:8080,10.2.7.3:8080";
        return new Cluster(id, (int) (id % 100), 1024, 250, endpoints);
    }
}
