//! Sockets, protocols and dispatch.
