"""The subcommands of `matte`, a file each, and what they share."""
