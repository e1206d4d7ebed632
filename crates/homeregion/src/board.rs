//! `homeregion migrationhub board`: reads the data folder, beside a running server or without one.

use commands::migrationhub_board;

use crate::arguments::Board;
use crate::serve;

/// Prints the board.
pub fn run(arguments: &Board) -> Result<(), String> {
    let store = serve::look(&arguments.home)?;
    let tasks = migrationhub_board::read(&store, &arguments.account).map_err(|error| error.to_string())?;
    let now = store.clock().now();
    if arguments.json {
        say!("{:#}", migrationhub_board::to_json(&tasks, now));
    } else {
        print!("{}", migrationhub_board::draw(&tasks, now));
    }
    Ok(())
}
