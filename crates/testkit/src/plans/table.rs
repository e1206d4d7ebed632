//! SQL of statements that may read all rows of an account.

/// Statements that read all rows of an account or of the database, by how they begin, and why they may.
pub(super) const MAY: &[(&str, &str)] = &[
    // What the store itself asks when it opens.
    ("SELECT m.name, l.name, l.origin", "the schema is as long as the program makes it"),
    ("SELECT tbl, idx, stat FROM sqlite_stat1", "the schema is as long as the program makes it"),
    // Work queues: what is done leaves them.
    ("SELECT account, region, domain, repository, arn_partition, administrator, created_at", "a queue"),
    ("DELETE FROM codeartifact_revoked_token", "tokens leave it when they expire, a day later at most"),
    ("SELECT account, region, stream_id FROM deleted_stream", "a queue"),
    ("SELECT account, region, stream_id, migration_task FROM task_matching_due", "a queue"),
    ("SELECT account, region, export_id,", "exports are few, and people ask for them"),
    (
        "SELECT account, region, task_id, requested, deleted,",
        "deletions in batches are few, and people ask for them",
    ),
    ("SELECT account, region, stream FROM sitewise_series_deletion ORDER BY", "a queue"),
    // Counts: of what a quota bounds, or of what the answer counts.
    ("SELECT COUNT(*) FROM codeartifact_domain WHERE", "a quota bounds them"),
    ("SELECT COUNT(*) FROM sitewise_asset_model WHERE", "a quota bounds them"),
    ("SELECT COUNT(*) FROM sitewise_computation_model WHERE", "a quota bounds them"),
    ("SELECT COUNT(*) FROM sitewise_gateway WHERE", "a quota bounds them"),
    ("SELECT COUNT(*) FROM sitewise_portal WHERE", "a quota bounds them"),
    ("SELECT COUNT(DISTINCT configuration_id) FROM", "GetDiscoverySummary counts all servers"),
    // Models, which a quota bounds.
    (
        "UPDATE sitewise_asset_model SET due_at = updated_at",
        "models that wait for others are looked for among all",
    ),
    (
        "SELECT account, region, id, active_version, active_etag, updated_at FROM sitewise_asset_model",
        "once, at start",
    ),
    // Keys of account and region alone.
    ("SELECT fired_to, done_to, closed_to FROM sitewise_computation", "one row"),
    // Once in a while, in the background.
    (
        "SELECT DISTINCT account, region FROM sitewise_time_series",
        "which accounts have values, for their retention",
    ),
    // What only tests ask.
    ("SELECT COUNT(*) FROM sitewise_asset_property", "a test"),
    ("SELECT COUNT(*) FROM sitewise_gateway_capability", "a test"),
    ("SELECT COUNT(*) FROM sitewise_tag", "a test"),
    ("SELECT COUNT(*) FROM sitewise_time_series", "a test"),
    ("UPDATE sitewise_asset SET parent_id = ?1, hierarchy_id = ?2 WHERE id LIKE", "a test"),
];

#[cfg(test)]
mod tests {
    use crate::plans::{reads_all, refusal};

    #[test]
    fn walks_through_tables_and_accounts_are_told_from_lookups() {
        assert!(reads_all("SELECT a FROM t", "SCAN t"));
        assert!(reads_all("SELECT a FROM t ORDER BY b", "SCAN t USING INDEX t_by_b"));
        assert!(reads_all("SELECT a", "SEARCH t USING PRIMARY KEY (account=? AND region=?)"));
        assert!(!reads_all("SELECT a", "SEARCH t USING PRIMARY KEY (account=? AND region=? AND id>?)"));
        assert!(!reads_all("SELECT a", "SEARCH t USING INDEX i (due_at<?)"));
        assert!(!reads_all("WITH RECURSIVE up (id) AS (SELECT 1) SELECT id FROM up", "SCAN up"));
        assert!(!reads_all("SELECT COUNT(*) FROM (SELECT 1 FROM t) AS counted", "SCAN counted"));
        assert!(!reads_all("SELECT 1", "SCAN CONSTANT ROW"));
    }

    #[test]
    fn a_statement_is_refused_with_its_step_unless_it_is_named() {
        let scan = ["SCAN t".to_owned()];
        assert_eq!(refusal("SELECT a\n FROM t", &scan).as_deref(), Some("SCAN t: SELECT a FROM t"));
        assert_eq!(refusal("SELECT COUNT(*)\n FROM sitewise_portal WHERE account = ?1", &scan), None);
        assert_eq!(refusal("SELECT a FROM t", &[]), None);
    }
}
