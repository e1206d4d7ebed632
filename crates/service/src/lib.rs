//! What every operation is called with, and the table that calls it.
