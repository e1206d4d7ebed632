//! `homeregion sitewise apply` and `export`: which server is asked, as whom, and how it went.

use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use commands::aws_client::{CallError, Client, Endpoint};
use commands::aws_profile::Profile;
use commands::sitewise_account::Remote;
use commands::sitewise_apply::{self, Exit, Report};
use commands::sitewise_export;
use commands::sitewise_plant::{self, Plant};

use crate::arguments::{Apply, Export, Home, Whom};
use crate::environment;
use crate::import::keys_of;

/// The exit code when `--check` finds something to do.
const CHECK_CODE: u8 = 5;
const REGION_DEFAULT: &str = "us-east-1";

/// Applies a file, or tells what that would do.
pub fn apply(arguments: &Apply) -> Result<ExitCode, String> {
    let plant = read(&arguments.file)?;
    let remote = remote(&arguments.home, &arguments.whom)?;
    let dry_run = arguments.dry_run || arguments.check;
    let options = sitewise_apply::Options {
        dry_run,
        prune: arguments.prune,
        terminal: std::io::stderr().is_terminal(),
    };
    let show = |report: &Report| {
        if !arguments.json {
            print!("{}", report.plan_text());
            let _ = std::io::stdout().flush();
        }
    };
    let report = sitewise_apply::apply(&remote, &plant, options, show)
        .map_err(|error| told(&error, &arguments.whom))?;
    if arguments.json {
        say!("{:#}", report.to_json());
    } else {
        print!("{}", report.outcome_text());
    }
    if arguments.check && !report.is_nothing() && report.exit() == Exit::Done {
        return Ok(ExitCode::from(CHECK_CODE));
    }
    Ok(ExitCode::from(report.exit().code()))
}

/// Writes a file of what there is.
pub fn export(arguments: &Export) -> Result<ExitCode, String> {
    let remote = remote(&arguments.home, &arguments.whom)?;
    let options = sitewise_export::Options { asset: arguments.asset.clone(), ids: arguments.ids };
    let exported = sitewise_export::export(&remote, &options).map_err(|error| match error {
        sitewise_export::Error::Call(error) => told(&error, &arguments.whom),
        error @ sitewise_export::Error::Other(_) => error.to_string(),
    })?;
    let text = exported.plant.to_yaml();
    match &arguments.output {
        Some(file) => write(file, &text)?,
        None => print!("{text}"),
    }
    for sentence in &exported.missing {
        eprintln!("homeregion: not exported: {sentence}");
    }
    let exit = if exported.missing.is_empty() { Exit::Done } else { Exit::Unsupported };
    Ok(ExitCode::from(exit.code()))
}

/// Reads a plant file; what is wrong with it is told all at once.
fn read(file: &Path) -> Result<Plant, String> {
    let name = file.display();
    let mut text = String::new();
    let read = if file == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    let text = read.map_err(|error| format!("{name} cannot be read: {error}"))?;
    sitewise_plant::read(&text).map_err(|faults| {
        let told: Vec<String> = faults.iter().map(|fault| format!("{name}:{fault}")).collect();
        let count = match faults.len() {
            1 => "there is a fault".to_owned(),
            count => format!("there are {count} faults"),
        };
        format!("{count} in {name}, so nothing was done:\n{}", told.join("\n"))
    })
}

/// Writes a file whole: an interrupted export leaves the one that was there.
fn write(file: &Path, text: &str) -> Result<(), String> {
    let cannot = |error: std::io::Error| format!("{} cannot be written: {error}", file.display());
    let mut beside = file.as_os_str().to_owned();
    beside.push(".part");
    std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, file)).map_err(cannot)
}

/// Says what to do where the server that was guessed does not answer.
fn told(error: &CallError, whom: &Whom) -> String {
    let is_guessed = whom.endpoint.is_none() && whom.profile.is_none() && !whom.aws;
    if !is_guessed || !matches!(error, CallError::Unreachable(_)) {
        return error.to_string();
    }
    let elsewhere = match std::env::var("AWS_ENDPOINT_URL") {
        Ok(url) if !error.to_string().starts_with(&url) && !url.is_empty() => {
            format!("; AWS_ENDPOINT_URL is {url}, which --endpoint would ask")
        }
        _ => String::new(),
    };
    format!(
        "{error}: start it with `homeregion serve`, or say which one is meant with --data DIR or --endpoint URL{elsewhere}"
    )
}

/// A profile leads to its account, which may be AWS's; without one the server here is asked.
pub(crate) fn remote(home: &Home, whom: &Whom) -> Result<Remote, String> {
    if whom.profile.is_none() && !whom.aws {
        let endpoint = environment::endpoint(home, whom.endpoint.as_deref())?;
        let client = Client::new(Endpoint::parse(&endpoint)?, keys_of(&whom.account))?;
        return Ok(Remote {
            client,
            region: whom.region.clone().unwrap_or_else(|| REGION_DEFAULT.to_owned()),
        });
    }
    let profile = Profile::find(whom.profile.as_deref(), |name| std::env::var(name).ok())?;
    let endpoint = match whom.endpoint.as_deref().or(profile.endpoint_url.as_deref()) {
        Some(url) => Endpoint::parse(url)?,
        None => Endpoint::Aws,
    };
    let region = whom.region.clone().or(profile.region);
    let region =
        region.ok_or_else(|| format!("{} names no region; name one with --region", profile.origin))?;
    eprintln!("Asking {endpoint} in {region} with the keys of {}", profile.origin);
    Ok(Remote { client: Client::new(endpoint, profile.credentials)?, region })
}
