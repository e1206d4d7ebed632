//! A bounded queue from asynchronous callers to worker threads.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

/// Jobs waiting for a worker; callers wait when it is full.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    arrived: Condvar,
    room: Semaphore,
}

struct State<T> {
    waiting: VecDeque<T>,
    closed: bool,
}

impl<T> Queue<T> {
    pub(crate) fn new(bound: usize) -> Self {
        Queue {
            state: Mutex::new(State { waiting: VecDeque::new(), closed: false }),
            arrived: Condvar::new(),
            room: Semaphore::new(bound),
        }
    }

    /// Appends an item, waiting for room; gives it back when the queue is closed.
    pub(crate) async fn push(&self, item: T) -> Result<(), T> {
        let Ok(permit) = self.room.acquire().await else { return Err(item) };
        permit.forget();
        let mut state = self.lock();
        if state.closed {
            return Err(item);
        }
        state.waiting.push_back(item);
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// Waits for items and moves up to `most` of them to `batch`; false when closed and empty.
    pub(crate) fn pop(&self, batch: &mut Vec<T>, most: usize) -> bool {
        let mut state = self.lock();
        while state.waiting.is_empty() {
            if state.closed {
                return false;
            }
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let count = state.waiting.len().min(most);
        batch.extend(state.waiting.drain(..count));
        drop(state);
        self.room.add_permits(count);
        true
    }

    /// Lets workers finish what waits and then stop.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.room.close();
        self.arrived.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
