//! Orders of ListConfigurations: by one or more fields, up or down, and by id among equals.

use std::cmp::Ordering;

use model_migrationhub::discovery::types;
use service::page::key;
use store::Tx;

use super::{Item, ItemKind, attribute, filter, server_names};
use crate::discovery::application;
use crate::discovery::error::{self, Error};
use crate::place::Place;

const SERVER_TIME: &str = "server.timeOfCreation";
const APPLICATION_CREATED: &str = "application.timeOfCreation";
const APPLICATION_MODIFIED: &str = "application.lastModifiedTime";
const APPLICATION_SERVERS: &str = "application.serverCount";

/// Most fields of one order; the model states none.
const FIELDS_MAX: usize = 10;

/// An order, checked.
pub(crate) struct Order {
    fields: Vec<(String, bool)>,
}

impl Order {
    /// Checks the order of a list.
    pub(crate) fn read(kind: ItemKind, elements: &[types::OrderByElement]) -> Result<Self, Error> {
        if elements.len() > FIELDS_MAX {
            return Err(error::invalid_value(format!("a list is ordered by at most {FIELDS_MAX} fields")));
        }
        for element in elements {
            let name = element.field_name.as_str();
            let known = match kind {
                ItemKind::Server => name == SERVER_TIME || server_names().contains(&name),
                ItemKind::Application => [
                    "application.configurationId",
                    attribute::APPLICATION_NAME,
                    attribute::APPLICATION_DESCRIPTION,
                    APPLICATION_CREATED,
                    APPLICATION_MODIFIED,
                    APPLICATION_SERVERS,
                ]
                .contains(&name),
            };
            if !known {
                return Err(error::invalid_value(format!(
                    "configurations of type {} cannot be ordered by '{name}'",
                    kind.as_str()
                )));
            }
        }
        let down = |element: &types::OrderByElement| element.sort_order.as_deref() == Some("DESC");
        let fields = elements.iter().map(|element| (element.field_name.clone(), down(element))).collect();
        Ok(Self { fields })
    }

    /// Whether the list runs by id only.
    pub(crate) fn is_plain(&self) -> bool {
        self.fields.is_empty()
    }

    /// Where an item stands: one text a field, then its id. An absent value stands before all others.
    pub(crate) fn position(
        &self,
        tx: &mut Tx,
        at: Place<'_>,
        item: &Item,
    ) -> Result<Vec<String>, store::Error> {
        let mut position = Vec::with_capacity(self.fields.len() + 1);
        for (name, _) in &self.fields {
            let text = match name.as_str() {
                // Twenty digits hold every count and time, so that they compare as texts.
                SERVER_TIME | APPLICATION_CREATED => format!("{:020}", item.created_at.millis()),
                APPLICATION_MODIFIED => format!("{:020}", item.modified_at.millis()),
                APPLICATION_SERVERS => {
                    format!("{:020}", application::table::count(tx, at, &item.configuration_id)?)
                }
                name => filter::values(item, name).into_iter().next().unwrap_or_default(),
            };
            position.push(key(&text).into_owned());
        }
        position.push(item.configuration_id.clone());
        Ok(position)
    }

    /// Compares two positions.
    pub(crate) fn compare(&self, one: &[String], other: &[String]) -> Ordering {
        for (index, (_, down)) in self.fields.iter().enumerate() {
            let ordering = one.get(index).cmp(&other.get(index));
            let ordering = if *down { ordering.reverse() } else { ordering };
            if ordering != Ordering::Equal {
                return ordering;
            }
        }
        one.last().cmp(&other.last())
    }
}
