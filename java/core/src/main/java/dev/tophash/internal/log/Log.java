package dev.tophash.internal.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A log that is being written. Threads add records to a frame in memory; one of those who want
 * theirs to be safe writes the frame and syncs the file for all, while the others fill the next one
 * (group commit).
 *
 * <p>After a failure to write or to sync nobody knows what the file holds, and a second try could
 * report as safe what is not; so the log takes nothing any more.
 */
public final class Log implements Closeable {
    /** A frame of this many bytes is written by whoever adds to it next, without a sync. */
    private static final int LARGE_FRAME = 1 << 20;

    /** A segment of this many bytes is the last one's turn: a reader takes each in one piece. */
    static final long LARGE_SEGMENT = 1L << 29;

    private final LogFolder folder;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition written = lock.newCondition();

    /** Less in tests. */
    private long largeSegment = LARGE_SEGMENT;

    private SegmentFile file;
    private long segment;
    private RecordBuffer open = new RecordBuffer();
    private RecordBuffer spare = new RecordBuffer();

    /** Number of the frame that records go to. */
    private long openFrame;

    /** Of frames with smaller numbers nothing is lost in a crash. */
    private long safeFrames;

    /** Bytes of the current segment that were written, and that were synced. */
    private long end;

    private long synced;

    /** Bytes of frames that are to be read when the map is opened, and of those before rotating. */
    private long bytes;

    private long bytesBefore;

    /** What the next segment's header says. */
    private Base base;

    private boolean busy;
    private IOException failure;
    private boolean closed;

    /**
     * Begins a segment of its own.
     *
     * @param folder where it is
     * @param next number of the segment
     * @param frame number of its first frame
     * @param base the map file that there is
     */
    Log(LogFolder folder, long next, long frame, Base base) throws IOException {
        this.folder = folder;
        this.base = base;
        this.openFrame = frame;
        this.safeFrames = frame;
        begin(next);
    }

    /** Goes on in a new segment; if there can be none, in the one before. */
    private void begin(long number) throws IOException {
        SegmentFile fresh = null;
        try {
            fresh = new SegmentFile(folder.segment(number));
            fresh.write(folder.header(number, openFrame, base).bytes());
            fresh.sync();
            folder.sync();
        } catch (IOException e) {
            takeBack(fresh, number, e);
            throw new IOException(
                    "the log " + folder.segment(number) + " could not be begun: " + e.getMessage(),
                    e);
        }
        file = fresh;
        segment = number;
        end = LogFormat.HEADER;
        synced = end;
    }

    /**
     * Removes a segment that could not be begun. What is written to the one before from now on
     * would look like damage if another followed it, so the log has failed if that cannot be done.
     */
    private void takeBack(SegmentFile fresh, long number, IOException why) {
        try {
            if (fresh != null) {
                fresh.close();
            }
            if (!(why instanceof FileAlreadyExistsException)) { // that one is not ours
                Disk.remove(folder.segment(number));
                folder.sync();
            }
        } catch (IOException e) {
            why.addSuppressed(e);
            failure = why;
        }
    }

    /**
     * Adds a record.
     *
     * @param value null: the key is removed
     * @return number of its frame, for {@link #await}
     * @throws IOException if the log has failed; nothing was added then
     */
    public long add(RecordBuffer.Part key, RecordBuffer.Part value) throws IOException {
        lock.lock();
        try {
            makeRoom();
            open.add(key, value);
            return openFrame;
        } finally {
            lock.unlock();
        }
    }

    /** Has segments end earlier than they do. */
    void shortenSegments(long bytes) {
        largeSegment = bytes;
    }

    /** With the lock: has the open frame be one that a record can be added to. */
    private void makeRoom() throws IOException {
        checkUsable();
        if (open.size() >= LARGE_FRAME) {
            commit(openFrame, false);
        }
        if (end >= largeSegment) {
            next();
        }
    }

    /**
     * Tells of a map file that is about to replace the one that there is; returns once that is
     * safe, so that the log is known to go with either.
     */
    public void announce(Base coming) throws IOException {
        lock.lock();
        try {
            makeRoom();
            open.add(coming);
            commit(openFrame, true);
        } finally {
            lock.unlock();
        }
    }

