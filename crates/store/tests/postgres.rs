//! What only a server can do to us: several of us at once, lost connections, no server at all.

#![allow(clippy::unwrap_used, reason = "all of it is tests")]

mod suite;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use store::{Clock, Database, Entropy, Error, OpenError, Options, Room, Store};
use suite::{Bench, ROOMS};

/// Runs a statement beside the store.
fn server(sql: String, url: &str) {
    let url = url.to_owned();
    let run = move || postgres::Client::connect(&url, postgres::NoTls).unwrap().batch_execute(&sql).unwrap();
    thread::spawn(run).join().unwrap();
}

fn url(bench: &Bench) -> String {
    let Database::Postgres { url } = &bench.database else { unreachable!() };
    url.clone()
}

fn insert(store: &Store, name: &'static str) -> Result<u64, Error> {
    let insert = "INSERT INTO counter (account, name, amount) VALUES ('a', ?1, 1)";
    store.write_blocking(move |tx| tx.execute(insert, &[name.into()]))
}

#[test]
fn servers_that_start_at_once_agree_on_the_schema() {
    let Some(bench) = Bench::postgres() else { return };
    let starts: Vec<_> = (0..6)
        .map(|_| {
            let database = bench.database.clone();
            thread::spawn(move || {
                let (clock, entropy) = (Clock::System, Entropy::System);
                let store = Store::open(Options { database, rooms: ROOMS, clock, entropy })?;
                Ok::<_, OpenError>(store.secret("tokens").unwrap())
            })
        })
        .collect();
    let secrets: Vec<_> = starts.into_iter().map(|start| start.join().unwrap().unwrap()).collect();
    assert!(secrets.windows(2).all(|pair| pair[0] == pair[1]), "all have the one secret");
    insert(&bench.open(), "works").unwrap();
}

#[test]
fn lost_connections_are_opened_again() {
    let Some(bench) = Bench::postgres() else { return };
    bench.open();
    let named = format!("{}&application_name=store_lost", url(&bench));
    let (clock, entropy) = (Clock::System, Entropy::System);
    let database = Database::Postgres { url: named };
    let store = Store::open(Options { database, rooms: ROOMS, clock, entropy }).unwrap();
    insert(&store, "n").unwrap();
    let idle = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'store_lost'";
    server(idle.to_owned(), &url(&bench));
    insert(&store, "after").unwrap();

    // And one in the middle of a transaction, which is run again.
    let (first, address) = (AtomicBool::new(true), url(&bench));
    let amount = store.write_blocking(move |tx| {
        tx.execute("UPDATE counter SET amount = amount + 1 WHERE name = 'n'", &[])?;
        if first.swap(false, Ordering::SeqCst) {
            let own = tx.query_one("SELECT pg_backend_pid()", &[], |row| row.integer(0))?.unwrap_or_default();
            server(format!("SELECT pg_terminate_backend({own})"), &address);
        }
        tx.query_one("SELECT amount FROM counter WHERE name = 'n'", &[], |row| row.integer(0))
    });
    assert_eq!(amount, Ok::<_, Error>(Some(2)));
}

#[test]
fn a_statement_prepared_before_a_migration_still_works() {
    static WIDER: Room = Room {
        name: "counters",
        migrations: &[suite::COUNTERS.migrations[0], "ALTER TABLE counter ALTER COLUMN amount TYPE TEXT"],
        blob_references: &[],
    };
    static LATER: &[&Room] = &[&WIDER];
    let Some(bench) = Bench::postgres() else { return };
    let old = bench.open();
    insert(&old, "n").unwrap();
    let first = |store: &Store| {
        store.read_blocking(|tx| {
            tx.query_one("SELECT amount FROM counter", &[], |row| {
                row.integer(0).map(|number| number.to_string()).or_else(|_| row.text(0))
            })
        })
    };
    for _ in 0..20 {
        assert_eq!(first(&old), Ok::<_, Error>(Some("1".to_owned())));
    }
    drop(bench.open_with(LATER).unwrap());
    for _ in 0..20 {
        assert_eq!(first(&old), Ok::<_, Error>(Some("1".to_owned())));
    }
}

#[test]
fn a_second_row_under_one_key_is_named_in_the_error() {
    let Some(bench) = Bench::postgres() else { return };
    let store = bench.open();
    insert(&store, "twice").unwrap();
    let error = insert(&store, "twice").unwrap_err();
    assert!(matches!(&error, Error::Broken(reason) if reason.contains("counter_pkey")), "{error:?}");
}

#[test]
fn a_server_that_is_not_there_is_a_clear_error() {
    for (url, words) in [
        ("postgres://app@127.0.0.1:1/none", "cannot connect to PostgreSQL"),
        ("postgres://app@127.0.0.1:port/none", "the database URL cannot be read"),
    ] {
        let bench = Options {
            database: Database::Postgres { url: url.to_owned() },
            rooms: ROOMS,
            clock: Clock::System,
            entropy: Entropy::System,
        };
        let error = Store::open(bench).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}
