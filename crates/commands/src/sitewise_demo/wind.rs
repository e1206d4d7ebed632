//! What the turbines of the demonstration measure: a weather that is the same for everybody at the same time.

use std::f64::consts::TAU;

/// Turbines of the farm.
pub const TURBINES: u32 = 4;

/// What a turbine measures, in the order of [`measured`].
pub const MEASUREMENTS: [&str; 4] = ["Wind speed", "Wind direction", "Rpm", "Torque"];

/// Answers what a turbine measures at a second since 1970.
#[allow(clippy::cast_precision_loss)] // seconds of today are exact
pub fn measured(turbine: u32, seconds: i64) -> [f64; MEASUREMENTS.len()] {
    let (time, place) = (seconds as f64, f64::from(turbine));
    let wave = |period: f64| (TAU * time / period + place).sin();
    let noise = unrest(seconds, turbine);
    let speed = (9.0 + 4.0 * wave(86_400.0) + 1.5 * wave(1_740.0) + 0.6 * wave(97.0) + 0.4 * noise).max(0.5);
    let direction = (220.0 + 40.0 * wave(43_200.0) + 6.0 * wave(611.0) + 2.0 * noise).rem_euclid(360.0);
    let rpm = (speed * 1.7).min(21.0) + 0.1 * noise;
    let torque = (speed * speed / 40.0).min(4.5) + 0.05 * noise;
    [speed, direction, rpm.max(0.0), torque.max(0.0)].map(|number| (number * 100.0).round() / 100.0)
}

/// A number from −1 to 1 that nobody can guess, and that is the same each time.
fn unrest(seconds: i64, turbine: u32) -> f64 {
    let mut state = seconds.unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::from(turbine) << 32;
    state = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state = (state ^ state >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    let top = u32::try_from(state >> 32).unwrap_or_default();
    f64::from(top) / f64::from(u32::MAX) * 2.0 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weather_stays_within_reason() {
        for seconds in (1_772_445_600..1_772_445_600 + 86_400).step_by(61) {
            for turbine in 1..=TURBINES {
                let [speed, direction, rpm, torque] = measured(turbine, seconds);
                assert!((0.0..20.0).contains(&speed), "{speed}");
                assert!((0.0..=360.0).contains(&direction), "{direction}");
                assert!((0.0..22.0).contains(&rpm) && (0.0..5.0).contains(&torque), "{rpm} {torque}");
            }
        }
        assert_ne!(
            measured(1, 1_772_445_600).map(f64::to_bits),
            measured(2, 1_772_445_600).map(f64::to_bits)
        );
        assert_eq!(
            measured(1, 1_772_445_600).map(f64::to_bits),
            measured(1, 1_772_445_600).map(f64::to_bits)
        );
    }
}
