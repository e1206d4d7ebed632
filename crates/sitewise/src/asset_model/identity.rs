//! Which element of a model an entry of a request means: one that is there, or a new one.

use std::collections::HashSet;

use crate::Error;
use crate::error::invalid;
use crate::id::{CustomId, ExternalId};

/// A part of a model that has an id, a name and perhaps an external id.
pub trait Element {
    /// What people call such a part: `property`, `hierarchy`.
    const WHAT: &'static str;
    /// Shows its id.
    fn id(&self) -> &str;
    /// Shows its external id.
    fn external_id(&self) -> Option<&ExternalId>;
    /// Shows its name.
    fn name(&self) -> &str;
}

/// What an entry of a request says about its identity.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The id of an existing element, or the user's own one for a new element.
    pub id: Option<CustomId>,
    /// The external id that the element shall have.
    pub external_id: Option<ExternalId>,
    /// The name that the element shall have.
    pub name: String,
}

/// Which element an entry means.
#[derive(Debug, PartialEq)]
pub enum Identity<'a, E> {
    /// One that the model already has.
    Existing(&'a E),
    /// A new one, perhaps with an id that the user chose.
    New(Option<String>),
}

/// Finds which element of `previous` an entry means.
///
/// An entry without id is a new element, and its name must not belong to any element of the previous version, not
/// even to one that this request leaves out: replacing an element by one of the same name takes two updates (API
/// reference of `UpdateAssetModel`). That a single request answers `InvalidRequestException` is assumed.
pub fn identify<'a, E: Element>(claim: &Claim, previous: &'a [E]) -> Result<Identity<'a, E>, Error> {
    let (what, name) = (E::WHAT, &claim.name);
    if let Some(id) = &claim.id {
        if let Some(element) = previous.iter().find(|element| id.names(element.id(), element.external_id())) {
            return Ok(Identity::Existing(element));
        }
        if let CustomId::External(_) = id {
            return Err(invalid(format!("id '{id}' of {what} '{name}' names no {what} of this asset model")));
        }
    }
    if previous.iter().any(|element| element.name() == name) {
        return Err(invalid(format!(
            "The asset model already has a {what} named '{name}'; send its id to keep it, or remove it in one \
             update and add the new one in another"
        )));
    }
    Ok(Identity::New(claim.id.as_ref().map(ToString::to_string)))
}

/// Decides the external id of an existing element: once set it stays.
pub fn external_id<E: Element>(claim: &Claim, element: &E) -> Result<Option<ExternalId>, Error> {
    match (&claim.external_id, element.external_id()) {
        (None, current) => Ok(current.cloned()),
        (Some(wanted), Some(current)) if wanted != current => Err(invalid(format!(
            "externalId of {} '{}' is '{current}' and can't be changed to '{wanted}'",
            E::WHAT,
            claim.name
        ))),
        (Some(wanted), _) => Ok(Some(wanted.clone())),
    }
}

/// Checks that ids, external ids and names occur once each.
pub fn check_unique<E: Element>(elements: &[E]) -> Result<(), Error> {
    let mut seen = HashSet::new();
    for element in elements {
        let keys = [
            ("id", Some(element.id())),
            ("externalId", element.external_id().map(ExternalId::as_str)),
            ("name", Some(element.name())),
        ];
        for (member, value) in keys {
            if let Some(value) = value
                && !seen.insert((member, value))
            {
                return Err(invalid(format!(
                    "{member} '{value}' occurs more than once; each {} of an asset model has its own",
                    E::WHAT
                )));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Part(&'static str, Option<ExternalId>, &'static str);

    impl Element for Part {
        const WHAT: &'static str = "part";
        fn id(&self) -> &str {
            self.0
        }
        fn external_id(&self) -> Option<&ExternalId> {
            self.1.as_ref()
        }
        fn name(&self) -> &str {
            self.2
        }
    }

    const A: &str = "a1b2c3d4-5678-90ab-cdef-11111aaaaaaa";
    const B: &str = "a1b2c3d4-5678-90ab-cdef-22222bbbbbbb";

    fn external(text: &str) -> Option<ExternalId> {
        ExternalId::parse(text)
    }

    fn claim(id: Option<&str>, name: &str) -> Claim {
        let id = id.map(|id| CustomId::parse(id).unwrap());
        Claim { id, external_id: None, name: name.to_owned() }
    }

    #[test]
    fn an_entry_means_the_element_with_its_id_or_a_new_one() {
        let previous = [Part(A, external("seven"), "speed")];
        let existing = Identity::Existing(&previous[0]);
        assert_eq!(identify(&claim(Some(A), "other"), &previous).unwrap(), existing);
        assert_eq!(identify(&claim(Some("externalId:seven"), "other"), &previous).unwrap(), existing);
        assert_eq!(identify(&claim(Some(B), "new"), &previous).unwrap(), Identity::New(Some(B.into())));
        assert_eq!(identify(&claim(None, "new"), &previous).unwrap(), Identity::New(None));
        assert!(identify(&claim(None, "speed"), &previous).is_err());
        assert!(identify(&claim(Some(B), "speed"), &previous).is_err());
        assert!(identify(&claim(Some("externalId:eight"), "new"), &previous).is_err());
    }

    #[test]
    fn an_external_id_may_be_added_and_never_changed() {
        let (with, without) = (Part(A, external("seven"), "speed"), Part(A, None, "speed"));
        let mut claim = claim(Some(A), "speed");
        assert_eq!(external_id(&claim, &with).unwrap(), external("seven"));
        claim.external_id = external("seven");
        assert_eq!(external_id(&claim, &with).unwrap(), external("seven"));
        assert_eq!(external_id(&claim, &without).unwrap(), external("seven"));
        claim.external_id = external("eight");
        assert!(external_id(&claim, &with).is_err());
    }

    #[test]
    fn names_ids_and_external_ids_occur_once() {
        let unique = [Part(A, external("seven"), "speed"), Part(B, external("eight"), "torque")];
        assert!(check_unique(&unique).is_ok());
        assert!(check_unique(&[Part(A, None, "x"), Part(A, None, "y")]).is_err());
        assert!(check_unique(&[Part(A, None, "x"), Part(B, None, "x")]).is_err());
        assert!(check_unique(&[Part(A, external("ab"), "x"), Part(B, external("ab"), "y")]).is_err());
    }
}
