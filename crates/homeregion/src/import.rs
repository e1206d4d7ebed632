//! `homeregion migrationhub import`: who is left, who takes over, and how it went.

use std::io::IsTerminal as _;

use commands::aws_client::{Client, Endpoint};
use commands::aws_profile::{Credentials, Profile};
use commands::migrationhub_import::{self, Import};

use crate::arguments;
use crate::environment;

/// Where the home region is asked for when nothing names a region: any region of Migration Hub answers.
const FIRST_REGION: &str = "us-west-2";
/// Remembers what is done.
const STATE_FILE: &str = "migrationhub-import.jsonl";

/// Imports, and prints the summary; what was refused makes it an error.
pub fn run(arguments: &arguments::Import) -> Result<(), String> {
    let profile = Profile::find(arguments.profile.as_deref(), |name| std::env::var(name).ok())?;
    let from = match arguments.endpoint_url.as_deref().or(profile.endpoint_url.as_deref()) {
        Some(url) => Endpoint::parse(url)?,
        None => Endpoint::Aws,
    };
    let into = environment::endpoint(&arguments.home, arguments.into.as_deref())?;
    let state = match &arguments.state {
        Some(state) => state.clone(),
        None => arguments.home.folder()?.join(STATE_FILE),
    };
    let region = arguments.region.clone();
    let first_region = region.clone().or(profile.region).unwrap_or_else(|| FIRST_REGION.to_owned());
    eprintln!("Importing from {from} with the keys of {} into {into}", profile.origin);
    let import = Import {
        source: Client::new(from, profile.credentials)?,
        destination: Client::new(Endpoint::parse(&into)?, keys_of(&arguments.account))?,
        account: arguments.account.clone(),
        region,
        first_region,
        state,
        terminal: std::io::stderr().is_terminal(),
    };
    let summary = migrationhub_import::run(&import)?;
    if arguments.json {
        say!("{:#}", summary.to_json());
    } else {
        print!("{}", summary.to_text());
    }
    if summary.is_complete() {
        return Ok(());
    }
    Err("some things were refused here; they are named above".to_owned())
}

/// A twelve-digit access key is the account here.
pub fn keys_of(account: &str) -> Credentials {
    Credentials {
        access_key_id: account.to_owned(),
        secret_access_key: "homeregion".to_owned(),
        session_token: None,
    }
}
