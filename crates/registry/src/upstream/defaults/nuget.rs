//! Where NuGet packages come from when nobody says so: the gallery, as every NuGet client knows it.

use super::{Candidate, Clients};
use crate::upstream::credentials::Credentials;
use reqwest::Url;

/// The service index of the NuGet gallery.
const GALLERY: &str = "https://api.nuget.org/v3/index.json";

/// What NuGet says; configurations of its clients on this machine are not read.
pub(super) struct Nuget;

impl Clients for Nuget {
    fn registries(&self) -> Vec<Candidate> {
        Vec::new()
    }

    fn credentials(&self, _registry: &Url) -> Option<Credentials> {
        None
    }

    fn public(&self) -> Option<String> {
        Some(GALLERY.to_owned())
    }
}
