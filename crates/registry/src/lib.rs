//! HTTP of the package formats.
