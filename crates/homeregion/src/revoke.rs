//! `homeregion codeartifact revoke-tokens`: which server is asked, and as whom.

use commands::aws_client::{Client, Endpoint};
use commands::codeartifact_revoke::{self, Revocation};

use crate::arguments::RevokeTokens;
use crate::environment;
use crate::import::keys_of;

/// Revokes, and says what became of it.
pub fn run(arguments: &RevokeTokens) -> Result<(), String> {
    let endpoint = environment::endpoint(&arguments.home, arguments.endpoint.as_deref())?;
    let client = Client::new(Endpoint::parse(&endpoint)?, keys_of(&arguments.account))?;
    let revocation = Revocation {
        domain: &arguments.domain,
        domain_owner: arguments.domain_owner.as_deref(),
        principal: arguments.principal.as_deref(),
        before: arguments.before.as_deref(),
    };
    let until = codeartifact_revoke::run(&client, &arguments.region, &revocation)?;
    let whose = arguments.principal.as_deref().unwrap_or("everybody");
    say!("Tokens of domain {} that {whose} got until {until} are revoked.", arguments.domain);
    Ok(())
}
