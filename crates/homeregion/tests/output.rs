//! Commands whose reader stops reading, as `homeregion coverage | head -1` does.

use std::process::Command;

#[test]
fn a_reader_that_stops_reading_is_no_error() {
    let program = env!("CARGO_BIN_EXE_homeregion");
    for words in [&["coverage"][..], &["coverage", "--json"], &["env", "--endpoint", "http://127.0.0.1:1"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ended = Command::new(program).args(words).stdout(writer).output().unwrap();
        assert_eq!(
            (ended.status.code(), String::from_utf8(ended.stderr).unwrap().as_str()),
            (Some(0), ""),
            "{words:?}"
        );
    }
}
