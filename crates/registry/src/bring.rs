//! Bringing a file in from the registry behind a connection: once, however many ask for it.

use codeartifact::name::Coordinates;
use codeartifact::package_version::Asset;
use codeartifact::repository::RepositoryKey;

use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;
use crate::upstream::{FlightError, Flights};

/// How many files may be on their way at once.
const UNDER_WAY_MAX: usize = 4096;

/// The files on their way in, by the repository that was asked, the package and the file.
pub(crate) struct Bringing(Flights<(RepositoryKey, Coordinates, String), Result<Asset, Refusal>>);

impl Default for Bringing {
    fn default() -> Self {
        Self(Flights::new(UNDER_WAY_MAX))
    }
}

/// Waits for the work that brings a file in, after starting it when nobody has; it goes on when its client leaves.
pub(crate) async fn once<F, W>(
    shared: &Shared,
    visit: &Visit,
    package: &Coordinates,
    file: &str,
    work: F,
) -> Result<Asset, Refusal>
where
    F: Fn() -> W,
    W: Future<Output = Result<Asset, Refusal>> + Send + 'static,
{
    let key = (visit.repository.clone(), package.clone(), file.to_owned());
    shared.bringing.0.join(key, work).await.unwrap_or_else(|error| {
        Err(match error {
            FlightError::Full => Refusal::new(503, "too many packages are being fetched; try again"),
            FlightError::Lost => Refusal::new(500, "an internal error occurred"),
        })
    })
}
