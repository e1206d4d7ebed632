//! The command line: commands, options and their defaults.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// An AWS region at home: CodeArtifact, IoT SiteWise and Migration Hub in one binary.
#[derive(Parser)]
#[command(name = "homeregion", version)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Serve the region until interrupted
    Serve(Serve),
    /// Print shell lines that point AWS SDKs and the AWS CLI here: eval "$(homeregion env)"
    Env(Env),
    /// Print how many operations of each service are implemented
    Coverage(Coverage),
    /// Ask a running server whether it is well; exit code 0 means yes
    Healthcheck(Healthcheck),
    /// Print where each external connection leads, and why
    Upstreams(Upstreams),
    /// What operators of Migration Hub need
    #[command(subcommand)]
    Migrationhub(Migrationhub),
    /// Print what happened in a data folder or database, one JSON object a line
    Events(Events),
    /// Read a configuration file as the server would, and say what is wrong with it
    CheckConfig(CheckConfig),
    /// What operators of CodeArtifact need
    #[command(subcommand)]
    Codeartifact(Codeartifact),
    /// What builders of plants in IoT SiteWise need
    #[command(subcommand)]
    Sitewise(Sitewise),
    /// Check a data folder, or a database, of a server that is not running
    Verify(Verify),
}

/// Where data is kept.
#[derive(Args, Clone)]
pub struct Home {
    /// Folder of all data [default: homeregion in the user's data folder]
    #[arg(long, value_name = "DIR", env = "HOMEREGION_DATA")]
    pub data: Option<PathBuf>,
    /// Where metadata is kept: sqlite, in the data folder, or postgres://USER@HOST/DATABASE
    #[arg(long, value_name = "DATABASE", default_value = "sqlite", env = "HOMEREGION_DATABASE")]
    pub database: String,
}

#[derive(Args)]
#[allow(clippy::struct_excessive_bools)] // each is a switch of its own
pub struct Serve {
    #[command(flatten)]
    pub home: Home,
    /// Configuration file in TOML: [upstreams] says where external connections lead
    #[arg(long, value_name = "FILE", env = "HOMEREGION_CONFIG")]
    pub config: Option<PathBuf>,
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4566", env = "HOMEREGION_LISTEN")]
    pub listen: SocketAddr,
    /// Start with nothing, keep nothing, and allow POST /_homeregion/reset
    #[arg(long)]
    pub ephemeral: bool,
    /// Listen beyond loopback although any key is accepted there
    #[arg(long)]
    pub insecure: bool,
    /// Scheme and authority of the URLs that are handed out, if clients reach this server under another name
    #[arg(long, value_name = "URL", env = "HOMEREGION_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Certificates to show to clients that speak TLS, PEM, the server's first; read again when they change
    #[arg(long, value_name = "FILE", requires = "tls_key", env = "HOMEREGION_TLS_CERT")]
    pub tls_cert: Option<PathBuf>,
    /// The private key of the first of them, PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert", env = "HOMEREGION_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
    /// Speak TLS with certificates of an authority that is made once in the data folder, and say how to trust it
    #[arg(long, conflicts_with = "tls_cert")]
    pub tls_self: bool,
    /// Account of callers whose access key is not itself a twelve-digit account id
    #[arg(long, value_name = "ACCOUNT", default_value = "000000000000", env = "HOMEREGION_ACCOUNT")]
    pub account: String,
    /// Set this home region for Migration Hub at first start
    #[arg(long, value_name = "REGION")]
    pub home_region: Option<String>,
    /// Let CREATING, UPDATING and DELETING of IoT SiteWise last this long, to test how clients wait
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub simulate_propagation_ms: i64,
    /// Let accounts begin with disassociatedDataStorage DISABLED: IoT SiteWise takes data of asset properties only
    #[arg(long)]
    pub no_disassociated_data: bool,
    /// Let npm clients unpublish versions, if they may delete them
    #[arg(long)]
    pub allow_unpublish: bool,
    /// How much to log on standard error: error, warn, info, debug or off
    #[arg(long, value_name = "LEVEL", default_value = "info", env = "HOMEREGION_LOG")]
    pub log: log::LevelFilter,
}

#[derive(Args)]
pub struct Env {
    #[command(flatten)]
    pub home: Home,
    /// Endpoint to name instead of the one that the server in the data folder wrote down
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Region to name
    #[arg(long, default_value = "us-east-1")]
    pub region: String,
}

