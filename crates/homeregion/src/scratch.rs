//! The folder of a throw-away server: for its user alone, and gone with it, or at the next start after a kill.

use std::fs::{DirBuilder, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use store::Entropy;

/// How the folders' names begin; a UUID follows.
const PREFIX: &str = "homeregion-";
/// The file that the store of a running server keeps locked.
const LOCK: &str = "lock";
/// How old that file must be: a server that is just starting has made it and not yet locked it.
const LEFTOVER_AGE_MIN: Duration = Duration::from_secs(60);

/// A folder that goes with the server.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes one, and removes those that killed servers of this user have left.
    pub fn make() -> Result<Self, String> {
        Self::make_in(&std::env::temp_dir(), LEFTOVER_AGE_MIN)
    }

    /// Names the folder.
    pub fn folder(&self) -> &Path {
        &self.0
    }

    fn make_in(place: &Path, age: Duration) -> Result<Self, String> {
        remove_leftovers(place, age);
        let folder = place.join(format!("{PREFIX}{}", Entropy::System.uuid()));
        let mut builder = DirBuilder::new();
        // The keys that sign tokens lie in it, and the place is everybody's.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&folder)
            .map_err(|error| format!("cannot create the folder {}: {error}", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            log::warn!("the folder {} was not removed: {error}", self.0.display());
        }
    }
}

/// Removes what it can; a start does not fail for what others have left.
fn remove_leftovers(place: &Path, age: Duration) {
    let Ok(entries) = std::fs::read_dir(place) else { return };
    for folder in entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        let name = folder.file_name();
        if name.to_str().is_some_and(is_scratch) && is_left(&folder.path(), age) {
            let removed = std::fs::remove_dir_all(folder.path());
            log::info!("removed {}, left by a server that was killed: {removed:?}", folder.path().display());
        }
    }
}

fn is_scratch(name: &str) -> bool {
    let hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    name.strip_prefix(PREFIX)
        .is_some_and(|id| id.len() == 36 && id.split('-').count() == 5 && id.split('-').all(hex))
}

/// Whether no server works in the folder: its lock is free, and not just about to be taken.
fn is_left(folder: &Path, age: Duration) -> bool {
    let Ok(lock) = File::open(folder.join(LOCK)) else { return false };
    let touched = lock.metadata().and_then(|about| about.modified());
    let is_old = touched.is_ok_and(|touched| touched.elapsed().is_ok_and(|elapsed| elapsed >= age));
    is_old && lock.try_lock().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_killed_servers_go_at_the_next_start_and_those_of_running_ones_stay() {
        let place = std::env::temp_dir().join(format!("scratch-{}", Entropy::System.uuid()));
        std::fs::create_dir(&place).unwrap();
        let (killed, running) = (
            Scratch::make_in(&place, Duration::ZERO).unwrap(),
            Scratch::make_in(&place, Duration::ZERO).unwrap(),
        );
        // Not yet locked, and none of ours.
        let starting = Scratch::make_in(&place, Duration::ZERO).unwrap();
        std::fs::create_dir(place.join("homeregion-notes")).unwrap();
        std::fs::write(place.join("homeregion-notes").join(LOCK), "").unwrap();
        std::fs::write(killed.folder().join(LOCK), "1").unwrap();
        let lock = File::create(running.folder().join(LOCK)).unwrap();
        lock.try_lock().unwrap();

        drop(Scratch::make_in(&place, LEFTOVER_AGE_MIN).unwrap());
        assert!(killed.folder().exists(), "a lock so young may be about to be taken");
        let own = Scratch::make_in(&place, Duration::ZERO).unwrap();
        assert!(!killed.folder().exists());
        assert!(running.folder().exists() && starting.folder().exists() && own.folder().exists());
        assert!(place.join("homeregion-notes").exists());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(own.folder().metadata().unwrap().permissions().mode() & 0o777, 0o700);
        }
        std::mem::forget(killed);
        drop((lock, running, starting, own));
        std::fs::remove_dir_all(&place).unwrap();
    }
}
