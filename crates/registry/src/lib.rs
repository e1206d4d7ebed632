//! The endpoints of the package formats, and where packages come from that nobody published here.

pub mod upstream;
