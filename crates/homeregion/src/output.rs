//! What commands print for their user, who may stop reading at any line.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write as _};

/// Prints a line as `println!` does; ends the process when nobody reads it (`homeregion events | head`).
macro_rules! say {
    ($($words:tt)*) => { $crate::output::line(format_args!($($words)*)) };
}

/// Writes a line to standard output, or ends the process: quietly when the reader is gone, else with the reason.
pub fn line(words: Arguments<'_>) {
    let Err(error) = writeln!(std::io::stdout(), "{words}") else { return };
    if error.kind() == ErrorKind::BrokenPipe {
        std::process::exit(0);
    }
    eprintln!("homeregion: the output cannot be written: {error}");
    std::process::exit(1);
}
