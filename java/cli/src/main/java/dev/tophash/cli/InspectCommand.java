package dev.tophash.cli;

import picocli.CommandLine.Command;

/** Looks inside: each subcommand shows another thing. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = "Looks inside maps.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            InspectLayoutCommand.class,
            InspectMapCommand.class,
            InspectGrowthCommand.class
        })
final class InspectCommand {}
