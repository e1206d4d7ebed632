//! `cargo xtask stories`: plays the three stories of the README and prints each step.

use std::path::Path;
use std::process::{Command, ExitCode};

use crate::test::summary::Summary;
use crate::test::tools::Tools;

/// Plays the stories against the endpoint in `arguments`, else against a server that it starts itself.
pub fn run(root: &Path, arguments: &[String]) -> ExitCode {
    let tools = Tools::set_up(root, &mut Summary::default());
    let binary = tools.target.join("debug").join(format!("homeregion{}", std::env::consts::EXE_SUFFIX));
    if arguments.is_empty() {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["build", "--quiet", "--package", "homeregion"])
            .current_dir(root)
            .status();
        if !built.is_ok_and(|status| status.success()) {
            eprintln!("the server does not build; give the endpoint of a running one instead");
            return ExitCode::FAILURE;
        }
    }
    let Some(mut command) = command(root, &tools, &binary, arguments) else {
        eprintln!(
            "the stories are played with boto3, the AWS command line and npm; see above for what is missing"
        );
        return ExitCode::FAILURE;
    };
    let succeeded = command.status().is_ok_and(|status| status.success());
    if succeeded { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The command that plays the stories.
pub fn command(root: &Path, tools: &Tools, binary: &Path, arguments: &[String]) -> Option<Command> {
    let mut command = Command::new(tools.python.as_ref()?);
    command.args(["-m", "tests.stories"]).args(arguments).current_dir(root);
    command
        .env("HOMEREGION_BIN", binary)
        .env("HOMEREGION_TEST_TOOLS", &tools.folder)
        .env("PYTHONUNBUFFERED", "1");
    Some(command)
}
