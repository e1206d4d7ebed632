//! Configuration items: the servers and applications that are known, wherever the knowledge came from.

pub(crate) mod attribute;
mod describe;
mod filter;
pub(crate) mod foreign;
pub(crate) mod identity;
mod list;
mod sort;
pub(crate) mod summary;
pub(crate) mod table;
mod view;

use model::Timestamp;
use store::{Error, Tx};

use crate::place::Place;
use attribute::Attributes;

pub(crate) use describe::describe;
pub(crate) use list::list;
pub(crate) use table::MIGRATION;
pub(crate) use view::{described, server as described_server, server_names};

/// Letters and digits behind the prefix of an id.
const ID_CHARACTERS: usize = 17;

/// What a configuration item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ItemKind {
    Server,
    Application,
}

/// One configuration item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub configuration_id: String,
    pub kind: ItemKind,
    /// What is known of it, besides its id and times.
    pub attributes: Attributes,
    /// The import task that created it.
    pub import_task_id: Option<String>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
}

impl ItemKind {
    /// The kind's name on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Server => "SERVER",
            Self::Application => "APPLICATION",
        }
    }

    /// Reads the kind's name.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Server, Self::Application].into_iter().find(|kind| kind.as_str() == text)
    }

    /// What the ids of this kind begin with.
    fn prefix(self) -> &'static str {
        match self {
            Self::Server => "d-server-",
            Self::Application => "d-application-",
        }
    }
}

impl Item {
    /// Makes a new item with an id of its own.
    pub(crate) fn new(tx: &mut Tx, kind: ItemKind, attributes: Attributes, now: Timestamp) -> Self {
        let configuration_id = format!("{}{}", kind.prefix(), letters(tx.random()));
        Self { configuration_id, kind, attributes, import_task_id: None, created_at: now, modified_at: now }
    }

    /// Answers one of its attributes.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

/// Removes a server with its tags and its places in applications; tasks that are tied to it stay so.
pub(crate) fn delete(tx: &mut Tx, at: Place<'_>, id: &str) -> Result<(), Error> {
    super::application::table::delete_member(tx, at, id)?;
    super::tag::table::delete_all(tx, at, id)?;
    table::delete(tx, at, id)
}

/// Spells random bytes in lower-case letters and digits.
fn letters(random: [u8; 16]) -> String {
    let mut rest = u128::from_be_bytes(random);
    let mut text = String::with_capacity(ID_CHARACTERS);
    for _ in 0..ID_CHARACTERS {
        let digit = u32::try_from(rest % 36).expect("a remainder of 36 is below 36");
        text.push(char::from_digit(digit, 36).expect("a remainder of 36 is a digit of base 36"));
        rest /= 36;
    }
    text
}
