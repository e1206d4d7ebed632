"""Black-box tests: they know the binary and its wire, and nothing of its insides."""
