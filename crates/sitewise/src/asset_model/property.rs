//! Properties of a model: what each type holds, and the rules on one property alone.

use ::formula::Tumbling;
use serde::{Deserialize, Serialize};

use super::AssetModelType;
use super::composite::CompositeType;
use super::identity::Element;
use super::variable::Variable;
use crate::Error;
use crate::error::invalid;
use crate::id::{ExternalId, PropertyId};

/// Longest attribute value of type STRING (user guide, quotas).
const STRING_BYTES_MAX: usize = 1024;
/// DOUBLE values range from −10^100 to 10^100 (user guide, quotas).
const DOUBLE_MAX: f64 = 1e100;
/// What the structures of a Lookout for Equipment binding are called.
const ANOMALY_SPEC: &str = "AWS/L4E_ANOMALY";
/// Name of an alarm's state, and of the structure that it holds.
pub const ALARM_STATE: &str = "AWS/ALARM_STATE";

/// One property of a model, in force for all of its assets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Property {
    /// Id, the same for all assets of the model.
    pub id: PropertyId,
    /// The user's own id, unique in the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
    /// Name, unique among the properties of the model.
    pub name: String,
    /// What its values are.
    pub data_type: DataType,
    /// What a STRUCT holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_type_spec: Option<String>,
    /// Unit of its values, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Where its values come from.
    pub kind: PropertyKind,
    /// The property of the component model from which it is derived, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<PropertyId>,
}

/// What the values of a property are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum DataType {
    /// Text of up to 1,024 bytes.
    String,
    /// 32-bit integers.
    Integer,
    /// Double-precision numbers.
    Double,
    /// Truth values.
    Boolean,
    /// A structure named by `dataTypeSpec`.
    Struct,
}

/// Where the values of a property come from, with the settings of that type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PropertyKind {
    /// A value that seldom changes.
    Attribute {
        /// Value of assets that have none of their own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        default_value: Option<String>,
    },
    /// A stream of values from a device.
    Measurement {
        /// Whether an edge gateway forwards the values: ENABLED or DISABLED.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        forwarding: Option<String>,
    },
    /// One value computed from one value.
    Transform {
        /// The formula.
        expression: String,
        /// What the formula reads.
        variables: Vec<Variable>,
        /// Where it is computed, EDGE or CLOUD.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        compute_location: Option<String>,
        /// Whether an edge gateway forwards the results: ENABLED or DISABLED.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        forwarding: Option<String>,
    },
    /// One value computed over each window of time.
    Metric {
        /// The formula; only an interface may leave it open.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expression: Option<String>,
        /// What the formula reads.
        variables: Vec<Variable>,
        /// The window, if one was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<TumblingWindow>,
        /// Where it is computed, EDGE or CLOUD.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        compute_location: Option<String>,
    },
}

/// Windows of equal length that follow each other without gaps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TumblingWindow {
    /// Length, such as `5m`, `1h`, `1d` or `1w`.
    pub interval: String,
    /// Shift of the windows against midnight UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<String>,
}

impl TumblingWindow {
    /// Reads interval and offset; the fault says what is legal.
    pub fn tumbling(&self) -> Result<Tumbling, String> {
        Tumbling::parse(&self.interval, self.offset.as_deref())
    }

    /// Shows the window in an error message.
    pub fn shown(&self) -> String {
        match &self.offset {
            None => format!("interval '{}'", self.interval),
            Some(offset) => format!("interval '{}' with offset '{offset}'", self.interval),
        }
    }

    /// Says whether two windows always end together, however they are written.
    pub fn ends_with(&self, other: &Self) -> bool {
        self == other || matches!((self.tumbling(), other.tumbling()), (Ok(one), Ok(other)) if one == other)
    }
}

impl DataType {
    /// Reads a data type that a model property may have.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "STRING" => Self::String,
            "INTEGER" => Self::Integer,
            "DOUBLE" => Self::Double,
            "BOOLEAN" => Self::Boolean,
            "STRUCT" => Self::Struct,
            _ => return None,
        })
    }

    /// Shows AWS's name of the type.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "STRING",
            Self::Integer => "INTEGER",
            Self::Double => "DOUBLE",
            Self::Boolean => "BOOLEAN",
            Self::Struct => "STRUCT",
        }
    }

    /// Says whether text is the string form of a value of this type.
    pub fn accepts(self, text: &str) -> bool {
        match self {
            Self::String => text.len() <= STRING_BYTES_MAX,
            Self::Integer => text.parse::<i32>().is_ok(),
            Self::Double => text.parse::<f64>().is_ok_and(|number| number.abs() <= DOUBLE_MAX),
            Self::Boolean => matches!(text, "true" | "false"),
            Self::Struct => false,
        }
    }
}

