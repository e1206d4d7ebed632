//! `homeregion migrationhub upload`: which server gets the file, and as whom.

use commands::aws_client::{Client, Endpoint};
use commands::migrationhub_upload;

use crate::arguments::Upload;
use crate::environment;
use crate::import::keys_of;

/// Uploads, and prints the URL.
pub fn run(arguments: &Upload) -> Result<(), String> {
    let endpoint = environment::endpoint(&arguments.home, arguments.endpoint.as_deref())?;
    let client = Client::new(Endpoint::parse(&endpoint)?, keys_of(&arguments.account))?;
    let url = migrationhub_upload::run(&client, &arguments.region, &arguments.file)?;
    say!("{url}");
    Ok(())
}
