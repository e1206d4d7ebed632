//! Files on their way in: clients that upload in parallel may put the checksum of a file before the file is there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use codeartifact::repository::RepositoryKey;
use formats::maven::route::FilePath;
use tokio::sync::watch;

/// Longest wait for a file that is on its way.
const WAIT_MAX: Duration = Duration::from_secs(60);

type Place = (RepositoryKey, FilePath);

/// The uploads that are under way.
#[derive(Default)]
pub(super) struct Uploads(Arc<Mutex<HashMap<Place, Weak<watch::Sender<()>>>>>);

/// One upload; it is over when this is dropped.
pub(super) struct Upload {
    all: Arc<Mutex<HashMap<Place, Weak<watch::Sender<()>>>>>,
    place: Place,
    /// Those who wait see it go.
    under_way: Option<Arc<watch::Sender<()>>>,
}

impl Uploads {
    /// Takes note that a file is on its way.
    pub(super) fn begin(&self, repository: &RepositoryKey, path: &FilePath) -> Upload {
        let place = (repository.clone(), path.clone());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let under_way = all.get(&place).and_then(Weak::upgrade).unwrap_or_else(|| {
            let fresh = Arc::new(watch::Sender::new(()));
            all.insert(place.clone(), Arc::downgrade(&fresh));
            fresh
        });
        Upload { all: Arc::clone(&self.0), place, under_way: Some(under_way) }
    }

    /// Waits until a file that is on its way has come, or has not; at once for any other.
    pub(super) async fn wait(&self, repository: &RepositoryKey, path: &FilePath) {
        let receiver = {
            let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.get(&(repository.clone(), path.clone())).and_then(Weak::upgrade).map(|one| one.subscribe())
        };
        if let Some(mut receiver) = receiver {
            // Nothing is ever sent: it ends when the last upload of the file is over.
            let _ = tokio::time::timeout(WAIT_MAX, receiver.changed()).await;
        }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        self.under_way = None;
        if all.get(&self.place).is_some_and(|one| one.strong_count() == 0) {
            all.remove(&self.place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codeartifact::domain::DomainKey;
    use formats::maven::route::{Route, Target};

    /// Of a clock that stands still.
    const A_MOMENT: Duration = Duration::from_secs(1);

    fn place(file: &str) -> (RepositoryKey, FilePath) {
        let domain = DomainKey { account: "1".into(), region: "r".into(), name: "d".into() };
        let Target::File(path) = Route::parse(&format!("g/a/1/{file}")).unwrap().target else { panic!() };
        (RepositoryKey { domain, name: "r".into() }, path)
    }

    #[tokio::test(start_paused = true)]
    async fn a_checksum_waits_for_its_file_and_for_no_other() {
        let uploads = Uploads::default();
        let (repository, jar) = place("a-1.jar");
        let (one, other) = (uploads.begin(&repository, &jar), uploads.begin(&repository, &jar));
        uploads.wait(&repository, &place("a-1.pom").1).await;
        let mut waiting = Box::pin(uploads.wait(&repository, &jar));
        assert!(tokio::time::timeout(A_MOMENT, waiting.as_mut()).await.is_err());
        drop(one);
        let other_one = tokio::time::timeout(A_MOMENT, waiting.as_mut()).await;
        assert!(other_one.is_err(), "the other one is still on its way");
        drop(other);
        waiting.await;
        assert!(uploads.0.lock().unwrap().is_empty());
    }
}
