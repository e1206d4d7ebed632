//! The authorization tokens of CodeArtifact.

use codeartifact::domain::DomainKey;
use codeartifact::token::{Claims, sign, verify as read};
use model::Timestamp;

use crate::choices::Choices;

const SECRET: [u8; 32] = [7; 32];

/// What was signed reads back; what was changed, or made by anybody else, does not.
pub(super) fn verify(data: &[u8]) {
    let mut choices = Choices::new(data);
    let mut text = |length| String::from_utf8_lossy(choices.take(length)).into_owned();
    let claims = Claims {
        domain: DomainKey { account: text(12), region: text(9), name: text(50) },
        account: text(12),
        principal: text(40),
        issued_ms: 1_699_956_800_125,
        expires_s: 1_700_000_000,
    };
    let token = sign(&SECRET, &claims);
    let before = Timestamp::from_millis(1_600_000_000_000);
    assert_eq!(read(&SECRET, &token, before).as_ref(), Ok(&claims));
    assert!(read(&SECRET, &token, Timestamp::from_millis(1_700_000_000_000)).is_err(), "it has expired");
    assert!(read(&[8; 32], &token, before).is_err(), "another key did not sign it");
    let rest = choices.rest();
    let given = String::from_utf8_lossy(rest);
    assert!(read(&SECRET, &given, before).is_err() || *given == *token, "{given} was signed by nobody");
    if let [at, byte, ..] = rest {
        let mut changed = token.clone().into_bytes();
        let at = usize::from(*at) % changed.len();
        changed[at] = *byte;
        let changed = String::from_utf8_lossy(&changed);
        assert!(read(&SECRET, &changed, before).is_err() || *changed == *token, "{changed} was changed");
    }
}