impl PropertyKind {
    /// Shows the key under which this type of property stands in a request.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Attribute { .. } => "attribute",
            Self::Measurement { .. } => "measurement",
            Self::Transform { .. } => "transform",
            Self::Metric { .. } => "metric",
        }
    }

    /// Says whether its values are computed by a formula.
    pub fn is_computed(&self) -> bool {
        matches!(self, Self::Transform { .. } | Self::Metric { .. })
    }

    /// Lists what the formula reads; nothing where there is no formula.
    pub fn variables(&self) -> &[Variable] {
        match self {
            Self::Attribute { .. } | Self::Measurement { .. } => &[],
            Self::Transform { variables, .. } | Self::Metric { variables, .. } => variables,
        }
    }

    /// The same, to be resolved.
    pub fn variables_mut(&mut self) -> &mut [Variable] {
        match self {
            Self::Attribute { .. } | Self::Measurement { .. } => &mut [],
            Self::Transform { variables, .. } | Self::Metric { variables, .. } => variables,
        }
    }
}

impl Element for Property {
    const WHAT: &'static str = "property";

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn external_id(&self) -> Option<&ExternalId> {
        self.external_id.as_ref()
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl Property {
    /// Checks the rules that concern this property alone: data type, default value, formula and window; `home` is the
    /// kind of the composite model in which it stands, if it stands in one.
    pub fn check(&self, model_type: AssetModelType, home: Option<CompositeType>) -> Result<(), Error> {
        if self.name == ALARM_STATE && !matches!(self.kind, PropertyKind::Measurement { .. }) {
            return Err(invalid(format!(
                "Property type should only be Measurement for property {ALARM_STATE}"
            )));
        }
        self.check_data_type(home)?;
        match &self.kind {
            PropertyKind::Attribute { default_value: Some(value) } if !self.data_type.accepts(value) => {
                Err(invalid(format!(
                    "defaultValue '{value}' of property '{}' is not a value of data type {}",
                    self.name,
                    self.data_type.as_str()
                )))
            }
            PropertyKind::Metric { expression, window, .. } => {
                self.check_metric(expression.as_deref(), window.as_ref(), model_type)
            }
            PropertyKind::Transform { expression, .. } => self.check_expression(Some(expression), model_type),
            _ => Ok(()),
        }
    }

    fn check_data_type(&self, home: Option<CompositeType>) -> Result<(), Error> {
        let (name, kind, data_type) = (&self.name, self.kind.as_str(), self.data_type.as_str());
        if self.data_type == DataType::Struct && self.data_type_spec.is_none() {
            return Err(invalid(format!(
                "dataTypeSpec is required for property '{name}' of data type STRUCT"
            )));
        }
        if self.kind.is_computed() && !matches!(self.data_type, DataType::Double | DataType::String) {
            return Err(invalid(format!(
                "Data type {data_type} of property '{name}' is not supported: a {kind} is DOUBLE or STRING"
            )));
        }
        if let (DataType::Struct, Some(spec)) = (self.data_type, &self.data_type_spec) {
            let known = match home {
                Some(CompositeType::Alarm) => spec == ALARM_STATE,
                Some(CompositeType::Anomaly) => spec.starts_with(ANOMALY_SPEC),
                Some(CompositeType::Custom) | None => false,
            };
            if known {
                return Ok(());
            }
            // AWS knows few structures: the alarm state, and what Lookout for Equipment finds.
            return Err(invalid(format!(
                "Data type STRUCT of property '{name}' is not supported outside a composite model of type AWS/ALARM, \
                 where dataTypeSpec is {ALARM_STATE}"
            )));
        }
        if let Some(spec) = &self.data_type_spec {
            return Err(invalid(format!(
                "dataTypeSpec '{spec}' of property '{name}' needs data type STRUCT, not {data_type}"
            )));
        }
        Ok(())
    }

    fn check_metric(
        &self,
        expression: Option<&str>,
        window: Option<&TumblingWindow>,
        model_type: AssetModelType,
    ) -> Result<(), Error> {
        let name = &self.name;
        let Some(window) = window else {
            return Err(invalid(format!("window.tumbling is required for metric '{name}'")));
        };
        window.tumbling().map_err(|fault| invalid(format!("window of metric '{name}': {fault}")))?;
        self.check_expression(expression, model_type)
    }

    /// Checks that there is a formula; only an interface may leave it to the models that apply it.
    fn check_expression(&self, expression: Option<&str>, model_type: AssetModelType) -> Result<(), Error> {
        if model_type != AssetModelType::Interface && expression.is_none_or(str::is_empty) {
            return Err(invalid(format!(
                "expression is required for {} '{}'",
                self.kind.as_str(),
                self.name
            )));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn property(data_type: DataType, kind: PropertyKind) -> Property {
        Property {
            id: PropertyId::stored("a1b2c3d4-5678-90ab-cdef-11111aaaaaaa".into()),
            external_id: None,
            name: "speed".into(),
            data_type,
            data_type_spec: None,
            unit: None,
            kind,
            origin: None,
        }
    }

    fn message(property: &Property) -> Option<String> {
        match property.check(AssetModelType::AssetModel, None) {
            Ok(()) => None,
            Err(Error::Modelled(model_sitewise::Error::InvalidRequest(refusal))) => Some(refusal.message),
            Err(other) => panic!("{other:?}"),
        }
    }

    fn metric(interval: &str) -> PropertyKind {
        PropertyKind::Metric {
            expression: Some("avg(x)".into()),
            variables: Vec::new(),
            window: Some(TumblingWindow { interval: interval.into(), offset: None }),
            compute_location: None,
        }
    }

    #[test]
    fn a_default_value_has_the_data_type_of_its_attribute() {
        let long = "x".repeat(STRING_BYTES_MAX + 1);
        let cases = [
            (DataType::Integer, "2147483647", true),
            (DataType::Integer, "2147483648", false),
            (DataType::Integer, "1.5", false),
            (DataType::Double, "-1e100", true),
            (DataType::Double, "1e101", false),
            (DataType::Double, "NaN", false),
            (DataType::Boolean, "true", true),
            (DataType::Boolean, "TRUE", false),
            (DataType::String, &long[1..], true),
            (DataType::String, &long, false),
        ];
        for (data_type, value, legal) in cases {
            let kind = PropertyKind::Attribute { default_value: Some(value.to_owned()) };
            assert_eq!(message(&property(data_type, kind)).is_none(), legal, "{value}");
        }
    }

    #[test]
    fn metrics_and_transforms_are_double_or_string() {
        assert_eq!(message(&property(DataType::Double, metric("1h"))), None);
        assert_eq!(
            message(&property(DataType::Integer, metric("1h"))).unwrap(),
            "Data type INTEGER of property 'speed' is not supported: a metric is DOUBLE or STRING"
        );
    }

    #[test]
    fn a_window_lasts_between_a_minute_and_a_week() {
        for (interval, legal) in [("1m", true), ("60s", true), ("1w", true), ("168h", true), ("59s", false)]
            .into_iter()
            .chain([("2w", false), ("8d", false), ("m", false), ("1", false), ("+1h", false), ("1mö", false)])
        {
            assert_eq!(message(&property(DataType::Double, metric(interval))).is_none(), legal, "{interval}");
        }
    }

    #[test]
    fn a_structure_needs_its_specification_and_an_alarm() {
        let measurement = PropertyKind::Measurement { forwarding: None };
        let mut alarm = property(DataType::Struct, measurement);
        assert!(message(&alarm).unwrap().starts_with("dataTypeSpec is required"));
        alarm.data_type_spec = Some(ALARM_STATE.into());
        assert!(message(&alarm).unwrap().contains("outside a composite model"));
        assert!(alarm.check(AssetModelType::AssetModel, Some(CompositeType::Alarm)).is_ok());
        assert!(alarm.check(AssetModelType::AssetModel, Some(CompositeType::Custom)).is_err());
        alarm.data_type = DataType::Double;
        assert!(message(&alarm).unwrap().contains("needs data type STRUCT"));
    }

    #[test]
    fn the_alarm_state_is_a_measurement() {
        let mut state = property(DataType::String, PropertyKind::Attribute { default_value: None });
        state.name = ALARM_STATE.into();
        assert_eq!(
            message(&state).unwrap(),
            "Property type should only be Measurement for property AWS/ALARM_STATE"
        );
    }
}
