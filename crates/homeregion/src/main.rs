//! The homeregion binary.
fn main() {}
