"""npm through a repository with an external connection to a fixture registry."""
