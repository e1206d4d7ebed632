//! Composite models of type `AWS/ALARM`: a fixed set of properties.

use super::Composite;
use crate::Error;
use crate::asset_model::property::{ALARM_STATE, DataType, Property, PropertyKind};
use crate::error::invalid;

const ALARM_TYPE: &str = "AWS/ALARM_TYPE";
const ALARM_SOURCE: &str = "AWS/ALARM_SOURCE";
/// Alarms that AWS IoT Events evaluates.
const IOT_EVENTS: &str = "IOT_EVENTS";
/// Alarms that something outside evaluates.
const EXTERNAL: &str = "EXTERNAL";

/// Checks that an alarm has its fixed properties and no others.
///
/// The user guide lists the properties; that a missing or an extra one is `InvalidRequestException` is assumed. An
/// alarm without a default for its type may have either set.
pub fn check(alarm: &Composite) -> Result<(), Error> {
    let names = [ALARM_TYPE, ALARM_STATE, ALARM_SOURCE];
    if let Some(extra) = alarm.properties.iter().find(|property| !names.contains(&property.name.as_str())) {
        return Err(invalid(format!(
            "Property '{}' is not supported in composite model '{}' of type AWS/ALARM, which has {ALARM_TYPE}, \
             {ALARM_STATE} and, for {IOT_EVENTS}, {ALARM_SOURCE}",
            extra.name, alarm.name
        )));
    }
    let state = required(alarm, ALARM_STATE)?;
    let PropertyKind::Measurement { .. } = state.kind else {
        return Err(invalid(format!("Property type should only be Measurement for property {ALARM_STATE}")));
    };
    if state.data_type != DataType::Struct || state.data_type_spec.as_deref() != Some(ALARM_STATE) {
        return Err(invalid(format!(
            "Property {ALARM_STATE} of composite model '{}' must have dataType STRUCT and dataTypeSpec {ALARM_STATE}",
            alarm.name
        )));
    }
    let kind = text_attribute(alarm, required(alarm, ALARM_TYPE)?)?;
    if let Some(other) = kind.filter(|kind| ![IOT_EVENTS, EXTERNAL].contains(kind)) {
        return Err(invalid(format!(
            "defaultValue '{other}' of property {ALARM_TYPE} of composite model '{}' is neither {IOT_EVENTS} nor \
             {EXTERNAL}",
            alarm.name
        )));
    }
    let source = alarm.properties.iter().find(|property| property.name == ALARM_SOURCE);
    if let Some(source) = source {
        text_attribute(alarm, source)?;
    }
    match (kind, source) {
        (Some(EXTERNAL), Some(_)) => Err(invalid(format!(
            "Property {ALARM_SOURCE} of composite model '{}' is only for alarms of type {IOT_EVENTS}, not {EXTERNAL}",
            alarm.name
        ))),
        (Some(IOT_EVENTS), None) => required(alarm, ALARM_SOURCE).map(|_| ()),
        _ => Ok(()),
    }
}

fn required<'a>(alarm: &'a Composite, name: &str) -> Result<&'a Property, Error> {
    alarm.properties.iter().find(|property| property.name == name).ok_or_else(|| {
        invalid(format!("Property {name} is required in composite model '{}' of type AWS/ALARM", alarm.name))
    })
}

/// Checks that a property is an attribute of type STRING; answers its default.
fn text_attribute<'a>(alarm: &Composite, property: &'a Property) -> Result<Option<&'a str>, Error> {
    match &property.kind {
        PropertyKind::Attribute { default_value } if property.data_type == DataType::String => {
            Ok(default_value.as_deref())
        }
        _ => Err(invalid(format!(
            "Property {} of composite model '{}' must be an attribute of dataType STRING",
            property.name, alarm.name
        ))),
    }
}
