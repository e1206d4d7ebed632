//! The tree that hierarchy definitions draw over models: no model below itself, and not too many in one tree.

use std::collections::{HashMap, HashSet};

use crate::Error;
use crate::error::{invalid, limit};
use crate::id::AssetModelId;
use crate::limits::MODELS_PER_TREE_MAX;

/// Who has whom as child model, over all models of an account in a Region.
#[derive(Debug, Default)]
pub struct ModelTree {
    children: HashMap<AssetModelId, HashSet<AssetModelId>>,
}

impl ModelTree {
    /// Draws the tree from pairs of parent and child.
    pub fn new(edges: Vec<(AssetModelId, AssetModelId)>) -> Self {
        let mut tree = Self::default();
        for (parent, child) in edges {
            tree.children.entry(parent).or_default().insert(child);
        }
        tree
    }

    /// Gives one model new children in place of those it has, and checks what comes of it.
    ///
    /// A model below itself is `InvalidRequestException` (assumed; AWS's quotas presuppose a tree), too many models
    /// in one tree are `LimitExceededException`.
    pub fn replace(&mut self, model: &AssetModelId, children: HashSet<AssetModelId>) -> Result<(), Error> {
        self.children.insert(model.clone(), children);
        let below = self.below(model);
        if below.contains(model) {
            return Err(invalid(format!(
                "The hierarchies of asset model '{model}' would put the model below itself"
            )));
        }
        for root in self.roots_above(model) {
            let size = self.below(&root).len() + 1;
            if size > MODELS_PER_TREE_MAX {
                return Err(limit(format!(
                    "The hierarchies below asset model '{root}' would join {size} asset models; \
                     {MODELS_PER_TREE_MAX} are allowed"
                )));
            }
        }
        Ok(())
    }

    /// All models below one; the model itself only when there is a cycle.
    fn below(&self, model: &AssetModelId) -> HashSet<AssetModelId> {
        let children = |model: &AssetModelId| self.children.get(model).into_iter().flatten().cloned();
        let mut below = HashSet::new();
        let mut open: Vec<AssetModelId> = children(model).collect();
        while let Some(next) = open.pop() {
            if !below.contains(&next) {
                open.extend(children(&next));
                below.insert(next);
            }
        }
        below
    }

    /// The models without parent from which one can be reached, itself if it has none.
    fn roots_above(&self, model: &AssetModelId) -> HashSet<AssetModelId> {
        let mut seen = HashSet::from([model.clone()]);
        let mut open = vec![model.clone()];
        let mut roots = HashSet::new();
        while let Some(next) = open.pop() {
            let parents: Vec<&AssetModelId> = self
                .children
                .iter()
                .filter(|(_, below)| below.contains(&next))
                .map(|(parent, _)| parent)
                .collect();
            if parents.is_empty() {
                roots.insert(next);
                continue;
            }
            open.extend(parents.into_iter().filter(|parent| seen.insert((*parent).clone())).cloned());
        }
        roots
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: usize) -> AssetModelId {
        AssetModelId::stored(format!("model-{n}"))
    }

    fn chain(length: usize) -> ModelTree {
        ModelTree::new((1..length).map(|n| (id(n - 1), id(n))).collect())
    }

    #[test]
    fn a_model_cannot_stand_below_itself() {
        assert!(chain(3).replace(&id(2), HashSet::from([id(0)])).is_err());
        assert!(chain(3).replace(&id(2), HashSet::from([id(2)])).is_err());
        assert!(chain(3).replace(&id(0), HashSet::from([id(1), id(2)])).is_ok());
    }

    #[test]
    fn a_tree_joins_up_to_fifty_models() {
        assert!(
            chain(MODELS_PER_TREE_MAX - 1)
                .replace(&id(MODELS_PER_TREE_MAX - 2), HashSet::from([id(99)]))
                .is_ok()
        );
        let refused =
            chain(MODELS_PER_TREE_MAX).replace(&id(MODELS_PER_TREE_MAX - 1), HashSet::from([id(99)]));
        let Err(Error::Modelled(model_sitewise::Error::LimitExceeded(refusal))) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(
            refusal.message,
            "The hierarchies below asset model 'model-0' would join 51 asset models; 50 are allowed"
        );
    }
}
