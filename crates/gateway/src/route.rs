//! Which restJson operation a method and path mean.
//!
//! A tree over path segments; a literal wins over a label (`/computation-models/data-binding-usages` over
//! `/computation-models/{computationModelId}`). A trailing slash does not matter. The Host is not looked at:
//! SiteWise's SDKs put `api.`, `data.` or `monitor.` before it.

use std::collections::HashMap;

use model::Spec;
use percent_encoding::percent_decode_str;

/// The routes of all restJson operations.
#[derive(Default)]
pub(crate) struct Routes {
    root: Node,
}

#[derive(Default)]
struct Node {
    literals: HashMap<&'static str, Node>,
    label: Option<Box<Node>>,
    /// By method; the names of the labels on the way, in order.
    operations: Vec<(&'static str, &'static Spec, Vec<&'static str>)>,
}

/// What a path led to.
pub(crate) enum Found {
    /// An operation with the values of its labels, percent-decoded once.
    Operation(&'static Spec, Vec<(&'static str, String)>),
    /// A path that exists, under other methods.
    OtherMethod,
    /// A label is not UTF-8 after decoding.
    NotText,
    /// Nothing.
    Nothing,
}

impl Routes {
    /// Enters an operation under its URI template.
    pub(crate) fn enter(&mut self, spec: &'static Spec) {
        let mut node = &mut self.root;
        let mut labels = Vec::new();
        for segment in segments(spec.uri) {
            node = match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some(label) => {
                    labels.push(label);
                    node.label.get_or_insert_default()
                }
                None => node.literals.entry(segment).or_default(),
            };
        }
        let taken = node.operations.iter().find(|(method, ..)| *method == spec.method);
        assert!(taken.is_none(), "two operations share {} {}", spec.method, spec.uri);
        node.operations.push((spec.method, spec, labels));
    }

    /// Finds the operation for a raw path.
    pub(crate) fn find(&self, method: &str, path: &str) -> Found {
        let segments: Vec<&str> = segments(path).collect();
        let mut values = Vec::new();
        let Some(node) = self.root.walk(&segments, &mut values) else { return Found::Nothing };
        let Some((_, spec, labels)) = node.operations.iter().find(|(name, ..)| *name == method) else {
            return Found::OtherMethod;
        };
        let mut decoded = Vec::with_capacity(labels.len());
        for (label, value) in labels.iter().zip(values) {
            match percent_decode_str(value).decode_utf8() {
                Ok(text) => decoded.push((*label, text.into_owned())),
                Err(_) => return Found::NotText,
            }
        }
        Found::Operation(spec, decoded)
    }
}

impl Node {
    fn walk<'n, 'a>(&'n self, segments: &[&'a str], values: &mut Vec<&'a str>) -> Option<&'n Self> {
        let Some((first, rest)) = segments.split_first() else {
            return (!self.operations.is_empty()).then_some(self);
        };
        if let Some(found) = self.literals.get(*first).and_then(|node| node.walk(rest, values)) {
            return Some(found);
        }
        let label = self.label.as_deref()?;
        let before = values.len();
        values.push(first);
        let found = label.walk(rest, values);
        if found.is_none() {
            values.truncate(before);
        }
        found
    }
}

/// Splits a path; empty segments are kept inside, for an empty label is a wrong one and not an absent one.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.strip_suffix('/').unwrap_or(path).split('/')
}
