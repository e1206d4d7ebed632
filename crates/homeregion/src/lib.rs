//! What a user types, and the wiring of everything behind it. The binary is one call to [`main`].

#[macro_use]
mod output;

mod arguments;
mod board;
mod certificates;
mod check_config;
mod chores;
mod configuration;
mod coverage;
mod environment;
mod events;
mod healthcheck;
mod import;
mod live;
mod logging;
mod packages;
mod recompute;
mod resource_log;
mod revoke;
mod scratch;
mod serve;
pub mod services;
mod sitewise;
mod sitewise_values;
mod upload;
mod upstreams;
mod value_chores;
mod values;
mod verify;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Codeartifact, Command, Migrationhub, Sitewise};

/// Does what the command line says.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        Command::Serve(serve) => serve::run(&serve),
        Command::Env(env) => environment::run(&env),
        Command::Coverage(coverage) => coverage::run(&coverage),
        Command::Healthcheck(healthcheck) => healthcheck::run(&healthcheck),
        Command::Upstreams(upstreams) => upstreams::run(&upstreams),
        Command::Events(events) => events::run(&events),
        Command::CheckConfig(arguments) => check_config::run(&arguments),
        Command::Codeartifact(Codeartifact::RevokeTokens(arguments)) => revoke::run(&arguments),
        Command::Migrationhub(Migrationhub::Board(arguments)) => board::run(&arguments),
        Command::Migrationhub(Migrationhub::Import(arguments)) => import::run(&arguments),
        Command::Migrationhub(Migrationhub::Upload(arguments)) => upload::run(&arguments),
        Command::Sitewise(Sitewise::Apply(arguments)) => return ended(sitewise::apply(&arguments)),
        Command::Sitewise(Sitewise::Export(arguments)) => return ended(sitewise::export(&arguments)),
        Command::Sitewise(Sitewise::Import(arguments)) => return ended(sitewise_values::import(&arguments)),
        Command::Sitewise(Sitewise::Demo(arguments)) => sitewise_values::demo(&arguments),
        Command::Sitewise(Sitewise::Recompute(arguments)) => recompute::run(&arguments),
        Command::Verify(verify) => verify::run(&verify),
    };
    ended(outcome.map(|()| ExitCode::SUCCESS))
}

fn ended(outcome: Result<ExitCode, String>) -> ExitCode {
    match outcome {
        Ok(code) => code,
        Err(sentence) => {
            eprintln!("homeregion: {sentence}");
            ExitCode::FAILURE
        }
    }
}
