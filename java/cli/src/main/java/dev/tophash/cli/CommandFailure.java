package dev.tophash.cli;

/** Ends a command with one line of explanation and an exit status; no stack trace is shown. */
final class CommandFailure extends Exception {
    private static final long serialVersionUID = 1;

    final int status;

    private CommandFailure(int status, String message) {
        super(message);
        this.status = status;
    }

    /** An argument is wrong: exit status 2. */
    static CommandFailure usage(String message) {
        return new CommandFailure(Main.USAGE, message);
    }

    /** Something failed on the way: exit status 1. */
    static CommandFailure failure(String message) {
        return new CommandFailure(Main.FAILURE, message);
    }
}