    /** The map file that was announced has replaced the one before, for good. */
    public void follow(Base arrived) {
        lock.lock();
        base = arrived;
        bytes -= bytesBefore;
        bytesBefore = 0;
        lock.unlock();
    }

    /**
     * The frame that the last record went to; all records before it are in that or earlier ones.
     */
    public long lastFrame() {
        lock.lock();
        try {
            return open.isEmpty() ? openFrame - 1 : openFrame;
        } finally {
            lock.unlock();
        }
    }

    /** Returns once a frame, and all before it, are safe. */
    public void await(long frame) throws IOException {
        lock.lock();
        try {
            commit(frame, true);
        } finally {
            lock.unlock();
        }
    }

    /** Returns once all that was added is safe. */
    public void sync() throws IOException {
        await(lastFrame());
    }

    /** With the lock: has a frame written, by this thread or another, and with sync made safe. */
    private void commit(long frame, boolean sync) throws IOException {
        while (sync ? safeFrames <= frame : openFrame <= frame) {
            if (failure != null) {
                throw failed();
            }
            if (busy) {
                written.awaitUninterruptibly();
            } else {
                write(sync);
            }
        }
    }

    /** Writes the open frame. The lock is let go of meanwhile, so others can add to the next. */
    private void write(boolean sync) throws IOException {
        busy = true;
        RecordBuffer frame = open;
        boolean any = !frame.isEmpty();
        if (any) {
            open = spare;
            openFrame++;
        }
        long frames = openFrame;
        long until = synced;
        lock.unlock();
        int length = 0;
        IOException trouble = null;
        try {
            if (any) {
                ByteBuffer content = frame.frame();
                LogFormat.finish(content, frames - 1, until);
                length = content.remaining();
                file.write(content);
                frame.clear();
            }
            if (sync) {
                file.sync();
            }
        } catch (IOException e) {
            trouble = e;
        } catch (RuntimeException | Error e) { // whatever it is, a frame is missing
            trouble = new IOException(e);
        } finally {
            lock.lock();
            busy = false;
            spare = any ? frame : spare;
            written.signalAll();
        }
        if (trouble != null) {
            failure = trouble;
            throw failed();
        }
        end += length;
        bytes += length;
        if (sync) {
            synced = end;
            safeFrames = frames;
        }
    }

    private IOException failed() {
        return new IOException(
                "the log " + file.path() + " could not be written: " + failure.getMessage(),
                failure);
    }

    private void checkUsable() throws IOException {
        if (closed) {
            throw new IllegalStateException("the log is closed");
        }
        if (failure != null) {
            throw failed();
        }
    }

    /**
     * Bytes of frames since the log was opened, or since the {@link #rotate} before the last {@link
     * #follow}.
     */
    public long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Begins a new segment, once all that was added is safe in the others.
     *
     * @return number of the first segment that holds nothing from before
     * @throws IOException if there can be none; unless the log has failed, it goes on without
     */
    public long rotate() throws IOException {
        lock.lock();
        try {
            checkUsable();
            next();
            bytesBefore = bytes;
            return segment;
        } finally {
            lock.unlock();
        }
    }

    /** With the lock: a new segment, once the last one is safe. */
    private void next() throws IOException {
        syncAll();
        SegmentFile before = file;
        begin(segment + 1);
        before.close();
    }

    /** With the lock: makes all of it safe, what is added meanwhile too. */
    private void syncAll() throws IOException {
        while (busy || !open.isEmpty() || safeFrames < openFrame) {
            commit(open.isEmpty() ? openFrame - 1 : openFrame, true);
        }
    }

    /**
     * Makes all of it safe and lets go of the file.
     *
     * @throws IOException if that cannot be done, or the log has failed before: perhaps nobody who
     *     has added something was told
     */
    @Override
    public void close() throws IOException {
        lock.lock();
        try (SegmentFile ended = file) {
            if (!closed) {
                if (failure != null) {
                    throw failed();
                }
                syncAll();
                end(ended);
            }
        } finally {
            closed = true;
            lock.unlock();
        }
    }

    /** Writes a last frame, without records, that says that all of the segment is safe. */
    private void end(SegmentFile ended) throws IOException {
        ByteBuffer last = new RecordBuffer().frame();
        LogFormat.finish(last, openFrame++, end);
        ended.write(last);
        ended.sync();
        safeFrames = openFrame; // who waits for a change has it
    }
}
