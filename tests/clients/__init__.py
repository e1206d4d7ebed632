"""Package managers, each with its own home folder."""
