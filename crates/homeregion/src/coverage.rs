//! `homeregion coverage`: how many operations of each service are implemented.

use std::collections::BTreeMap;

use crate::arguments::Coverage;
use crate::services;

/// Prints the table.
pub fn run(arguments: &Coverage) -> Result<(), String> {
    let table = services::table_in_memory();
    let mut services: BTreeMap<&str, BTreeMap<&str, bool>> = BTreeMap::new();
    for spec in table.specs() {
        services.entry(spec.service.id).or_default().insert(spec.name, table.implements(spec));
    }
    if arguments.json {
        let json = serde_json::to_string_pretty(&services).map_err(|error| error.to_string())?;
        say!("{json}");
        return Ok(());
    }
    say!("{:<22} {:>5} {:>6}", "service", "done", "total");
    let (mut all_done, mut all) = (0, 0);
    for (service, operations) in &services {
        let done = operations.values().filter(|done| **done).count();
        say!("{service:<22} {done:>5} {:>6}", operations.len());
        all_done += done;
        all += operations.len();
    }
    say!("{:<22} {all_done:>5} {all:>6}", "all");
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// Operations that are still to come, one `service.Operation` a line; shrinks by hand.
    const LEDGER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/ledgers/operations.txt");

    #[test]
    fn the_ledger_names_exactly_the_operations_that_are_still_to_come() {
        let table = services::table_in_memory();
        let missing: BTreeSet<String> = table
            .specs()
            .iter()
            .filter(|spec| !table.implements(spec))
            .map(|spec| format!("{}.{}", spec.service.id, spec.name))
            .collect();
        let ledger = std::fs::read_to_string(Path::new(LEDGER)).unwrap();
        let listed: BTreeSet<String> = ledger.lines().map(str::to_owned).collect();
        let done: Vec<_> = listed.difference(&missing).collect();
        assert!(done.is_empty(), "these operations are implemented; take them out of {LEDGER}: {done:#?}");
        let gone: Vec<_> = missing.difference(&listed).collect();
        assert!(
            gone.is_empty(),
            "these operations are not implemented. The ledger must not grow: enter them in the service's \
             `register` with their function instead of adding them to it. {gone:#?}"
        );
    }
}
