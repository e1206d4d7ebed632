//! A disk that loses power: writes that were not synced survive sector by sector, or not.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use series::disk::{Disk, File};

const SECTOR: usize = 512;

/// Small random numbers that a seed decides.
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub fn chance(&mut self, one_in: u64) -> bool {
        self.below(one_in) == 0
    }
}

#[derive(Default)]
struct Content {
    /// What a loss of power leaves for sure.
    durable: Vec<u8>,
    /// What readers see.
    seen: Vec<u8>,
    /// Writes since the last sync.
    pending: Vec<(usize, Vec<u8>)>,
}

enum NameChange {
    Set(String, usize),
    Gone(String),
}

#[derive(Default)]
struct State {
    files: Vec<Content>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    pending_names: Vec<NameChange>,
    /// Changes that still work; none after a loss of power.
    left: Option<u64>,
    /// A sync that fails although power stays.
    failing_sync: Option<u64>,
}

/// The disk.
#[derive(Clone, Default)]
pub struct SimDisk(Arc<Mutex<State>>);

struct SimFile(SimDisk, usize);

impl SimDisk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Power goes after so many changes.
    pub fn fail_after(&self, changes: u64) {
        self.state().left = Some(changes);
    }

    /// One sync, so many from now, fails; what it should have made durable is lost.
    pub fn fail_sync_after(&self, syncs: u64) {
        self.state().failing_sync = Some(syncs);
    }

    /// Says whether power is gone.
    pub fn is_dead(&self) -> bool {
        self.state().left == Some(0)
    }

    /// Power comes back: of what was not synced, some sectors and the first few changes of names are there.
    pub fn restart(&self, random: &mut Random) {
        let mut state = self.state();
        for file in &mut state.files {
            let mut content = std::mem::take(&mut file.durable);
            for (offset, bytes) in std::mem::take(&mut file.pending) {
                for (i, sector) in bytes.chunks(SECTOR).enumerate() {
                    if random.chance(2) {
                        put(&mut content, offset + i * SECTOR, sector);
                    }
                }
            }
            file.seen.clone_from(&content);
            file.durable = content;
        }
        let changes = std::mem::take(&mut state.pending_names);
        let kept = random.below(changes.len() as u64 + 1);
        let mut names = state.durable_names.clone();
        for change in changes.into_iter().take(usize::try_from(kept).unwrap()) {
            rename(&mut names, change);
        }
        state.names.clone_from(&names);
        state.durable_names = names;
        state.left = None;
        state.failing_sync = None;
    }

    /// Changes one bit of a file; answers false if there is no such file or it is empty.
    pub fn flip(&self, prefix: &str, random: &mut Random) -> bool {
        let mut state = self.state();
        let names: Vec<usize> =
            state.names.iter().filter(|(name, _)| name.starts_with(prefix)).map(|(_, file)| *file).collect();
        if names.is_empty() {
            return false;
        }
        let file = names[usize::try_from(random.below(names.len() as u64)).unwrap()];
        let content = &mut state.files[file];
        if content.seen.is_empty() {
            return false;
        }
        let at = usize::try_from(random.below(content.seen.len() as u64)).unwrap();
        content.seen[at] ^= 1 << random.below(8);
        let byte = content.seen[at];
        if let Some(durable) = content.durable.get_mut(at) {
            *durable = byte;
        }
        true
    }
}

fn put(content: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    if content.len() < offset + bytes.len() {
        content.resize(offset + bytes.len(), 0);
    }
    content[offset..offset + bytes.len()].copy_from_slice(bytes);
}

fn rename(names: &mut BTreeMap<String, usize>, change: NameChange) {
    match change {
        NameChange::Set(name, file) => {
            names.retain(|_, other| *other != file);
            names.insert(name, file);
        }
        NameChange::Gone(name) => {
            names.remove(&name);
        }
    }
}

fn lost() -> io::Error {
    io::Error::other("power is lost")
}

impl State {
    /// Counts a change; fails when power is gone.
    fn change(&mut self) -> io::Result<()> {
        match &mut self.left {
            None => Ok(()),
            Some(0) => Err(lost()),
            Some(left) => {
                *left -= 1;
                if *left == 0 { Err(lost()) } else { Ok(()) }
            }
        }
    }
}

impl Disk for SimDisk {
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.state().names.keys().cloned().collect())
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn File>> {
        let mut state = self.state();
        state.change()?;
        if state.names.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        state.files.push(Content::default());
        let file = state.files.len() - 1;
        state.names.insert(name.to_owned(), file);
        state.pending_names.push(NameChange::Set(name.to_owned(), file));
        Ok(Arc::new(SimFile(self.clone(), file)))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn File>> {
        let file = *self.state().names.get(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(SimFile(self.clone(), file)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.state();
        state.change()?;
        let file = state.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        state.names.insert(to.to_owned(), file);
        state.pending_names.push(NameChange::Set(to.to_owned(), file));
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut state = self.state();
        state.change()?;
        state.names.remove(name).ok_or(io::ErrorKind::NotFound)?;
        state.pending_names.push(NameChange::Gone(name.to_owned()));
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.state();
        state.change()?;
        state.pending_names.clear();
        state.durable_names = state.names.clone();
        Ok(())
    }
}

impl File for SimFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.state().files[self.1].seen.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let state = self.0.state();
        let begin = usize::try_from(offset).unwrap();
        let bytes = state.files[self.1].seen.get(begin..begin + buffer.len());
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.0.state();
        let begin = usize::try_from(offset).unwrap();
        let works = state.change();
        // The write with which power goes may have reached the disk in part.
        let file = &mut state.files[self.1];
        put(&mut file.seen, begin, bytes);
        file.pending.push((begin, bytes.to_vec()));
        works
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.0.state();
        state.change()?;
        let fails = match &mut state.failing_sync {
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        };
        let file = &mut state.files[self.1];
        if fails {
            // What the page cache had is marked clean, and nobody writes it any more.
            file.pending.clear();
            state.failing_sync = None;
            return Err(io::Error::other("the disk failed"));
        }
        file.durable = file.seen.clone();
        file.pending.clear();
        Ok(())
    }
}
