//! Filters of ListConfigurations: all filters must hold, and of one filter's values any.
//!
//! The negated conditions hold when none of the values fits (assumed: read literally, "values are differentiated
//! using OR" would let NOT_EQUALS with two values hold always). Letter case matters, as it does in the console.

use model_migrationhub::discovery::types;
use store::Tx;

use super::{Item, ItemKind, attribute, server_names};
use crate::discovery::error::{self, Error};
use crate::discovery::{application, tag};
use crate::place::Place;

/// Filters that need more than the item itself, under the names that tools use for them.
const TAG_KEY: [&str; 2] = ["tag.key", "server.tag.key"];
const TAG_VALUE: [&str; 2] = ["tag.value", "server.tag.value"];
const SERVER_ID: &str = "server.configurationId";

/// What can be filtered by of an application.
const APPLICATION_NAMES: [&str; 4] = [
    "application.configurationId",
    attribute::APPLICATION_NAME,
    attribute::APPLICATION_DESCRIPTION,
    SERVER_ID,
];

/// One filter, checked.
pub(crate) struct Filter {
    name: String,
    values: Vec<String>,
    contains: bool,
    negated: bool,
}

/// Checks the filters of a list.
pub(crate) fn read(kind: ItemKind, filters: &[types::Filter]) -> Result<Vec<Filter>, Error> {
    filters.iter().map(|filter| Filter::read(kind, filter)).collect()
}

impl Filter {
    fn read(kind: ItemKind, filter: &types::Filter) -> Result<Self, Error> {
        let (contains, negated) = match filter.condition.as_str() {
            "EQUALS" => (false, false),
            "NOT_EQUALS" => (false, true),
            "CONTAINS" => (true, false),
            "NOT_CONTAINS" => (true, true),
            other => {
                return Err(error::invalid_value(format!(
                    "the condition '{other}' of the filter '{}' is none of EQUALS, NOT_EQUALS, CONTAINS and \
                     NOT_CONTAINS",
                    filter.name
                )));
            }
        };
        let name = filter.name.as_str();
        let known = match kind {
            ItemKind::Server => {
                server_names().contains(&name) || TAG_KEY.contains(&name) || TAG_VALUE.contains(&name)
            }
            ItemKind::Application => APPLICATION_NAMES.contains(&name),
        };
        if !known {
            return Err(error::invalid_value(format!(
                "configurations of type {} cannot be filtered by '{name}'",
                kind.as_str()
            )));
        }
        if filter.values.is_empty() {
            return Err(error::invalid_value(format!("the filter '{name}' has no values")));
        }
        Ok(Self { name: filter.name.clone(), values: filter.values.clone(), contains, negated })
    }

    /// Whether an item passes.
    pub(crate) fn holds(&self, tx: &mut Tx, at: Place<'_>, item: &Item) -> Result<bool, store::Error> {
        let found = self.found(tx, at, item)?;
        let fits = |value: &String| {
            self.values
                .iter()
                .any(|wanted| if self.contains { value.contains(wanted.as_str()) } else { value == wanted })
        };
        Ok(found.iter().any(fits) != self.negated)
    }

    /// The values that an item has under the filter's name.
    fn found(&self, tx: &mut Tx, at: Place<'_>, item: &Item) -> Result<Vec<String>, store::Error> {
        let (name, id) = (self.name.as_str(), &item.configuration_id);
        if TAG_KEY.contains(&name) {
            return Ok(tag::table::of(tx, at, id)?.into_iter().map(|tag| tag.key).collect());
        }
        if TAG_VALUE.contains(&name) {
            return Ok(tag::table::of(tx, at, id)?.into_iter().map(|tag| tag.value).collect());
        }
        if name == SERVER_ID && item.kind == ItemKind::Application {
            return application::table::servers_of(tx, at, id);
        }
        Ok(values(item, name))
    }
}

/// The values that an item itself has under a name.
pub(crate) fn values(item: &Item, name: &str) -> Vec<String> {
    if name.ends_with(".configurationId") {
        return vec![item.configuration_id.clone()];
    }
    let interface = name.strip_prefix(attribute::INTERFACES).and_then(|rest| rest.strip_prefix('.'));
    if let Some(member) = interface {
        let interfaces = attribute::interfaces(&item.attributes);
        return interfaces.into_iter().filter_map(|mut interface| interface.remove(member)).collect();
    }
    item.attribute(name).map(str::to_owned).into_iter().collect()
}
