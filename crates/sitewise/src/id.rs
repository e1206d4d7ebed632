//! Names of things: asset, model, property and hierarchy ids, external ids, and the ids that are either.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Length of a UUID in its text form.
const UUID_LEN: usize = 36;
const NIL: &str = "00000000-0000-0000-0000-000000000000";
const EXTERNAL_PREFIX: &str = "externalId:";

macro_rules! uuid_id {
    ($(#[$doc:meta] $name:ident;)+) => {$(
        #[$doc]
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Reads a lower-case UUID other than the nil one.
            pub fn parse(text: &str) -> Option<Self> {
                is_uuid(text).then(|| Self(text.to_owned()))
            }

            /// Takes an id that this server made or stored before.
            pub fn stored(text: String) -> Self {
                Self(text)
            }

            /// Shows the id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

uuid_id! {
    /// Id of an asset, unique in account and Region.
    AssetId;
    /// Id of an asset model, component model or interface, unique in account and Region.
    AssetModelId;
    /// Id of a property of a model, shared by all assets of that model.
    PropertyId;
    /// Id of a hierarchy definition of a model.
    HierarchyId;
    /// Id of a computation model.
    ComputationModelId;
    /// Id of an action that was executed.
    ActionId;
    /// Id of an execution of an action.
    ExecutionId;
    /// Id of a composite model inside a model, shared by all assets of that model.
    CompositeId;
    /// Id of a gateway.
    GatewayId;
    /// Id of a dataset.
    DatasetId;
    /// Id of a portal.
    PortalId;
    /// Id of the logo of a portal.
    LogoId;
    /// Id of a project of a portal.
    ProjectId;
    /// Id of a dashboard of a project.
    DashboardId;
    /// Id of an access policy.
    AccessPolicyId;
}

/// A name that the user gave a thing besides its id: 2 to 128 letters, digits, `_`, `-`, `.` and `:`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExternalId(String);

impl ExternalId {
    /// Reads an external id; it starts with a letter, digit or `_` and ends so.
    pub fn parse(text: &str) -> Option<Self> {
        let edge = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let inner = |byte: u8| edge(byte) || matches!(byte, b'-' | b'.' | b':');
        let bytes = text.as_bytes();
        let (first, last) = (*bytes.first()?, *bytes.last()?);
        let legal = (2..=128).contains(&bytes.len())
            && edge(first)
            && edge(last)
            && bytes.iter().all(|byte| inner(*byte));
        legal.then(|| Self(text.to_owned()))
    }

    /// Takes an external id that was stored before.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// Shows the external id as text, without prefix.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a request names a thing: by its id, or as `externalId:` and its external id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CustomId {
    /// A lower-case UUID.
    Id(String),
    /// What follows the first `externalId:`; it may contain colons and dots itself.
    External(ExternalId),
}

impl CustomId {
    /// Reads either form; anything else is no id.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix(EXTERNAL_PREFIX) {
            Some(external) => ExternalId::parse(external).map(Self::External),
            None => is_uuid(text).then(|| Self::Id(text.to_owned())),
        }
    }

    /// Says whether this names the thing with that id and external id.
    pub fn names(&self, id: &str, external_id: Option<&ExternalId>) -> bool {
        match self {
            Self::Id(own) => own == id,
            Self::External(own) => Some(own) == external_id,
        }
    }
}

impl fmt::Display for CustomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => f.write_str(id),
            Self::External(id) => write!(f, "{EXTERNAL_PREFIX}{id}"),
        }
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == UUID_LEN
        && text != NIL
        && text.bytes().enumerate().all(|(i, byte)| match i {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "a1b2c3d4-5678-90ab-cdef-11111aaaaaaa";

    #[test]
    fn an_id_is_a_lower_case_uuid_other_than_nil() {
        assert_eq!(AssetId::parse(ID).map(|id| id.to_string()), Some(ID.to_owned()));
        for bad in ["", NIL, &ID.to_uppercase(), &ID[1..], &format!("{ID}0"), &ID.replace('-', "_")] {
            assert_eq!(AssetId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_external_id_has_two_to_128_characters_and_plain_ends() {
        for good in ["ab", "_a", "a_", "turbine-7", "line.1:cell", &"x".repeat(128)] {
            assert!(ExternalId::parse(good).is_some(), "{good}");
        }
        for bad in ["", "a", "-a", "a-", ".a", "a:", "a b", "a/b", "ä1", &"x".repeat(129)] {
            assert_eq!(ExternalId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_the_first_prefix_is_stripped_from_a_custom_id() {
        let id = CustomId::parse("externalId:externalId:a.b").unwrap();
        assert_eq!(id, CustomId::External(ExternalId::parse("externalId:a.b").unwrap()));
        assert_eq!(id.to_string(), "externalId:externalId:a.b");
        assert_eq!(CustomId::parse(ID), Some(CustomId::Id(ID.to_owned())));
        assert_eq!(CustomId::parse("externalId:x"), None);
        assert_eq!(CustomId::parse("turbine"), None);
    }

    #[test]
    fn a_custom_id_names_a_thing_by_id_or_external_id() {
        let external = ExternalId::parse("turbine-7").unwrap();
        assert!(CustomId::parse(ID).unwrap().names(ID, None));
        assert!(CustomId::parse("externalId:turbine-7").unwrap().names("other", Some(&external)));
        assert!(!CustomId::parse("externalId:turbine-7").unwrap().names("turbine-7", None));
    }
}
