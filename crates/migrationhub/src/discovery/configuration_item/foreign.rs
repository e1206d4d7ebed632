//! Configuration ids that this server never gave: data carried over from AWS, tools, tests.
//!
//! `adopt` makes a placeholder of an id of the right form on its first use; `reject` is what AWS does. Source:
//! migration-hub 10.6, which recommends `adopt` as long as nothing collects servers here.

use model::Timestamp;
use service::Call;
use store::{Error, Tx};

use super::{ID_CHARACTERS, Item, ItemKind, attribute, table};
use crate::place::Place;

/// What is known of an id that a call of Migration Hub names.
#[derive(Debug)]
pub(crate) enum Known {
    /// An item of the wanted kind.
    Yes(Item),
    /// Nothing yet, but the id may become a placeholder.
    Adoptable,
    /// An item of the other kind.
    OtherKind,
    /// Nothing.
    No,
}

/// Looks an id up; changes nothing.
pub(crate) fn look_up(tx: &mut Tx, call: &Call, kind: ItemKind, id: &str) -> Result<Known, Error> {
    Ok(match table::get(tx, call.into(), id)? {
        Some(item) if item.kind == kind => Known::Yes(item),
        Some(_) => Known::OtherKind,
        None if adopts(call) && is_adoptable(kind, id) => Known::Adoptable,
        None => Known::No,
    })
}

/// Makes a placeholder under an id from elsewhere.
pub(crate) fn adopt(
    tx: &mut Tx,
    at: Place<'_>,
    kind: ItemKind,
    id: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let (name, value) = match kind {
        ItemKind::Server => (attribute::TYPE, attribute::TYPE_OTHER),
        // Every application has a name, and ids are as unique as names have to be.
        ItemKind::Application => (attribute::APPLICATION_NAME, id),
    };
    let item = Item {
        configuration_id: id.to_owned(),
        kind,
        attributes: [(name.to_owned(), value.to_owned())].into(),
        import_task_id: None,
        created_at: now,
        modified_at: now,
    };
    table::put(tx, at, &item)
}

/// Whether nothing is known of a server but the id that it was adopted under.
pub(crate) fn is_placeholder(item: &Item) -> bool {
    item.kind == ItemKind::Server
        && item
            .attributes
            .iter()
            .all(|(name, value)| name == attribute::TYPE && value == attribute::TYPE_OTHER)
}

/// Whether ids from elsewhere become placeholders (assumed: migration-hub 10.6).
fn adopts(call: &Call) -> bool {
    !call.installation.unknown_configuration_rejected
}

fn is_adoptable(kind: ItemKind, id: &str) -> bool {
    id.strip_prefix(kind.prefix()).is_some_and(|rest| {
        rest.len() == ID_CHARACTERS && rest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_of_the_form_that_aws_gives_can_be_adopted() {
        assert!(is_adoptable(ItemKind::Server, "d-server-0025db43a885966c8"));
        assert!(is_adoptable(ItemKind::Application, "d-application-0039038d504694533"));
        for id in ["d-server-0025db43a885966c", "d-server-0025DB43A885966C8", "server-0025db43a885966c8", ""]
        {
            assert!(!is_adoptable(ItemKind::Server, id), "{id}");
        }
        assert!(!is_adoptable(ItemKind::Server, "d-application-0039038d504694533"));
    }
}
