//! Where connections lead on machines of every kind.

use super::*;
use deno_npmrc::NPM_DEFAULT_REGISTRY;
use std::path::Path;

/// A made-up machine: its variables and files.
#[derive(Clone, Default)]
struct Fake(HashMap<String, String>);

impl Fake {
    fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }
}

impl Machine for Fake {
    fn variable(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    fn read(&self, path: &Path) -> Option<String> {
        self.0.get(path.to_str()?).cloned()
    }
}

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<HashMap<String, String>>>);

impl Remembered for Memory {
    fn recall(&self, connection: &str) -> Option<String> {
        self.0.lock().unwrap().get(connection).cloned()
    }

    fn remember(&self, connection: &str, url: &str) {
        self.0.lock().unwrap().insert(connection.to_owned(), url.to_owned());
    }
}

fn settings() -> Settings {
    let server = ServerAddress { listen: vec!["127.0.0.1:4566".parse().unwrap()], public_url: None };
    Settings { server, ..Settings::default() }
}

fn resolver(settings: Settings, machine: Fake, memory: &Memory) -> Resolver {
    Resolver::new(settings, Box::new(machine), Box::new(memory.clone()))
}

fn npm(settings: Settings, machine: Fake) -> Upstream {
    let upstream = resolver(settings, machine, &Memory::default()).resolve("public:npmjs").unwrap();
    Arc::unwrap_or_clone(upstream)
}

fn machine() -> Fake {
    Fake::default()
        .with("HOME", "/home/me")
        .with(
            "/home/me/.npmrc",
            "registry=https://mirror.example/npm\n//mirror.example/npm/:_authToken=${TOKEN}\n",
        )
        .with("TOKEN", "t0ken")
}

#[test]
fn the_most_explicit_setting_wins() {
    let mut configured = settings();
    configured.upstreams.insert("npmjs".into(), "https://configured.example/x".into());
    let with_variable = machine().with("HOMEREGION_UPSTREAM_NPMJS", "https://variable.example/");
    let with_client = machine().with("npm_config_registry", "https://client.example");
    let cases = [
        (npm(configured, with_variable.clone()), "https://configured.example/x/", Reason::ConfigurationFile),
        (
            npm(settings(), with_variable),
            "https://variable.example/",
            Reason::Variable("HOMEREGION_UPSTREAM_NPMJS".into()),
        ),
        (
            npm(settings(), with_client),
            "https://client.example/",
            Reason::Client("environment variable npm_config_registry".into()),
        ),
        (npm(settings(), machine()), "https://mirror.example/npm/", Reason::Client("/home/me/.npmrc".into())),
    ];
    for (upstream, url, reason) in cases {
        assert_eq!((upstream.url.as_str(), upstream.reason), (url, reason));
        assert_eq!(upstream.format, Format::Npm);
    }
    let bare = npm(settings(), Fake::default());
    assert_eq!(bare.url, Url::parse(NPM_DEFAULT_REGISTRY).unwrap());
    assert_eq!(bare.reason, Reason::Default);
}

#[test]
fn the_credentials_of_the_client_come_along() {
    let upstream = npm(settings(), machine());
    assert_eq!(upstream.credentials, Some(Credentials::bearer("t0ken")));
    assert_eq!(npm(settings(), Fake::default()).credentials, None);
    let inline = Fake::default().with("NPM_CONFIG_REGISTRY", "https://me:pass@mirror.example/npm/?x#y");
    let upstream = npm(settings(), inline);
    assert_eq!(upstream.url.as_str(), "https://mirror.example/npm/");
    assert_eq!(upstream.credentials, Some(Credentials::basic("me", "pass")));
}

#[test]
fn client_configuration_that_names_this_server_is_skipped_and_the_reason_kept() {
    let own = "http://localhost:4566/npm/d/shop-000000000000/web/";
    let machine = Fake::default()
        .with("HOME", "/home/me")
        .with("/home/me/.npmrc", &format!("registry={own}"))
        .with("/etc/npmrc", "registry=https://global.example/");
    let upstream = npm(settings(), machine);
    assert_eq!(upstream.url.as_str(), "https://global.example/");
    assert_eq!(
        upstream.skipped,
        [format!("/home/me/.npmrc names {own}: it is the address this server listens on")]
    );
}

#[test]
fn what_the_client_said_before_a_login_is_remembered() {
    let memory = Memory::default();
    resolver(settings(), machine(), &memory).resolve("public:npmjs").unwrap();
    let after =
        machine().with("/home/me/.npmrc", "registry=http://127.0.0.1:4566/npm/d/shop-000000000000/web/\n");
    let upstream = resolver(settings(), after, &memory).resolve("public:npmjs").unwrap();
    assert_eq!(
        (upstream.url.as_str(), &upstream.reason),
        ("https://mirror.example/npm/", &Reason::Remembered)
    );
    let changed = machine().with("/home/me/.npmrc", "registry=https://other.example/\n");
    let upstream = resolver(settings(), changed, &memory).resolve("public:npmjs").unwrap();
    assert_eq!(upstream.url.as_str(), "https://other.example/");
}

