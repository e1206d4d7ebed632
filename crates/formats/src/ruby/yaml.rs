//! YAML as a tree of texts, lists and maps: enough to read a gemspec, bounded, and never turned into objects.

use std::collections::HashMap;
use std::sync::Arc;

use saphyr_parser::{Event, Parser};

/// How deep a document may nest: a gemspec has some ten levels.
const DEPTH_MAX: usize = 64;
/// How many nodes it may have: every file of a gem is one.
const NODES_MAX: usize = 1_000_000;

/// A node; what an alias repeats is shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// A text, and whether it is written without quotes, so that it may mean something else.
    Scalar(String, bool),
    List(Vec<Arc<Node>>),
    Map(Vec<(Arc<Node>, Arc<Node>)>),
}

impl Node {
    /// Reads the first document of a text; the error says what is wrong with it.
    pub(super) fn read(text: &str) -> Result<Arc<Node>, String> {
        let mut building = Building::default();
        for event in Parser::new_from_str(text) {
            let (event, _) = event.map_err(|error| error.to_string())?;
            if let Some(root) = building.take(event)? {
                return Ok(root);
            }
        }
        Err("it is empty".to_owned())
    }

    /// The member of a map.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        let Node::Map(members) = self else { return None };
        let named = |key: &Node| matches!(key, Node::Scalar(text, _) if text == name);
        members.iter().find(|(key, _)| named(key)).map(|(_, value)| &**value)
    }

    /// The text of a scalar that is neither nothing nor `null`.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Node::Scalar(text, true) if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL") => None,
            Node::Scalar(text, _) => Some(text),
            Node::List(_) | Node::Map(_) => None,
        }
    }

    /// The elements of a list.
    pub(super) fn list(&self) -> &[Arc<Node>] {
        match self {
            Node::List(elements) => elements,
            Node::Scalar(..) | Node::Map(_) => &[],
        }
    }

    /// The pairs of a map.
    pub(super) fn pairs(&self) -> &[(Arc<Node>, Arc<Node>)] {
        match self {
            Node::Map(pairs) => pairs,
            Node::Scalar(..) | Node::List(_) => &[],
        }
    }
}

/// A tree that is being put together.
#[derive(Default)]
struct Building {
    open: Vec<(Node, usize, Option<Arc<Node>>)>,
    anchors: HashMap<usize, Arc<Node>>,
    nodes: usize,
}

impl Building {
    /// Takes the next event; answers the root when it is complete.
    fn take(&mut self, event: Event<'_>) -> Result<Option<Arc<Node>>, String> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let plain = style == saphyr_parser::ScalarStyle::Plain;
                self.place(Arc::new(Node::Scalar(text.into_owned(), plain)), anchor)
            }
            Event::SequenceStart(anchor, _) => self.enter(Node::List(Vec::new()), anchor),
            Event::MappingStart(anchor, _) => self.enter(Node::Map(Vec::new()), anchor),
            Event::SequenceEnd | Event::MappingEnd => {
                let (node, anchor, _) = self.open.pop().ok_or("it ends something that did not begin")?;
                self.place(Arc::new(node), anchor)
            }
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).map(Arc::clone);
                self.place(node.ok_or("it repeats what is not there")?, 0)
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(None),
        }
    }

    fn enter(&mut self, node: Node, anchor: usize) -> Result<Option<Arc<Node>>, String> {
        if self.open.len() >= DEPTH_MAX {
            return Err(format!("it nests deeper than {DEPTH_MAX} levels"));
        }
        self.open.push((node, anchor, None));
        Ok(None)
    }

    fn place(&mut self, node: Arc<Node>, anchor: usize) -> Result<Option<Arc<Node>>, String> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return Err(format!("it has more than {NODES_MAX} nodes"));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, Arc::clone(&node));
        }
        match self.open.last_mut() {
            None => return Ok(Some(node)),
            Some((Node::List(elements), ..)) => elements.push(node),
            Some((Node::Map(pairs), _, key)) => match key.take() {
                None => *key = Some(node),
                Some(key) => pairs.push((key, node)),
            },
            Some((Node::Scalar(..), ..)) => {}
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_becomes_a_tree_and_aliases_share() {
        let text = "--- !ruby/object:X\na: &1\n- 'one'\n- two\nb: *1\nc: ~\nd: ''\n";
        let root = Node::read(text).unwrap();
        assert_eq!(root.get("a").unwrap().list()[1].text(), Some("two"));
        assert_eq!(root.get("b"), root.get("a"));
        assert_eq!(root.get("c").unwrap().text(), None);
        assert_eq!(root.get("d").unwrap().text(), Some(""));
        assert_eq!(root.get("e"), None);
    }

    #[test]
    fn what_is_no_document_is_refused() {
        let deep = "[".repeat(DEPTH_MAX + 1);
        for bad in ["", "a: [", "a: *b", "\"", deep.as_str(), "a: 'x\n---\n\0"] {
            assert!(Node::read(bad).is_err(), "{bad:?}");
        }
    }
}
