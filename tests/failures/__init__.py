"""What the machine may do to a server: no rights, no space, no port, no time."""
