"""Maven clients, and what they put on the wire."""
