//! What the command line does beyond serving.

pub mod migrationhub_board;
