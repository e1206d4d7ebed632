//! Values of time series, beside VictoriaMetrics and InfluxDB on the same points.

mod points;
pub mod put;
mod wire;
