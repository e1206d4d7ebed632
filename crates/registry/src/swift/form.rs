//! The body of a publish request: its archive into a blob as it comes, its small parts into memory within bounds.

use formats::multipart::{FormError, Piece, Reader};
use formats::swift::transfer::{self, Decoder, Encoding};
use store::{Blobs, Stage};

use super::limits::{ARCHIVE_BYTES_MAX, METADATA_WRITTEN_BYTES_MAX, SIGNATURE_BYTES_MAX};
use crate::intake::Intake;
use crate::refusal::Refusal;

/// How much of the body is taken apart before what came of it is written.
const STEP_BYTES: usize = 64 << 10;

/// What came in.
pub(super) struct Form {
    /// The source archive.
    pub(super) archive: Stage,
    /// Its signature.
    pub(super) signature: Option<Vec<u8>>,
    /// The metadata as it was written, and how that is.
    pub(super) metadata: Option<(Encoding, Vec<u8>)>,
    /// Its signature.
    pub(super) metadata_signature: Option<Vec<u8>>,
}

/// A part that is held in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Signature,
    Metadata,
    MetadataSignature,
}

/// What the bytes that are read belong to.
enum Part {
    Archive(Decoder),
    Small(Field, Encoding, Vec<u8>),
    /// A part that means nothing here: read and not kept.
    Other,
}

/// What is known of a form that is being read.
struct Intaking {
    part: Part,
    archive_began: bool,
    /// Bytes of the archive that came with the last step.
    archive: Vec<u8>,
    small: Vec<(Field, Encoding, Vec<u8>)>,
}

/// Reads a form.
///
/// Errors in this order of the body: a part that comes twice, one of an encoding that nobody knows or that is not written
/// so, one that is too large, a broken form; at the end, no archive.
pub(super) async fn read(mut reader: Reader, intake: &mut Intake, blobs: &Blobs) -> Result<Form, Refusal> {
    let mut intaking =
        Intaking { part: Part::Other, archive_began: false, archive: Vec::new(), small: Vec::new() };
    let (mut stage, mut size) = (blobs.stage(), 0);
    while let Some(bytes) = intake.next().await? {
        for step in bytes.chunks(STEP_BYTES) {
            let mut outcome = Ok(());
            let mut sink = |piece: Piece<'_>| {
                if outcome.is_ok() {
                    outcome = intaking.take(piece);
                }
            };
            reader.feed(step, &mut sink).map_err(broken)?;
            outcome?;
            size += intaking.archive.len() as u64;
            if size > ARCHIVE_BYTES_MAX {
                let sentence = format!("the source archive is larger than {ARCHIVE_BYTES_MAX} bytes");
                return Err(Refusal::new(413, sentence));
            }
            stage.write(&intaking.archive).await?;
            intaking.archive.clear();
        }
    }
    reader.finish().map_err(broken)?;
    if !intaking.archive_began {
        return Err(Refusal::new(422, "the form has no part source-archive"));
    }
    intaking.finish(stage)
}

impl Intaking {
    fn take(&mut self, piece: Piece<'_>) -> Result<(), Refusal> {
        match piece {
            Piece::Begin { name, encoding, .. } => {
                self.part = self.begin(name, encoding)?;
                Ok(())
            }
            Piece::Bytes(bytes) => match &mut self.part {
                Part::Archive(decoder) => {
                    decoder.feed(bytes, &mut self.archive).map_err(|_| misspelled("source-archive"))
                }
                Part::Small(field, _, held) => {
                    if held.len() + bytes.len() > field.bytes_max() {
                        let (name, bytes_max) = (field.name(), field.bytes_max());
                        let sentence = format!("the part {name} is larger than {bytes_max} bytes");
                        return Err(Refusal::new(413, sentence));
                    }
                    held.extend_from_slice(bytes);
                    Ok(())
                }
                Part::Other => Ok(()),
            },
            Piece::End => match std::mem::replace(&mut self.part, Part::Other) {
                Part::Archive(decoder) => {
                    decoder.finish(&mut self.archive).map_err(|_| misspelled("source-archive"))
                }
                Part::Small(field, encoding, held) => {
                    self.small.push((field, encoding, held));
                    Ok(())
                }
                Part::Other => Ok(()),
            },
        }
    }

    fn begin(&mut self, name: &str, encoding: Option<&str>) -> Result<Part, Refusal> {
        let field = [Field::Signature, Field::Metadata, Field::MetadataSignature]
            .into_iter()
            .find(|field| field.name() == name);
        if field.is_none() && name != "source-archive" {
            return Ok(Part::Other);
        }
        let again = match field {
            Some(field) => self.small.iter().any(|(held, ..)| *held == field),
            None => std::mem::replace(&mut self.archive_began, true),
        };
        if again {
            return Err(Refusal::new(400, format!("the form has more than one part {name}")));
        }
        let encoding = Encoding::read(encoding).ok_or_else(|| {
            Refusal::new(
                400,
                format!("the part {name} has a Content-Transfer-Encoding that is not understood"),
            )
        })?;
        Ok(match field {
            Some(field) => Part::Small(field, encoding, Vec::new()),
            None => Part::Archive(Decoder::new(encoding)),
        })
    }

    fn finish(self, archive: Stage) -> Result<Form, Refusal> {
        let mut form = Form { archive, signature: None, metadata: None, metadata_signature: None };
        for (field, encoding, written) in self.small {
            if field == Field::Metadata {
                form.metadata = Some((encoding, written));
                continue;
            }
            let meant = transfer::decode(encoding, &written).map_err(|_| misspelled(field.name()))?;
            let signature = Some(meant).filter(|meant| !meant.is_empty());
            match field {
                Field::Signature => form.signature = signature,
                Field::Metadata | Field::MetadataSignature => form.metadata_signature = signature,
            }
        }
        Ok(form)
    }
}

impl Field {
    fn name(self) -> &'static str {
        match self {
            Self::Signature => "source-archive-signature",
            Self::Metadata => "metadata",
            Self::MetadataSignature => "metadata-signature",
        }
    }

    fn bytes_max(self) -> usize {
        match self {
            Self::Signature | Self::MetadataSignature => SIGNATURE_BYTES_MAX,
            Self::Metadata => METADATA_WRITTEN_BYTES_MAX,
        }
    }
}

fn misspelled(name: &str) -> Refusal {
    Refusal::new(422, format!("the part {name} is not written as its Content-Transfer-Encoding says"))
}

fn broken(error: FormError) -> Refusal {
    Refusal::new(400, error.to_string())
}
