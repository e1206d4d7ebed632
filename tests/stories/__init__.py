"""The three stories of the README, played against a server and printed step by step."""
