//! Publish bodies of npm, cut in any places.

use formats::npm::name::PackageName;
use formats::npm::publish::{BodyError, Change, Document, Limits, Piece, Reader};

use crate::choices::Choices;

pub(super) const WORDS: &[&str] = &[
    "\"_attachments\":{",
    "\"_attachm\\u0065nts\":{",
    "\"data\":\"",
    "\"length\":3",
    "\"versions\":{\"1.0.0\":{",
    "\"name\":\"a\"",
    "\"version\":\"1.0.0\"",
    "\"dist-tags\":{\"latest\":\"1.0.0\"}",
    "\"deprecated\":\"no\"",
    "\"dist\":{\"integrity\":\"sha512-\"}",
    "a-1.0.0.tgz",
    "a-1.0.0.sigstore",
    "\"data\":\"{\\\"mediaType\\\":\\\"sigstore.bundle\\\"}\"",
    "AAAA",
    "AA==",
    "\\u0041",
    "\\/",
    "\\",
    "{",
    "}",
    "\"",
];

const LIMITS: Limits = Limits { document_bytes_max: 4 * 1024, attachment_bytes_max: 512, attachments_max: 2 };

type Outcome = Result<(Document, Vec<(String, Vec<u8>)>), BodyError>;

/// Wherever a body is cut, the result is the same; what it asks for is read or refused.
pub(super) fn body(data: &[u8]) {
    let mut choices = Choices::new(data);
    let cuts = [choices.below(300), choices.below(20), 1 + choices.below(7)];
    let body = choices.rest();
    let whole = read([body]);
    crate::note(whole.as_ref().err().map(std::mem::discriminant));
    assert_eq!(read(body.chunks(1)), whole, "byte by byte");
    assert_eq!(read(body.chunks(cuts[2])), whole, "in chunks of {}", cuts[2]);
    let (first, rest) = body.split_at(cuts[0].min(body.len()));
    let (second, third) = rest.split_at(cuts[1].min(rest.len()));
    assert_eq!(read([first, second, third]), whole, "cut at {} and {} further", cuts[0], cuts[1]);
    let Ok((document, _)) = whole else { return };
    if let Some(provenance) = &document.provenance {
        crate::note(formats::npm::provenance::attestations(provenance).is_some());
    }
    let name = PackageName::parse("a").expect("it is a name");
    crate::note(Change::read(&name, document).err().map(|error| std::mem::discriminant(&error)));
}

fn read<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut reader = Reader::new(LIMITS);
    let mut attachments: Vec<(String, Vec<u8>)> = Vec::new();
    let mut ended = true;
    let mut sink = |piece: Piece<'_>| match piece {
        Piece::Begin(name) => {
            assert!(ended, "the one before is complete");
            ended = false;
            attachments.push((name.to_owned(), Vec::new()));
        }
        Piece::Bytes(bytes) => {
            let (_, content) = attachments.last_mut().expect("an attachment began");
            content.extend_from_slice(bytes);
            assert!(content.len() <= 512, "an attachment is bounded");
        }
        Piece::End => ended = true,
    };
    for part in parts {
        reader.feed(part, &mut sink)?;
    }
    let document = reader.finish()?;
    assert!(ended, "an attachment has no end");
    // Provenance is text of the document and does not go to the sink.
    let told: Vec<(String, usize)> = document
        .attachments
        .iter()
        .filter(|attachment| !attachment.name.ends_with(".sigstore"))
        .map(|a| (a.name.clone(), usize::try_from(a.size).expect("it is small")))
        .collect();
    let seen: Vec<(String, usize)> =
        attachments.iter().map(|(name, bytes)| (name.clone(), bytes.len())).collect();
    assert_eq!(told, seen, "the document names what the sink was given");
    Ok((document, attachments))
}
