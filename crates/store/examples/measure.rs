//! Prints how many small durable transactions and point reads a second this machine's disk and cores give.
//!
//! `cargo run --release -p store --example measure -- FOLDER [postgres://…]`

use std::path::PathBuf;
use std::time::{Duration, Instant};

use store::{Blobs, Clock, Database, Entropy, Error, Options, Room, Store, Tx};

const WRITERS: usize = 64;
const SECONDS: u64 = 3;
const ROWS: i64 = 10_000;

static ROOM: Room = Room {
    name: "measure",
    migrations: &["CREATE TABLE thing (account TEXT NOT NULL, id INTEGER NOT NULL, document TEXT NOT NULL,
         PRIMARY KEY (account, id))"],
    blob_references: &[],
};
static ROOMS: &[&Room] = &[&ROOM];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("name a folder to measure in")?);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build()?;
    let sqlite = Database::Sqlite { directory: folder.join("measure"), durable: true };
    measure(&runtime, "SQLite", sqlite)?;
    if let Some(url) = arguments.next() {
        measure(&runtime, "PostgreSQL", Database::Postgres { url })?;
    }
    runtime.block_on(blobs(Blobs::open(folder.join("measure-blobs"), true)?))?;
    std::fs::remove_dir_all(folder.join("measure"))?;
    std::fs::remove_dir_all(folder.join("measure-blobs"))?;
    Ok(())
}

fn measure(
    runtime: &tokio::runtime::Runtime,
    name: &str,
    database: Database,
) -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    let store =
        Store::open(Options { database, rooms: ROOMS, clock: Clock::System, entropy: Entropy::System })?;
    println!("{name}: open in {:?}", started.elapsed());
    store.reset()?;
    store.write_blocking(|tx| (0..ROWS).try_for_each(|id| put(tx, id)))?;
    for writers in [1, WRITERS] {
        runtime.block_on(writes(&store, name, writers))?;
    }
    for readers in [1, 2] {
        runtime.block_on(reads(&store, name, readers))?;
    }
    Ok(())
}

fn put(tx: &mut Tx, id: i64) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO thing (account, id, document) VALUES (?1, ?2, ?3)
         ON CONFLICT (account, id) DO UPDATE SET document = excluded.document",
        &["000000000000".into(), id.into(), "x".repeat(300).into()],
    )?;
    Ok(())
}

fn get(tx: &mut Tx, id: i64) -> Result<Option<String>, Error> {
    let sql = "SELECT document FROM thing WHERE account = ?1 AND id = ?2";
    tx.query_one(sql, &["000000000000".into(), id.into()], |row| row.text(0))
}

/// Each transaction reads three rows, writes one, and leaves one event.
async fn writes(store: &Store, name: &str, writers: usize) -> Result<(), Error> {
    let end = Instant::now() + Duration::from_secs(SECONDS);
    let tasks: Vec<_> = (0..writers)
        .map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut times = Vec::new();
                let mut id = i64::try_from(writer).unwrap_or(0) * 1_000_000;
                while Instant::now() < end {
                    let started = Instant::now();
                    id += 1;
                    store
                        .write(move |tx| {
                            for other in 1..4 {
                                get(tx, (id * other) % ROWS)?;
                            }
                            put(tx, id)?;
                            tx.emit("000000000000", "eu-west-1", "put", &serde_json::Value::from(id))
                        })
                        .await?;
                    times.push(started.elapsed());
                }
                Ok::<_, Error>(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.map_err(|error| Error::Broken(error.to_string()))??);
    }
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    println!(
        "{name}: {writers} writers, {} durable transactions/s, p50 {:?}, p99 {:?}, max {:?}",
        times.len() as u64 / SECONDS,
        at(50),
        at(99),
        at(100)
    );
    Ok(())
}

async fn reads(store: &Store, name: &str, readers: u64) -> Result<(), Error> {
    let tasks: Vec<_> = (0..readers)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let end = Instant::now() + Duration::from_secs(SECONDS);
                let mut count = 0_u64;
                let mut id = 0;
                while Instant::now() < end {
                    id = (id + 7_919) % ROWS;
                    store.read(move |tx| get(tx, id)).await?;
                    count += 1;
                }
                Ok::<_, Error>(count)
            })
        })
        .collect();
    let mut count = 0;
    for task in tasks {
        count += task.await.map_err(|error| Error::Broken(error.to_string()))??;
    }
    println!("{name}: {readers} readers, {} point reads/s each", count / SECONDS / readers);
    Ok(())
}

async fn blobs(blobs: Blobs) -> Result<(), Error> {
    let bytes = vec![7; 64 << 20];
    let started = Instant::now();
    let staged = blobs.put(&bytes).await?;
    println!("blobs: 64 MiB hashed and durable in {:?}", started.elapsed());
    let started = Instant::now();
    blobs.get(&staged.sha256).await?;
    println!("blobs: 64 MiB read in {:?}", started.elapsed());
    let started = Instant::now();
    for i in 0..200_u32 {
        blobs.put(&i.to_be_bytes().repeat(1024)).await?;
    }
    println!("blobs: 4 KiB durable in {:?} each", started.elapsed() / 200);
    Ok(())
}
