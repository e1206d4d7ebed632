//! Which of several servers a task is about.
//!
//! Source: assumed, migration-hub 10.3.

use std::collections::BTreeSet;

/// What the candidates of all classes come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// This server.
    Server(String),
    /// A server that nobody knows yet.
    Unknown,
    /// One of several; a person has to say which.
    Ambiguous,
}

/// Narrows candidates down, class by class, from the most telling to the least.
#[derive(Debug, Default)]
pub(crate) struct Narrowing {
    left: Option<BTreeSet<String>>,
}

impl Narrowing {
    /// Takes the candidates of the next class; answers the server as soon as there is one.
    ///
    /// A class without candidates says nothing. A class with exactly one decides. Of several only those stay that the
    /// following classes name too; a class that names none of them says nothing either.
    pub(crate) fn take(&mut self, candidates: BTreeSet<String>) -> Option<String> {
        if candidates.len() == 1 {
            return candidates.into_iter().next();
        }
        let Some(left) = &self.left else {
            self.left = (!candidates.is_empty()).then_some(candidates);
            return None;
        };
        let both: BTreeSet<String> = left.intersection(&candidates).cloned().collect();
        if both.len() == 1 {
            return both.into_iter().next();
        }
        if !both.is_empty() {
            self.left = Some(both);
        }
        None
    }

    /// What it comes to when no class is left.
    pub(crate) fn end(self) -> Decision {
        match self.left {
            Some(_) => Decision::Ambiguous,
            None => Decision::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(classes: &[&[&str]]) -> Decision {
        let mut narrowing = Narrowing::default();
        for class in classes {
            let candidates = class.iter().map(|id| (*id).to_owned()).collect();
            if let Some(id) = narrowing.take(candidates) {
                return Decision::Server(id);
            }
        }
        narrowing.end()
    }

    #[test]
    fn the_first_class_with_one_candidate_decides() {
        assert_eq!(decide(&[&[], &["a"], &["b"]]), Decision::Server("a".to_owned()));
        assert_eq!(decide(&[&["a", "b"], &["c"]]), Decision::Server("c".to_owned()));
    }

    #[test]
    fn several_candidates_are_narrowed_down() {
        assert_eq!(decide(&[&["a", "b"], &["b", "c"]]), Decision::Server("b".to_owned()));
        assert_eq!(decide(&[&["a", "b", "c"], &["b", "c"], &["c", "d"]]), Decision::Server("c".to_owned()));
        assert_eq!(decide(&[&["a", "b"], &["c", "d"], &["b", "d"]]), Decision::Server("b".to_owned()));
    }

    #[test]
    fn what_cannot_be_decided_is_left_to_a_person() {
        assert_eq!(decide(&[&["a", "b"], &[]]), Decision::Ambiguous);
        assert_eq!(decide(&[&[], &[]]), Decision::Unknown);
    }
}
