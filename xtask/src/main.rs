//! Chores of the house: `cargo xtask tidy`, `test`, `stories`, `bench` and `codegen`.

mod bench;
mod codegen;
mod stories;
mod test;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "cargo xtask CHORE

  tidy                  check the house rules that a program can check
  codegen [--check]     write the generated API models again from the pinned source, or only compare
  test [--full] [STEP]  set up what the tests need, run everything, print a summary
  stories [ENDPOINT]    play the three stories of the README, against a server of their own or ENDPOINT
  bench [--quick]       measure the server beside its ceiling and its peers, on the release profile
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((chore, rest)) = arguments.split_first() else {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    };
    match chore.as_str() {
        "tidy" => tidy::run(&root()),
        "codegen" => codegen::run(&root(), rest),
        "test" => test::run(&root(), rest),
        "stories" => stories::run(&root(), rest),
        "bench" => bench::run(&root(), rest),
        _ => {
            eprint!("there is no chore named {chore:?}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// The folder that holds the workspace.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("xtask lives inside the workspace").to_owned()
}
