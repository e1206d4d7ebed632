//! The kept inputs of each target, and where findings go.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::PathBuf;

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Reads the kept inputs of a target in the order of their names; a target without any starts from nothing.
pub fn read(target: &str) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let folder = folder("corpus").join(target);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    paths.sort();
    paths.into_iter().map(|path| fs::read(&path).map(|bytes| (path, bytes))).collect()
}

/// Keeps an input in the corpus.
pub fn keep(target: &str, input: &[u8]) -> io::Result<PathBuf> {
    write(folder("corpus").join(target), input)
}

/// Writes an input that made its target panic.
pub fn write_finding(target: &str, input: &[u8]) -> io::Result<PathBuf> {
    write(folder("findings").join(target), input)
}

fn write(folder: PathBuf, input: &[u8]) -> io::Result<PathBuf> {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{:016x}", hasher.finish()));
    fs::write(&path, input)?;
    Ok(path)
}
