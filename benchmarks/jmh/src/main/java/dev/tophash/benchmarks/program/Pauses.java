package dev.tophash.benchmarks.program;

import com.sun.management.GarbageCollectionNotificationInfo;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/** Listens to the garbage collector. Concurrent phases are not pauses and do not count. */
final class Pauses {
    /** Notifications come late, in a thread of their own. */
    private static final long LATE_MILLIS = 300;

    private long count;
    private long total;
    private long longest;

    /** Milliseconds of the collections between start and stop. */
    record Summary(long count, long total, long longest) {}

    Pauses() {
        for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (!bean.getName().contains("Concurrent")) {
                ((NotificationEmitter) bean).addNotificationListener(this::seen, null, null);
            }
        }
    }

    private synchronized void seen(Notification notification, Object none) {
        var info =
                GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData());
        long millis = info.getGcInfo().getDuration();
        count++;
        total += millis;
        longest = Math.max(longest, millis);
    }

    void start() throws InterruptedException {
        Thread.sleep(LATE_MILLIS);
        synchronized (this) {
            count = 0;
            total = 0;
            longest = 0;
        }
    }

    Summary stop() throws InterruptedException {
        Thread.sleep(LATE_MILLIS);
        synchronized (this) {
            return new Summary(count, total, longest);
        }
    }
}
