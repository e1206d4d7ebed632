//! What an operation may fail with.

use crate::Denied;

/// Why an operation did not answer; `E` is the service's modelled errors.
#[derive(Debug)]
pub enum Error<E> {
    /// An exception that the API model declares: the caller can act on it.
    Modelled(E),
    /// The caller may not do this.
    Denied(Denied),
    /// The store could not carry it out: a conflict (retried by the store) or a broken store (answers 500).
    Store(store::Error),
}

impl<E> From<store::Error> for Error<E> {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl<E> From<Denied> for Error<E> {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}
