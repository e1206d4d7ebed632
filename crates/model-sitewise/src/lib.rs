//! Generated API model.
