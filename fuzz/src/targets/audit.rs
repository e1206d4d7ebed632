//! Audits of npm in both shapes, and what registries answer to them.

use std::collections::BTreeSet;

use formats::npm::audit::{Audit, Audited, Shape, merged};
use formats::npm::name::PackageName;

use crate::choices::Choices;

pub(super) const WORDS: &[&str] = &[
    "{\"lodash\":[\"1.0.0\"]}",
    "\"@acme/secret\":[\"1.0.0\"]",
    "\"dependencies\":{",
    "\"@acme/secret\":{\"version\":\"1.0.0\"",
    "\"lodash\":{\"version\":\"1.0.0\"}",
    "\"requires\":{\"@acme/secret\":\"1\"}",
    "\"requires\":true",
    "\"advisories\":{\"1\":{\"severity\":\"high\",\"findings\":[{\"paths\":[\"a>b\"]}]}}",
    "\"metadata\":{\"vulnerabilities\":{\"high\":1}}",
    "\"id\":1",
    "0000000000000000000000000000000000000001",
    "{",
    "}",
    "\u{1}",
];

/// What is told names only what may be told, can be read as an audit again, and any answer to it is read or refused.
pub(super) fn body(data: &[u8]) {
    let mut choices = Choices::new(data);
    let shape = if choices.byte() & 1 == 0 { Shape::Bulk } else { Shape::Tree };
    let mut parts = choices.rest().split(|byte| *byte == 1);
    let mut next = || parts.next().unwrap_or_default();
    let (body, answers) = (next(), [next(), next()]);
    let Ok(audit) = Audit::read(shape, body) else { return };
    let is_ours = |name: &PackageName| name.scope().is_some();
    let told: Audited = audit
        .packages()
        .iter()
        .filter(|(name, _)| !is_ours(name))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect();
    crate::note((audit.packages().len(), told.len()));
    let Some(sent) = audit.told(&told) else { return };
    let text = sent.body.to_string();
    assert!(!text.contains('@'), "a scoped name was told: {text}");
    let again = Audit::read(shape, text.as_bytes()).expect("what is sent is an audit");
    let known = |(name, versions): (&PackageName, &BTreeSet<String>)| {
        assert_eq!(again.packages().get(name), Some(versions), "{name} is not told");
    };
    told.iter().for_each(known);
    let answered: Vec<_> = answers.iter().filter_map(|answer| sent.answered(answer)).collect();
    crate::note(answered.len());
    drop(merged(shape, answered));
}
