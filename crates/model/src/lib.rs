//! Runtime of the generated API model.
