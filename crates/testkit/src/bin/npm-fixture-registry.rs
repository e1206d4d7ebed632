//! The made-up npm registry as a program: `npm-fixture-registry [--packages N] [--large BYTES] [--port P] [--until-input-ends]`.
//!
//! Prints its URL on a line of its own and serves until it is killed or, with `--until-input-ends`, until its standard
//! input ends, which is when whoever started it is gone.

use std::io::{Read as _, Write as _};
use testkit::npm_registry::{Catalog, NpmRegistry};

fn main() {
    let (mut packages, mut large, mut port, mut until_input_ends) = (300, 0, 0, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--until-input-ends" {
            until_input_ends = true;
            continue;
        }
        let value = arguments.next().and_then(|value| value.parse::<usize>().ok());
        match (argument.as_str(), value) {
            ("--packages", Some(value)) => packages = value,
            ("--large", Some(value)) => large = value,
            ("--port", Some(value)) => port = u16::try_from(value).unwrap_or(0),
            _ => {
                eprintln!(
                    "usage: npm-fixture-registry [--packages N] [--large BYTES] [--port P] [--until-input-ends]"
                );
                std::process::exit(2);
            }
        }
    }
    let mut catalog = Catalog::made_up(packages);
    if large > 0 {
        catalog.packages.insert("large".to_owned(), Catalog::large("large", large));
    }
    let registry = NpmRegistry::start_on(catalog, port);
    println!("{}", registry.url());
    std::io::stdout().flush().ok();
    if until_input_ends {
        std::io::stdin().read_to_end(&mut Vec::new()).ok();
        return;
    }
    loop {
        std::thread::park();
    }
}
