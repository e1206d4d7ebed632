//! `PutDefaultEncryptionConfiguration` and `DescribeDefaultEncryptionConfiguration`.
//!
//! Whatever encrypts the data folder is beneath this server: there is no key service, and none is pretended.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{active, arn};
use crate::Error;
use crate::error::invalid;

/// The only encryption there is.
const DEFAULT: &str = "SITEWISE_DEFAULT_ENCRYPTION";

/// Keeps the default encryption, which is the only one.
///
/// Errors in the order of their checks: a key where none belongs, no key where one belongs, no key service. All are
/// `InvalidRequestException`, the last one assumed.
pub fn put(
    tx: &mut Tx,
    call: &Call,
    input: &t::PutDefaultEncryptionConfigurationRequest,
) -> Result<t::PutDefaultEncryptionConfigurationResponse, Error> {
    call.allow(tx, "iotsitewise:PutDefaultEncryptionConfiguration", &arn(call, "encryption"))?;
    match (input.encryption_type.as_str(), &input.kms_key_id) {
        (DEFAULT, None) => Ok(t::PutDefaultEncryptionConfigurationResponse {
            encryption_type: DEFAULT.to_owned(),
            kms_key_arn: None,
            configuration_status: active(),
        }),
        (DEFAULT, Some(key)) => Err(invalid(format!(
            "kmsKeyId '{key}' belongs to encryptionType KMS_BASED_ENCRYPTION; leave it out with {DEFAULT}"
        ))),
        (_, None) => Err(invalid("kmsKeyId is required when encryptionType is KMS_BASED_ENCRYPTION")),
        (_, Some(_)) => Err(invalid(format!(
            "encryptionType KMS_BASED_ENCRYPTION is not possible: no key service is configured; {DEFAULT} is"
        ))),
    }
}

/// Describes the default encryption.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    _input: &t::DescribeDefaultEncryptionConfigurationRequest,
) -> Result<t::DescribeDefaultEncryptionConfigurationResponse, Error> {
    call.allow(tx, "iotsitewise:DescribeDefaultEncryptionConfiguration", &arn(call, "encryption"))?;
    Ok(t::DescribeDefaultEncryptionConfigurationResponse {
        encryption_type: DEFAULT.to_owned(),
        kms_key_arn: None,
        configuration_status: active(),
    })
}
