package dev.tophash;

/** The kernel refuses a {@linkplain MemoryPolicy#strict() strict} memory policy. */
public final class MemoryPolicyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MemoryPolicyException(MemoryPolicy policy) {
        super("the kernel refuses the memory policy " + policy);
    }
}
