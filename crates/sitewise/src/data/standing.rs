//! Remembers the storage configurations of accounts, which every read and some writes ask for.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use service::Call;
use store::Error;

use super::Data;
use super::directory::Age;
use crate::configuration::storage::{Standing, standing};
use crate::place::Place;

/// Accounts that are remembered at most.
const REMEMBERED_MAX: usize = 10_000;

/// Configurations by account and Region, with the age of the directory when they were read.
type Configurations = HashMap<(String, String), (Age, Arc<Standing>)>;

/// What is remembered.
#[derive(Default)]
pub struct Known(RwLock<Configurations>);

impl Data {
    /// Answers the storage configuration of the caller's account, if it is remembered.
    pub fn known_storage(&self, call: &Call) -> Option<Arc<Standing>> {
        let known = self.standing.0.read().unwrap_or_else(PoisonError::into_inner);
        let (age, standing) = known.get(&(call.account.clone(), call.region.clone()))?;
        (*age == self.directory.age()).then(|| standing.clone())
    }

    /// Answers the storage configuration of the caller's account.
    pub async fn storage(&self, call: &Call) -> Result<Arc<Standing>, Error> {
        if let Some(known) = self.known_storage(call) {
            return Ok(known);
        }
        let age = self.directory.age();
        let place = (call.account.clone(), call.region.clone());
        let of = place.clone();
        let read = self.store.read(move |tx| {
            let (account, region) = &of;
            standing(tx, Place { account, region })
        });
        let standing = Arc::new(read.await?);
        let mut known = self.standing.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED_MAX {
            known.clear();
        }
        known.insert(place, (age, standing.clone()));
        Ok(standing)
    }
}
