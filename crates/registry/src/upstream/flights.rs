//! One request upstream for however many ask: whoever comes while it is under way waits for its result.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// How often a waiter starts over when the work it waited for was lost.
const LOST_MAX: usize = 2;

/// Work under way, by what it is for.
#[derive(Debug)]
pub struct Flights<K, V> {
    under_way: Arc<Mutex<HashMap<K, watch::Receiver<Option<V>>>>>,
    count_max: usize,
}

/// Why there is no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlightError {
    /// As much work is under way as there may be.
    Full,
    /// The work ended without a result, repeatedly: it panicked, or the server shuts down.
    Lost,
}

/// Takes the work off the list, however it ends; only then do those who wait hear of a loss.
struct Landing<K: Eq + Hash, V> {
    under_way: Arc<Mutex<HashMap<K, watch::Receiver<Option<V>>>>>,
    key: K,
    landed: watch::Sender<Option<V>>,
}

impl<K: Eq + Hash, V> Drop for Landing<K, V> {
    fn drop(&mut self) {
        locked(&self.under_way).remove(&self.key);
    }
}

impl<K, V> Flights<K, V>
where
    K: Eq + Hash + Clone + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Makes an empty list for at most `count_max` pieces of work.
    pub fn new(count_max: usize) -> Self {
        Self { under_way: Arc::default(), count_max }
    }

    /// Waits for the work for this key, after starting it when nobody has.
    ///
    /// The work runs by itself: it goes on when the one who started it goes away, and its result, good or bad, is
    /// everybody's. It is not remembered; who comes later starts anew.
    pub async fn join<F, W>(&self, key: K, work: F) -> Result<V, FlightError>
    where
        F: Fn() -> W,
        W: Future<Output = V> + Send + 'static,
    {
        for _ in 0..=LOST_MAX {
            let mut result = self.board(&key, &work)?;
            if let Ok(value) = result.wait_for(Option::is_some).await
                && let Some(value) = &*value
            {
                return Ok(value.clone());
            }
        }
        Err(FlightError::Lost)
    }

    /// How much work is under way.
    pub fn count(&self) -> usize {
        locked(&self.under_way).len()
    }

    fn board<F, W>(&self, key: &K, work: &F) -> Result<watch::Receiver<Option<V>>, FlightError>
    where
        F: Fn() -> W,
        W: Future<Output = V> + Send + 'static,
    {
        let mut under_way = locked(&self.under_way);
        if let Some(result) = under_way.get(key) {
            return Ok(result.clone());
        }
        if under_way.len() >= self.count_max {
            return Err(FlightError::Full);
        }
        let (landed, result) = watch::channel(None);
        under_way.insert(key.clone(), result.clone());
        drop(under_way);
        let landing = Landing { under_way: Arc::clone(&self.under_way), key: key.clone(), landed };
        let work = work();
        tokio::spawn(async move {
            let value = work.await;
            // Told first, taken off the list second: who comes in between gets this result too.
            landing.landed.send_replace(Some(value));
        });
        Ok(result)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::Notify;

    struct Gate {
        runs: AtomicUsize,
        open: Notify,
    }

    fn gate() -> Arc<Gate> {
        Arc::new(Gate { runs: AtomicUsize::new(0), open: Notify::new() })
    }

    fn waiting(gate: &Arc<Gate>, value: Result<u32, &'static str>) -> impl Fn() -> BoxedWork + use<> {
        let gate = Arc::clone(gate);
        move || {
            let gate = Arc::clone(&gate);
            Box::pin(async move {
                gate.runs.fetch_add(1, Ordering::SeqCst);
                gate.open.notified().await;
                value
            })
        }
    }

    type BoxedWork = std::pin::Pin<Box<dyn Future<Output = Result<u32, &'static str>> + Send>>;

    #[tokio::test]
    async fn a_hundred_callers_cause_one_run_and_all_get_its_result() {
        for value in [Ok(7), Err("failed")] {
            let (flights, gate) = (Arc::new(Flights::new(8)), gate());
            let callers: Vec<_> = (0..100)
                .map(|_| {
                    let (flights, work) = (Arc::clone(&flights), waiting(&gate, value));
                    tokio::spawn(async move { flights.join("key", work).await })
                })
                .collect();
            while gate.runs.load(Ordering::SeqCst) == 0 {
                tokio::task::yield_now().await;
            }
            gate.open.notify_one();
            for caller in callers {
                assert_eq!(caller.await.unwrap(), Ok(value));
            }
            assert_eq!(gate.runs.load(Ordering::SeqCst), 1);
            assert_eq!(flights.count(), 0);
        }
    }

    #[tokio::test]
    async fn others_are_served_when_the_one_who_started_goes_away() {
        let (flights, gate) = (Arc::new(Flights::new(8)), gate());
        let start = |flights: &Arc<Flights<&'static str, _>>| {
            let (flights, work) = (Arc::clone(flights), waiting(&gate, Ok(7)));
            tokio::spawn(async move { flights.join("key", work).await })
        };
        let leader = start(&flights);
        while gate.runs.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        let follower = start(&flights);
        tokio::task::yield_now().await;
        leader.abort();
        assert!(leader.await.unwrap_err().is_cancelled());
        gate.open.notify_one();
        assert_eq!(follower.await.unwrap(), Ok(Ok(7)));
        assert_eq!(gate.runs.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn work_that_panics_is_tried_again_and_then_given_up() {
        let flights: Flights<&str, u32> = Flights::new(8);
        let runs = Arc::new(AtomicUsize::new(0));
        let flaky = |failures: usize| {
            let runs = Arc::clone(&runs);
            runs.store(0, Ordering::SeqCst);
            move || {
                let runs = Arc::clone(&runs);
                async move {
                    assert!(runs.fetch_add(1, Ordering::SeqCst) >= failures, "it fails on purpose");
                    7
                }
            }
        };
        assert_eq!(flights.join("key", flaky(1)).await, Ok(7));
        assert_eq!(flights.join("key", flaky(99)).await, Err(FlightError::Lost));
        assert_eq!(runs.load(Ordering::SeqCst), LOST_MAX + 1);
        assert_eq!(flights.count(), 0);
    }

    #[tokio::test]
    async fn keys_do_not_wait_for_each_other_and_their_number_is_bounded() {
        let (flights, gate) = (Arc::new(Flights::new(1)), gate());
        let first = {
            let (flights, work) = (Arc::clone(&flights), waiting(&gate, Ok(1)));
            tokio::spawn(async move { flights.join("a", work).await })
        };
        while gate.runs.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(flights.join("b", waiting(&gate, Ok(2))).await, Err(FlightError::Full));
        gate.open.notify_one();
        assert_eq!(first.await.unwrap(), Ok(Ok(1)));
        gate.open.notify_one();
        assert_eq!(flights.join("b", waiting(&gate, Ok(2))).await, Ok(Ok(2)));
    }
}
