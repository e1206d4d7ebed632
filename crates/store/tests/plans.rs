//! Lookups by a secondary index stay lookups, however many rows an account has and whoever opens the data.

mod suite;

use store::{Clock, Entropy, Error, Options, Room, Store};
use suite::Bench;

const THINGS: &str = "
    CREATE TABLE thing (account TEXT NOT NULL, region TEXT NOT NULL, id TEXT NOT NULL, parent TEXT NOT NULL,
      state TEXT NOT NULL, due_at INTEGER, PRIMARY KEY (account, region, id));
    CREATE INDEX thing_parent ON thing (account, region, parent);";

static ROOM: Room = Room { name: "things", migrations: &[THINGS], blob_references: &[] };
static ROOMS: &[&Room] = &[&ROOM];
static LATER_ROOM: Room = Room {
    name: "things",
    migrations: &[THINGS, "CREATE INDEX thing_due ON thing (due_at) WHERE due_at IS NOT NULL"],
    blob_references: &[],
};
static LATER: &[&Room] = &[&LATER_ROOM];

fn by_parent(store: &Store) -> String {
    let sql = "EXPLAIN QUERY PLAN SELECT state FROM thing WHERE account = ?1 AND region = ?2 AND parent = ?3";
    plan(store, sql)
}

fn plan(store: &Store, sql: &'static str) -> String {
    let steps = store.read_blocking(move |tx| {
        let values = [("1").into(), ("r").into(), ("p").into()];
        tx.query(sql, &values[..sql.matches('?').count()], |row| row.text(3))
    });
    steps.map_err(|error: Error| error).unwrap().join("; ")
}

#[test]
fn a_lookup_by_a_secondary_index_does_not_walk_through_the_account() {
    let expected = "SEARCH thing USING INDEX thing_parent (account=? AND region=? AND parent=?)";
    for bench in [Bench::memory(), Bench::folder()] {
        let store = bench.open_with(ROOMS).unwrap();
        assert_eq!(by_parent(&store), expected);
        if bench.is_memory() {
            continue;
        }
        let options = || Options {
            database: bench.database.clone(),
            rooms: ROOMS,
            clock: Clock::System,
            entropy: Entropy::System,
        };
        assert_eq!(by_parent(&Store::look(options()).unwrap()), expected, "beside the server");
        drop(store);
        assert_eq!(by_parent(&Store::look(options()).unwrap()), expected, "without a server");
        assert_eq!(by_parent(&bench.open_with(ROOMS).unwrap()), expected, "opened again");
    }
}

#[test]
fn an_index_of_a_later_version_is_known_too_and_what_rows_there_are_changes_no_plan() {
    let bench = Bench::folder();
    let store = bench.open_with(ROOMS).unwrap();
    let written = store.write_blocking(|tx| {
        (0..2000).try_for_each(|i| {
            let insert =
                "INSERT INTO thing (account, region, id, parent, state) VALUES ('1', 'r', ?1, 'p', '')";
            tx.execute(insert, &[format!("{i}").into()]).map(|_| ())
        })
    });
    written.map_err(|error: Error| error).unwrap();
    drop(store);
    let store = bench.open_with(LATER).unwrap();
    assert!(by_parent(&store).contains("INDEX thing_parent"), "{}", by_parent(&store));
    let due = "EXPLAIN QUERY PLAN SELECT id FROM thing WHERE due_at <= 5 ORDER BY due_at LIMIT 9";
    assert!(
        plan(&store, due).starts_with("SEARCH thing USING COVERING INDEX thing_due"),
        "{}",
        plan(&store, due)
    );
    let known = "SELECT stat FROM sqlite_stat1 ORDER BY tbl, idx";
    let stats = store.read_blocking(move |tx| tx.query(known, &[], |row| row.text(0)));
    let table = "1048576 1048576 1048576 1";
    let secrets = "1048576 1";
    let expected = [secrets, secrets, table, "1048576 10", "1048576 1048576 1048576 10"];
    assert_eq!(stats.map_err(|error: Error| error).unwrap(), expected);
}
