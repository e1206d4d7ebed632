//! What a formula is computed from: values of variables, points of a window, and times.

use crate::value::Value;

/// A time: seconds since 1970 and the nanoseconds behind them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// Seconds since 1970-01-01T00:00Z.
    pub s: i64,
    /// Nanoseconds behind the second, less than 10⁹.
    pub ns: u32,
}

/// One point of a time series.
#[derive(Clone, Debug, PartialEq)]
pub struct Point<'a> {
    /// When its value was taken.
    pub time: Time,
    /// Its value; null values and NaN come as [`Value::None`].
    pub value: Value<'a>,
    /// Whether its quality is GOOD.
    pub good: bool,
}

/// Where a computation takes its values from; variables are positions in the list of declared ones.
///
/// A transform needs the first four methods, a metric all but [`Inputs::pretrigger`].
pub trait Inputs {
    /// Answers the time of processing, in seconds since 1970.
    fn now(&self) -> f64;

    /// Answers the time of the point that triggered a transform, or the end of a metric's window.
    fn time(&self) -> Time;

    /// Answers the point that a variable stands for where it is read as one value. A transform: the latest GOOD one. A
    /// metric: that of an attribute, whatever its age, or the last GOOD one in the window.
    fn value(&self, variable: usize) -> Option<Point<'_>>;

    /// Answers the GOOD point before the one that triggered a transform if the variable is its trigger, else the same as
    /// [`Inputs::value`].
    fn pretrigger(&self, variable: usize) -> Option<Point<'_>> {
        let _ = variable;
        None
    }

    /// Answers the start of the window, which does not belong to it.
    fn start(&self) -> Time {
        self.time()
    }

    /// Walks over all points of a variable in the window, of every quality, in the order of their times; over those of
    /// all child assets where the variable reads them. An attribute gives its one value.
    fn points(&self, variable: usize) -> Box<dyn Iterator<Item = Point<'_>> + '_> {
        let _ = variable;
        Box::new(std::iter::empty())
    }

    /// Answers the last GOOD point at or before the start of the window.
    fn good_before(&self, variable: usize) -> Option<Point<'_>> {
        let _ = variable;
        None
    }

    /// Answers the last point at or before the start of the window, of whatever quality.
    fn before(&self, variable: usize) -> Option<Point<'_>> {
        self.good_before(variable)
    }

    /// Answers the first point behind the end of the window, if it is there already.
    fn after(&self, variable: usize) -> Option<Point<'_>> {
        let _ = variable;
        None
    }
}

impl Time {
    /// Answers the time as seconds with a fraction.
    pub fn seconds(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "seconds fit a double for 10^8 years")]
        let seconds = self.s as f64;
        seconds + f64::from(self.ns) * 1e-9
    }

    /// Answers the seconds from an earlier time to this one.
    pub fn since(self, earlier: Self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "seconds fit a double for 10^8 years")]
        let seconds = self.s.saturating_sub(earlier.s) as f64;
        seconds + (f64::from(self.ns) - f64::from(earlier.ns)) * 1e-9
    }
}
