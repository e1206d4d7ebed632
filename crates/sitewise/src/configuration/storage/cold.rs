//! The cold tier: a bucket of the account's own, by ARN.

use model_sitewise::types as t;
use serde::{Deserialize, Serialize};

use super::StorageConfiguration;
use crate::Error;
use crate::error::invalid;

/// Where the cold tier is, as AWS names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MultiLayer {
    /// ARN of the bucket, perhaps with a prefix.
    pub s3_resource_arn: String,
    /// ARN of the role that writes there; kept, not assumed.
    pub role_arn: String,
}

impl MultiLayer {
    /// Reads the cold tier of a request.
    ///
    /// Errors in the order of their checks: not the ARN of a bucket, not the ARN of a role. That the forms are
    /// checked at once and not by a failing update is assumed.
    pub(super) fn of(input: &t::MultiLayerStorage) -> Result<Self, Error> {
        let t::CustomerManagedS3Storage { s3_resource_arn, role_arn } = &input.customer_managed_s3_storage;
        if !is_bucket(s3_resource_arn) {
            return Err(invalid(format!(
                "s3ResourceArn '{s3_resource_arn}' is not the ARN of a bucket or of a prefix in one, as \
                 arn:aws:s3:::amzn-bucket/prefix/"
            )));
        }
        if !is_role(role_arn) {
            return Err(invalid(format!(
                "roleArn '{role_arn}' is not the ARN of a role, as arn:aws:iam::111122223333:role/name"
            )));
        }
        Ok(Self { s3_resource_arn: s3_resource_arn.clone(), role_arn: role_arn.clone() })
    }

    /// Shows the cold tier as it was sent.
    pub(super) fn shown(&self) -> t::MultiLayerStorage {
        t::MultiLayerStorage {
            customer_managed_s3_storage: t::CustomerManagedS3Storage {
                s3_resource_arn: self.s3_resource_arn.clone(),
                role_arn: self.role_arn.clone(),
            },
        }
    }
}

/// Says why a configuration can't come into force: this server has no object store to put a cold tier on, and to
/// delete measurements from the hot tier in the belief that they are in the cold one would lose them (assumed: AWS
/// answers a bucket that it can't reach in the same way).
pub(super) fn refusal(asked: &StorageConfiguration) -> Option<&'static str> {
    asked.multi_layer.as_ref().map(|_| {
        "No object store is configured on this server for the cold tier of MULTI_LAYER_STORAGE; the storage \
         configuration from before stays in force"
    })
}

/// Says whether an ARN names a bucket or a prefix in one: no Region, no account, a legal bucket name.
fn is_bucket(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, "s3", "", "", resource] = parts[..] else { return false };
    let bucket = resource.split('/').next().unwrap_or_default();
    let edge = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = bucket.as_bytes();
    (3..=63).contains(&bytes.len())
        && bytes.iter().all(|byte| edge(*byte) || matches!(byte, b'-' | b'.'))
        && edge(bytes[0])
        && edge(bytes[bytes.len() - 1])
}

fn is_role(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, "iam", "", account, resource] = parts[..] else { return false };
    account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && resource.strip_prefix("role/").is_some_and(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_named_without_region_and_account() {
        for good in [
            "arn:aws:s3:::plant-data",
            "arn:aws:s3:::plant-data/",
            "arn:aws-cn:s3:::plant.data/site-1/line:2/",
        ] {
            assert!(is_bucket(good), "{good}");
        }
        for bad in [
            "arn:aws:s3:us-east-1::plant-data",
            "arn:aws:s3::111122223333:plant-data",
            "arn:aws:s3:::",
            "arn:aws:s3:::ab",
            "arn:aws:s3:::Plant",
            "arn:aws:s3:::-plant",
            "arn:aws:s3:::plant./x",
            "arn:aws:sqs:::plant-data",
            "plant-data",
        ] {
            assert!(!is_bucket(bad), "{bad}");
        }
    }

    #[test]
    fn a_role_has_an_account_and_a_name() {
        assert!(is_role("arn:aws:iam::111122223333:role/service-role/sitewise"));
        for bad in [
            "arn:aws:iam::111122223333:user/a",
            "arn:aws:iam::1:role/a",
            "arn:aws:iam::111122223333:role/",
            "a",
        ] {
            assert!(!is_role(bad), "{bad}");
        }
    }
}
