//! Datasets in the API's structures.

use model_sitewise::types as t;

use super::{Content, DatasetState};

/// Shows the state of a dataset; a FAILED one says why.
pub(super) fn status(state: DatasetState) -> t::DatasetStatus {
    let error = (state == DatasetState::Failed).then(|| t::ErrorDetails {
        code: "VALIDATION_ERROR".to_owned(),
        message:
            "No retrieval backend is configured on this server: the dataset is kept, and nothing can be \
                  retrieved from its knowledge base"
                .to_owned(),
        details: None,
    });
    t::DatasetStatus { state: state.as_str().to_owned(), error }
}

/// Shows the source of a dataset as it was sent.
pub(super) fn source(content: &Content) -> t::DatasetSource {
    let kendra = t::KendraSourceDetail {
        knowledge_base_arn: content.knowledge_base_arn.clone(),
        role_arn: content.role_arn.clone(),
    };
    t::DatasetSource {
        source_type: "KENDRA".to_owned(),
        source_format: "KNOWLEDGE_BASE".to_owned(),
        source_detail: Some(t::SourceDetail { kendra: Some(kendra) }),
    }
}
