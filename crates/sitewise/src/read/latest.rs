//! `GetAssetPropertyValue`: the point of a stream with the greatest timestamp, whenever it arrived.

use std::sync::Arc;

use model::json::Object;
use model::{Encode, Members, ToJson};
use series::Point;
use service::Call;

use super::list::property_value;
use super::source::{find_one, target};
use crate::Error;
use crate::data::{Data, failed};

/// What callers are allowed or not.
const ACTION: &str = "iotsitewise:GetAssetPropertyValue";

/// The current value of a stream, if it has one.
#[derive(Debug)]
pub struct Latest(Option<Written>);

/// A point as it goes out.
#[derive(Debug)]
pub struct Written(Point);

impl Written {
    /// Makes a point ready to go out.
    pub fn new(point: Point) -> Self {
        Self(point)
    }
}

impl ToJson for Written {
    fn to_json(&self, out: &mut String) {
        property_value(&self.0, out);
    }
}

impl Encode for Latest {
    fn encode(&self, out: &mut Object<'_>) {
        out.field("propertyValue", &self.0);
    }
}

/// Answers the current value of a stream: of several at the greatest timestamp the one that was written last, of any
/// quality (assumed).
///
/// Errors in the order of their checks: `InvalidRequestException` (what names the stream), `AccessDeniedException`,
/// `ResourceNotFoundException`.
pub async fn latest(data: Arc<Data>, call: Call, members: Members) -> Result<Latest, Error> {
    let readable = find_one(&data, &call, ACTION, target(&members)?).await?;
    let point = readable.points.latest(data.engine().tables()).map_err(failed)?;
    Ok(Latest(point.map(Written::new)))
}