#[derive(Args)]
pub struct Coverage {
    /// Print JSON, one object per service with its operations
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Healthcheck {
    #[command(flatten)]
    pub home: Home,
    /// Endpoint to ask instead of the one that the server in the data folder wrote down
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
}

/// What operators of Migration Hub need.
#[derive(Subcommand)]
pub enum Migrationhub {
    /// Print streams and tasks with their progress, age, and what is overdue
    Board(Board),
    /// Copy everything from another Migration Hub, through its API, into a running server
    Import(Import),
    /// Upload a CSV file of servers to a running server, and print the URL for StartImportTask
    Upload(Upload),
}

#[derive(Args)]
pub struct Board {
    #[command(flatten)]
    pub home: Home,
    /// Account whose tasks are shown
    #[arg(long, value_name = "ACCOUNT", default_value = "000000000000", env = "HOMEREGION_ACCOUNT")]
    pub account: String,
    /// Print JSON, one object per task
    #[arg(long)]
    pub json: bool,
}

/// Everything is replayed with its ids and times, and nothing twice: an interrupted import goes on where it ended, and
/// an import that is run again adds what is new.
#[derive(Args)]
pub struct Import {
    #[command(flatten)]
    pub home: Home,
    /// Profile of the account to leave, from ~/.aws/config and ~/.aws/credentials [default: the environment's keys]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Server to leave instead of AWS
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Region whose data is read [default: the home region there]
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// Server to import into instead of the one that works on the data folder
    #[arg(long, value_name = "URL")]
    pub into: Option<String>,
    /// Account to import into
    #[arg(long, value_name = "ACCOUNT", default_value = "000000000000", env = "HOMEREGION_ACCOUNT")]
    pub account: String,
    /// File that remembers what is done until everything is [default: migrationhub-import.jsonl in the data folder]
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Print the summary as JSON
    #[arg(long)]
    pub json: bool,
}

/// The file is kept for a week; only its account and region can import it.
#[derive(Args)]
pub struct Upload {
    #[command(flatten)]
    pub home: Home,
    /// File to upload, NAME.csv of at most 10 MiB
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Server to upload to instead of the one that works on the data folder
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Account to upload as
    #[arg(long, value_name = "ACCOUNT", default_value = "000000000000", env = "HOMEREGION_ACCOUNT")]
    pub account: String,
    /// Region to upload to, the account's home region
    #[arg(long, value_name = "REGION", default_value = "us-east-1", env = "AWS_REGION")]
    pub region: String,
}

#[derive(Args)]
pub struct Upstreams {
    #[command(flatten)]
    pub home: Home,
    /// Configuration file of the server
    #[arg(long, value_name = "FILE", env = "HOMEREGION_CONFIG")]
    pub config: Option<PathBuf>,
    /// URL that the server prints, which is never an upstream of its own
    #[arg(long, value_name = "URL", env = "HOMEREGION_PUBLIC_URL")]
    pub public_url: Option<String>,
}

#[derive(Args)]
pub struct Events {
    #[command(flatten)]
    pub home: Home,
    /// Leave out events up to this sequence number
    #[arg(long, value_name = "SEQUENCE", default_value_t = 0)]
    pub after: i64,
    /// Leave out events from before this time, or longer ago than this: 2026-01-31T12:00:00Z, 15m, 2h, 7d
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Leave out the events of other accounts
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// Go on with what happens, until interrupted
    #[arg(long)]
    pub follow: bool,
    /// One JSON object a line, which is also what happens without this
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct CheckConfig {
    /// Configuration file in TOML
    #[arg(value_name = "FILE", env = "HOMEREGION_CONFIG")]
    pub config: PathBuf,
}

/// What operators of CodeArtifact need.
#[derive(Subcommand)]
pub enum Codeartifact {
    /// End authorization tokens of a domain before their time
    RevokeTokens(RevokeTokens),
}

/// Clients that show such a token are asked to log in again; tokens that are issued later are good.
#[derive(Args)]
pub struct RevokeTokens {
    #[command(flatten)]
    pub home: Home,
    /// Domain whose tokens end
    #[arg(long, value_name = "DOMAIN")]
    pub domain: String,
    /// Account that owns the domain [default: the account that asks]
    #[arg(long, value_name = "ACCOUNT")]
    pub domain_owner: Option<String>,
    /// ARN of the principal whose tokens end [default: everybody's]
    #[arg(long, value_name = "ARN")]
    pub principal: Option<String>,
    /// Spare tokens that were issued after this time, 2026-01-31T12:00:00Z for one [default: now]
    #[arg(long, value_name = "TIME")]
    pub before: Option<String>,
    /// Server to ask instead of the one that works on the data folder
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Account to ask as
    #[arg(long, value_name = "ACCOUNT", default_value = "000000000000", env = "HOMEREGION_ACCOUNT")]
    pub account: String,
    /// Region of the domain
    #[arg(long, value_name = "REGION", default_value = "us-east-1", env = "AWS_REGION")]
    pub region: String,
}

/// How `homeregion sitewise apply` ends.
const EXIT_CODES: &str = "Nothing is deleted unless --prune is given. Exit codes: 0 done or nothing to do, 1 the file is \
wrong or nobody answers, 3 the server lacks operations that a part needs, 4 something was refused, 5 --check found \
something to do.";

/// What builders of plants in IoT SiteWise need.
#[derive(Subcommand)]
pub enum Sitewise {
    /// Make models and assets what a plant file says, and tell what that takes
    #[command(after_help = EXIT_CODES)]
    Apply(Apply),
    /// Write a plant file of the models and assets that there are
    Export(Export),
    /// Store values from a CSV file, in the columns of AWS's bulk import
    Import(ImportValues),
    /// Create the wind farm of AWS's guide, and feed it until interrupted
    Demo(Demo),
    /// Compute transforms and metrics of the past anew, while no server works on the data folder
    Recompute(Recompute),
}

/// Late points of seven days are followed by the server itself; this is for what is older, and for new formulas.
#[derive(Args)]
pub struct Recompute {
    #[command(flatten)]
    pub home: Home,
    /// Instant behind which values are computed: 2026-03-02T10:00:00Z, or seconds since 1970
    #[arg(long, value_name = "TIME")]
    pub from: String,
    /// Instant up to which they are
    #[arg(long, value_name = "TIME")]
    pub to: String,
    /// Id of the one asset to compute; all without it
    #[arg(long, value_name = "ID")]
    pub asset: Option<String>,
}

/// Who is asked, and as whom.
#[derive(Args)]
pub struct Whom {
    /// Server to ask instead of the one that works on the data folder
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Profile of the account to ask as, from ~/.aws/config and ~/.aws/credentials; AWS unless it names an endpoint
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Ask AWS with the environment's keys or profile; another server if they name an endpoint
    #[arg(long, conflicts_with = "profile")]
    pub aws: bool,
    /// Account to ask as, without a profile and without AWS
    #[arg(long, value_name = "ACCOUNT", default_value = "000000000000", env = "HOMEREGION_ACCOUNT")]
    pub account: String,
    /// Region of the models and assets [default: the profile's, else us-east-1]
    #[arg(long, value_name = "REGION", env = "AWS_REGION")]
    pub region: Option<String>,
}

/// A second run has nothing to do, and an interrupted one goes on.
#[derive(Args)]
#[allow(clippy::struct_excessive_bools)] // each is a switch of its own
pub struct Apply {
    #[command(flatten)]
    pub home: Home,
    #[command(flatten)]
    pub whom: Whom,
    /// Plant file in YAML or JSON, - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Tell what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Like --dry-run, with exit code 5 if there is something to do
    #[arg(long)]
    pub check: bool,
    /// Delete what the file does not mention: assets, models, properties with their data, hierarchies, tags, aliases
    #[arg(long)]
    pub prune: bool,
    /// Print the plan and its outcome as JSON
    #[arg(long)]
    pub json: bool,
}

/// The file is the same for the same plant, so it can be kept under version control.
#[derive(Args)]
pub struct Export {
    #[command(flatten)]
    pub home: Home,
    #[command(flatten)]
    pub whom: Whom,
    /// File to write instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Only this asset with everything below it, and the models that they need: an id, or externalId:ID
    #[arg(long, value_name = "ASSET")]
    pub asset: Option<String>,
    /// Write ids, too, so that a copy elsewhere gets the same ones
    #[arg(long)]
    pub ids: bool,
}

/// Columns are ALIAS, or ASSET_ID and PROPERTY_ID; DATA_TYPE, TIMESTAMP_SECONDS, VALUE; and, if wanted,
/// TIMESTAMP_NANO_OFFSET and QUALITY. Values may be seven days old. Exit codes: 0 all rows are stored, 1 the file can't be
/// used or nobody answers, 4 some rows were refused.
#[derive(Args)]
pub struct ImportValues {
    #[command(flatten)]
    pub home: Home,
    #[command(flatten)]
    pub whom: Whom,
    /// File of comma-separated values
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Names of the columns, separated by commas [default: the first line]
    #[arg(long, value_name = "NAMES")]
    pub columns: Option<String>,
    /// File to write the rows to that were not stored, with the reason
    #[arg(long, value_name = "FILE")]
    pub errors: Option<PathBuf>,
}

/// What is there already stays, and is fed.
#[derive(Args)]
pub struct Demo {
    #[command(flatten)]
    pub home: Home,
    #[command(flatten)]
    pub whom: Whom,
    /// Days of history, up to six
    #[arg(long, value_name = "DAYS", default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=6))]
    pub days: u32,
    /// End when the history and the first values are there
    #[arg(long)]
    pub once: bool,
}

#[derive(Args)]
pub struct Verify {
    #[command(flatten)]
    pub home: Home,
}

impl Home {
    /// The data folder: the one that was named, else the user's.
    pub fn folder(&self) -> Result<PathBuf, String> {
        if let Some(folder) = &self.data {
            return Ok(folder.clone());
        }
        let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        named("XDG_DATA_HOME")
            .or_else(|| named("HOME").map(|home| home.join(".local/share")))
            .map(|folder| folder.join("homeregion"))
            .ok_or_else(|| {
                "there is no home folder to keep data in; name a folder with --data DIR".to_owned()
            })
    }
}