#[test]
fn a_note_taken_before_a_login_is_enough() {
    let memory = Memory::default();
    resolver(settings(), machine(), &memory).take_note();
    let after =
        machine().with("/home/me/.npmrc", "registry=http://127.0.0.1:4566/npm/d/shop-000000000000/web/\n");
    let later = resolver(settings(), after, &memory);
    later.take_note();
    let upstream = later.resolve("public:npmjs").unwrap();
    assert_eq!(
        (upstream.url.as_str(), &upstream.reason),
        ("https://mirror.example/npm/", &Reason::Remembered)
    );
}

#[test]
fn a_connection_is_looked_up_once() {
    struct Counting(Arc<Mutex<u32>>);
    impl Machine for Counting {
        fn variable(&self, name: &str) -> Option<String> {
            *self.0.lock().unwrap() += u32::from(name == "HOMEREGION_UPSTREAM_NPMJS");
            None
        }
        fn read(&self, _: &Path) -> Option<String> {
            None
        }
    }
    let count = Arc::new(Mutex::new(0));
    let resolver =
        Resolver::new(settings(), Box::new(Counting(Arc::clone(&count))), Box::new(Memory::default()));
    assert_eq!(*count.lock().unwrap(), 0);
    let first = resolver.resolve("public:npmjs").unwrap();
    assert!(Arc::ptr_eq(&first, &resolver.resolve("public:npmjs").unwrap()));
    assert_eq!(*count.lock().unwrap(), 1);
}

#[test]
fn connections_of_our_own_have_a_url_a_format_and_credentials() {
    let mut settings = settings();
    let custom = Custom {
        url: "https://files.example/npm".into(),
        format: Format::Npm,
        credentials: Some(Credentials::bearer("x")),
    };
    settings.custom.insert("team".into(), custom);
    let resolver = resolver(settings, Fake::default(), &Memory::default());
    let upstream = resolver.resolve("custom:team").unwrap();
    assert_eq!(upstream.url.as_str(), "https://files.example/npm/");
    assert_eq!(upstream.credentials, Some(Credentials::bearer("x")));
    assert_eq!(resolver.format("custom:team"), Some(Format::Npm));
    assert_eq!(resolver.format("public:pypi"), Some(Format::Pypi));
    assert_eq!(resolver.format("custom:other"), None);
    assert_eq!(resolver.connections().len(), 11);
}

#[test]
fn what_leads_nowhere_says_what_to_set() {
    let fails = |settings: Settings, machine: Fake, name: &str| {
        resolver(settings, machine, &Memory::default()).resolve(name).unwrap_err().to_string()
    };
    assert_eq!(
        fails(settings(), Fake::default(), "public:pypi"),
        "where \"public:pypi\" is has to be configured: set HOMEREGION_UPSTREAM_PYPI or [upstreams] \
         pypi = \"https://…/\""
    );
    assert!(fails(settings(), Fake::default(), "custom:none").contains("[connections.NAME]"));
    for bad in ["not a url", "file:///etc", "ftp://x/", "//x/"] {
        let machine = Fake::default().with("HOMEREGION_UPSTREAM_NPMJS", bad);
        assert_eq!(
            fails(settings(), machine, "public:npmjs"),
            "the URL for \"public:npmjs\" is not a usable http or https URL (from environment variable \
             HOMEREGION_UPSTREAM_NPMJS)",
            "{bad}"
        );
    }
}

#[test]
fn unusable_client_configuration_is_passed_over() {
    let machine = Fake::default()
        .with("npm_config_registry", "${UNSET}")
        .with("HOME", "/home/me")
        .with("/home/me/.npmrc", "registry=nonsense")
        .with("/etc/npmrc", "registry = \"https://global.example\"");
    let upstream = npm(settings(), machine);
    assert_eq!(upstream.url.as_str(), "https://global.example/");
    assert_eq!(upstream.skipped.len(), 2);
}

#[test]
fn extra_certificates_are_found_in_variables_and_files() {
    let machine = Fake::default()
        .with("NODE_EXTRA_CA_CERTS", "/a.pem")
        .with("NPM_CONFIG_CAFILE", "/b.pem")
        .with("HOME", "/home/me")
        .with("/home/me/.npmrc", "x=1\n cafile = \"/c.pem\"\n");
    let files = super::super::defaults::certificate_files(&machine);
    assert_eq!(files, ["/a.pem", "/b.pem", "/c.pem"].map(std::path::PathBuf::from));
}

#[test]
fn maven_has_public_repositories_and_cargo_may_name_its_protocol() {
    let machine =
        Fake::default().with("HOMEREGION_UPSTREAM_CRATES_IO", "sparse+https://crates.example/index");
    let resolver = resolver(settings(), machine, &Memory::default());
    let central = resolver.resolve("public:maven-central").unwrap();
    assert_eq!((central.format, &central.reason), (Format::Maven, &Reason::Default));
    assert_eq!(resolver.resolve("public:crates-io").unwrap().url.as_str(), "https://crates.example/index/");
}
