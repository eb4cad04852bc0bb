package dev.tophash;

import java.lang.management.ManagementFactory;
import java.util.List;

import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.ObjectName;

/** The MXBean. A class of its own, so that a JVM without java.management can do without it. */
final class Management implements TophashMXBean {
    private Management() {}

    static void register() {
        try {
            ManagementFactory.getPlatformMBeanServer()
                    .registerMBean(new Management(), new ObjectName(NAME));
        } catch (InstanceAlreadyExistsException e) {
            // As promised: it does nothing.
        } catch (JMException e) {
            throw new IllegalStateException("the MBean server refuses " + NAME, e);
        }
    }

    @Override
    public String getVersion() {
        return Tophash.version();
    }

    @Override
    public String getKernel() {
        return Tophash.kernel();
    }

    @Override
    public long getMapCount() {
        return Tophash.nativeMaps();
    }

    @Override
    public long getNativeBytes() {
        return Tophash.nativeBytes();
    }

    @Override
    public long getRetiredBytes() {
        return Tophash.retiredBytes();
    }

    @Override
    public long getNativeBudget() {
        return Tophash.nativeBudget();
    }

    @Override
    public List<MapInfo> getMaps() {
        return Tophash.maps();
    }
}
