//! Places for requests that are being read: so many at once, and of one caller half of them at most, so that whoever
//! sends slowly, or does not send at all, keeps out nobody but himself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::endpoint::Visit;

/// The places of one kind of request.
pub(crate) struct Places {
    all: Arc<Semaphore>,
    /// How many one caller may take.
    share: usize,
    /// What is left of the shares of those who are here, by account and principal.
    shares: Mutex<HashMap<(String, String), Arc<Semaphore>>>,
}

/// A place that is taken, until it is dropped.
pub(crate) struct Place {
    _of_all: OwnedSemaphorePermit,
    _of_share: OwnedSemaphorePermit,
}

impl Places {
    pub(crate) fn new(count: usize) -> Self {
        let (all, share) = (Arc::new(Semaphore::new(count)), (count / 2).max(1));
        Self { all, share, shares: Mutex::default() }
    }

    /// Waits for a place; a caller who has taken his share waits for his own requests only.
    pub(crate) async fn take(&self, visit: &Visit) -> Place {
        self.take_as(&visit.call.account, &visit.call.principal).await
    }

    async fn take_as(&self, account: &str, principal: &str) -> Place {
        let share = self.share_of((account.to_owned(), principal.to_owned()));
        let of_share = share.acquire_owned().await.expect("the semaphore is never closed");
        let of_all = Arc::clone(&self.all).acquire_owned().await.expect("the semaphore is never closed");
        Place { _of_all: of_all, _of_share: of_share }
    }

    fn share_of(&self, caller: (String, String)) -> Arc<Semaphore> {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        // Those of callers who have left.
        shares.retain(|_, share| Arc::strong_count(share) > 1);
        Arc::clone(shares.entry(caller).or_insert_with(|| Arc::new(Semaphore::new(self.share))))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn one_caller_takes_no_more_than_half() {
        let places = Places::new(4);
        let mut taken = vec![places.take_as("1", "a").await, places.take_as("1", "a").await];
        assert!(places.take_as("1", "a").now_or_never().is_none());
        taken.push(places.take_as("1", "b").now_or_never().expect("another principal has places of its own"));
        taken.push(places.take_as("2", "a").now_or_never().expect("and another account"));
        assert!(places.take_as("3", "c").now_or_never().is_none(), "there are four in all");
        taken.remove(0);
        assert!(places.take_as("3", "c").now_or_never().is_some());
        assert!(places.take_as("1", "a").now_or_never().is_some());
        drop(taken);
        assert_eq!(places.all.available_permits(), 4);
        drop(places.share_of(("9".to_owned(), "z".to_owned())));
        assert_eq!(places.shares.lock().unwrap().len(), 1, "who has left is forgotten");
    }
}
