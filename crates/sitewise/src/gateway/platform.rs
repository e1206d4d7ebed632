//! What a gateway runs on: Greengrass in one of its two generations, or a Siemens Industrial Edge device.

use model_sitewise::types as t;

use crate::Error;
use crate::error::invalid;

/// The version of a gateway unless the caller says otherwise: classic streams.
pub const VERSION_CLASSIC: &str = "2";
/// The version of gateways that speak MQTT.
pub const VERSION_MQTT: &str = "3";

/// What a gateway runs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Platform {
    /// Greengrass V1, by the ARN of its group.
    Greengrass {
        /// ARN of the group.
        group_arn: String,
    },
    /// Greengrass V2, by its core device.
    GreengrassV2 {
        /// Name of the core device's thing.
        thing: String,
        /// Operating system of the core device; means something to version 3 only.
        operating_system: Option<String>,
    },
    /// Siemens Industrial Edge, by its thing.
    SiemensIE {
        /// Name of the thing.
        thing: String,
    },
}

impl Platform {
    /// Reads the platform of a request: exactly one of the three (API reference).
    pub fn of(input: &t::GatewayPlatform) -> Result<Self, Error> {
        let t::GatewayPlatform { greengrass, greengrass_v2, siemens_ie } = input;
        match (greengrass, greengrass_v2, siemens_ie) {
            (Some(v1), None, None) => Ok(Self::Greengrass { group_arn: v1.group_arn.clone() }),
            (None, Some(v2), None) => Ok(Self::GreengrassV2 {
                thing: v2.core_device_thing_name.clone(),
                operating_system: v2.core_device_operating_system.clone(),
            }),
            (None, None, Some(siemens)) => Ok(Self::SiemensIE { thing: siemens.iot_core_thing_name.clone() }),
            _ => Err(invalid(
                "gatewayPlatform must have exactly one of greengrass, greengrassV2 and siemensIE",
            )),
        }
    }

    /// Puts a stored platform together again.
    pub fn stored(
        kind: &str,
        device: String,
        operating_system: Option<String>,
    ) -> Result<Self, store::Error> {
        Ok(match kind {
            "greengrass" => Self::Greengrass { group_arn: device },
            "greengrassV2" => Self::GreengrassV2 { thing: device, operating_system },
            "siemensIE" => Self::SiemensIE { thing: device },
            other => {
                return Err(store::Error::Broken(format!("a gateway has the unknown platform {other}")));
            }
        })
    }

    /// Names the kind of platform as the API does.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Greengrass { .. } => "greengrass",
            Self::GreengrassV2 { .. } => "greengrassV2",
            Self::SiemensIE { .. } => "siemensIE",
        }
    }

    /// Names the device: the group's ARN or the thing's name.
    pub fn device(&self) -> &str {
        match self {
            Self::Greengrass { group_arn } => group_arn,
            Self::GreengrassV2 { thing, .. } | Self::SiemensIE { thing } => thing,
        }
    }

    /// Answers the operating system, if it is known.
    pub fn operating_system(&self) -> Option<&str> {
        match self {
            Self::GreengrassV2 { operating_system, .. } => operating_system.as_deref(),
            Self::Greengrass { .. } | Self::SiemensIE { .. } => None,
        }
    }

    /// Shows the platform as it was sent.
    pub fn shown(&self) -> t::GatewayPlatform {
        let none = t::GatewayPlatform::default();
        match self.clone() {
            Self::Greengrass { group_arn } => {
                t::GatewayPlatform { greengrass: Some(t::Greengrass { group_arn }), ..none }
            }
            Self::GreengrassV2 { thing, operating_system } => t::GatewayPlatform {
                greengrass_v2: Some(t::GreengrassV2 {
                    core_device_thing_name: thing,
                    core_device_operating_system: operating_system,
                }),
                ..none
            },
            Self::SiemensIE { thing } => {
                t::GatewayPlatform { siemens_ie: Some(t::SiemensIE { iot_core_thing_name: thing }), ..none }
            }
        }
    }
}

/// Decides the version of a new gateway, 2 unless the caller says 3; MQTT on Greengrass V2 needs the operating system
/// (API reference). That no other version exists, and that Greengrass V1 has no MQTT, is assumed.
pub fn version(wanted: Option<&str>, platform: &Platform) -> Result<&'static str, Error> {
    match wanted.unwrap_or(VERSION_CLASSIC) {
        VERSION_CLASSIC => Ok(VERSION_CLASSIC),
        VERSION_MQTT => match platform {
            Platform::Greengrass { .. } => Err(invalid(
                "gatewayVersion '3' needs the platform greengrassV2 or siemensIE; greengrass has version '2' only",
            )),
            Platform::GreengrassV2 { operating_system: None, .. } => Err(invalid(
                "gatewayVersion '3' on greengrassV2 needs coreDeviceOperatingSystem: LINUX_AARCH64, LINUX_AMD64 or \
                 WINDOWS_AMD64",
            )),
            Platform::GreengrassV2 { .. } | Platform::SiemensIE { .. } => Ok(VERSION_MQTT),
        },
        other => Err(invalid(format!(
            "gatewayVersion '{other}' does not exist; it is '2' (classic streams) or '3' (MQTT)"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_platform_is_shown_as_it_was_sent() {
        let v2 = |system: Option<&str>| t::GatewayPlatform {
            greengrass_v2: Some(t::GreengrassV2 {
                core_device_thing_name: "core-1".into(),
                core_device_operating_system: system.map(Into::into),
            }),
            ..t::GatewayPlatform::default()
        };
        let siemens = t::SiemensIE { iot_core_thing_name: "s-1".into() };
        let v1 = t::Greengrass {
            group_arn: "arn:aws:greengrass:us-east-1:111122223333:/greengrass/groups/a".into(),
        };
        for sent in [
            v2(None),
            v2(Some("LINUX_AMD64")),
            t::GatewayPlatform { siemens_ie: Some(siemens), ..t::GatewayPlatform::default() },
            t::GatewayPlatform { greengrass: Some(v1), ..t::GatewayPlatform::default() },
        ] {
            let platform = Platform::of(&sent).unwrap();
            let (device, system) = (platform.device().to_owned(), platform.operating_system());
            let stored = Platform::stored(platform.kind(), device, system.map(Into::into)).unwrap();
            assert_eq!((&stored, stored.shown()), (&platform, sent));
        }
        assert!(Platform::stored("abacus", "x".into(), None).is_err());
        assert!(Platform::of(&t::GatewayPlatform::default()).is_err());
    }
}
