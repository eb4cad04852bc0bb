package dev.tophash.internal.jvmci;

/**
 * Machine code to install as the code of a static native method: puts Java's arguments where C
 * expects them and jumps to the C function, which returns to the Java caller. It has no frame while
 * C runs, so nothing ever finds it on a stack, except while it calls the VM's entry barrier.
 *
 * <p>The VM wants an entry barrier in all code that it manages: a comparison, at the start, of a
 * value that it writes into the code with one in the thread, and a call to the VM when they differ.
 * Before that comes an instruction that it may overwrite with a jump once the code is not to be
 * entered any more.
 *
 * @param code position-independent, but for the absolute addresses in it
 * @param barrier offset of the instruction that the VM knows the barrier by
 * @param frameComplete offset from which on the frame is as large as {@code frameBytes}
 * @param frameBytes size of the frame in which the barrier is called, with the return address
 * @param guardInData whether the VM writes the barrier's value into four bytes of data beside the
 *     code and makes the instruction load them; otherwise it is part of the instruction
 */
record Stub(byte[] code, int barrier, int frameComplete, int frameBytes, boolean guardInData) {
    /**
     * Where the entry barrier's parts are in this VM.
     *
     * @param threadOffset offset of the thread's value from the thread register
     * @param slowPath address of what to call when the values differ; keeps argument registers
     */
    record Barrier(int threadOffset, long slowPath) {}
}
