//! Page tokens.

use std::sync::Arc;

use model::Timestamp;
use service::page::{Page, key};
use service::{Call, Installation};

use crate::choices::Choices;

/// A token opens to what it was sealed with; anything else is refused, and keys keep the promises of names.
pub(super) fn token(data: &[u8]) {
    let mut choices = Choices::new(data);
    let call = call();
    let arguments = [String::from_utf8_lossy(choices.take(4)).into_owned()];
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let spec = model_codeartifact::SPECS[0];
    let page = Page::new(&call, spec, &arguments);
    let cursor: Vec<String> = (0..choices.below(4))
        .map(|_| {
            let length = choices.below(1_000);
            String::from_utf8_lossy(choices.take(length)).into_owned()
        })
        .collect();
    let cursor: Vec<&str> = cursor.iter().map(String::as_str).collect();
    let sealed = page.seal(&cursor);
    let opened = page.open(&sealed, Some(0)).expect("a token opens");
    assert_eq!(opened, cursor, "a token gives back what it holds");
    let rest = choices.rest();
    let given = String::from_utf8_lossy(rest);
    assert!(page.open(&given, None).is_err() || *given == sealed, "{given} was made by nobody and opens");
    let mut changed = sealed.clone().into_bytes();
    if let Some((at, byte)) = rest.split_first() {
        let at = usize::from(*at) % changed.len();
        changed[at] = *byte.first().unwrap_or(&b'A');
        let changed = String::from_utf8_lossy(&changed);
        assert!(page.open(&changed, None).is_err() || *changed == *sealed, "{changed} was changed and opens");
    }
    if let Some((first, second)) = given.split_at_checked(given.len() / 2) {
        assert_eq!(key(first) == key(second), first == second, "names that differ have keys that differ");
        assert!(key(first).len() <= 1_000, "keys are bounded");
    }
}

fn call() -> Call {
    Call {
        account: "111122223333".to_owned(),
        region: "us-east-1".to_owned(),
        partition: "aws".to_owned(),
        principal: "arn:aws:iam::111122223333:user/local".to_owned(),
        request_id: String::new(),
        base_url: "http://localhost".to_owned(),
        now: Timestamp::from_millis(1_700_000_000_000),
        source: service::Source::default(),
        installation: Arc::new(Installation { page_key: [3; 32], ..Installation::default() }),
    }
}
