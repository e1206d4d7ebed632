//! Plant files against the operations themselves: applied, changed, interrupted, exported, and nothing left to do.

mod account;
mod composites;
mod fields;
mod random;
mod round_trip;
mod steps;
mod values;
