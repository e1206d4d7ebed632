//! `homeregion coverage`: how many operations of each service are implemented.

use std::collections::BTreeMap;

use crate::arguments::Coverage;
use crate::services;

/// Prints the table.
pub fn run(arguments: &Coverage) -> Result<(), String> {
    let table = services::table();
    let mut services: BTreeMap<&str, BTreeMap<&str, bool>> = BTreeMap::new();
    for spec in table.specs() {
        services.entry(spec.service.id).or_default().insert(spec.name, table.implements(spec));
    }
    if arguments.json {
        let json = serde_json::to_string_pretty(&services).map_err(|error| error.to_string())?;
        println!("{json}");
        return Ok(());
    }
    println!("{:<22} {:>5} {:>6}", "service", "done", "total");
    let (mut all_done, mut all) = (0, 0);
    for (service, operations) in &services {
        let done = operations.values().filter(|done| **done).count();
        println!("{service:<22} {done:>5} {:>6}", operations.len());
        all_done += done;
        all += operations.len();
    }
    println!("{:<22} {all_done:>5} {all:>6}", "all");
    Ok(())
}
