//! The body of an upload: its fields into memory within a bound, its file into a blob as it comes.

use blake2::Blake2b;
use blake2::digest::Digest as _;
use blake2::digest::consts::U32;
use formats::multipart::{FormError, Piece, Reader};
use formats::pypi::page::hexadecimal;
use formats::pypi::upload::FIELDS_BYTES_MAX;
use store::{Blobs, Stage};

use crate::intake::Intake;
use crate::refusal::Refusal;

/// The field that brings the file.
const CONTENT: &str = "content";
/// How much of the body is taken apart before what came of it is written.
const STEP_BYTES: usize = 64 << 10;
/// How many fields a form may have.
const FIELDS_MAX: usize = 20_000;

/// A form that is being read.
pub(super) struct Form {
    /// Its fields in their order, without files.
    pub(super) fields: Vec<(String, String)>,
    /// The file.
    pub(super) file: Option<FormFile>,
}

/// The file of a form.
pub(super) struct FormFile {
    /// Its name.
    pub(super) name: String,
    /// Its bytes.
    pub(super) stage: Stage,
    /// BLAKE2b of 256 bits, in hexadecimal.
    pub(super) blake2_256: String,
    size: u64,
    hash: Blake2b<U32>,
}

/// What the bytes that are read belong to.
enum Part {
    Field(Vec<u8>),
    File,
    /// A file that is not the content: read and not kept.
    Other,
}

/// What came of one step.
#[derive(Default)]
struct Taken {
    /// The file began, of this name.
    began: Option<String>,
    bytes: Vec<u8>,
    failure: Option<Refusal>,
}

/// Takes a form in: [`Intaking::fields`] up to the file, then [`Intaking::rest`].
pub(super) struct Intaking {
    reader: Reader,
    part: Part,
    name: String,
    form: Form,
    file_bytes_max: u64,
    fields_bytes: usize,
    /// What of the file came along with the fields.
    pending: Vec<u8>,
}

impl Intaking {
    /// Starts with the Content-Type of the request, for a file of at most so many bytes.
    pub(super) fn new(content_type: &str, file_bytes_max: u64) -> Result<Self, Refusal> {
        let reader = Reader::new(content_type).map_err(refused)?;
        let form = Form { fields: Vec::new(), file: None };
        let (part, name, pending) = (Part::Other, String::new(), Vec::new());
        Ok(Self { reader, part, name, form, file_bytes_max, fields_bytes: 0, pending })
    }

    /// Reads until the file begins, or the body ends; gives the fields that came before it and the file's name.
    pub(super) async fn fields(
        &mut self,
        intake: &mut Intake,
        blobs: &Blobs,
    ) -> Result<(&[(String, String)], Option<&str>), Refusal> {
        while self.form.file.is_none() {
            let Some(bytes) = intake.next().await? else { break };
            for step in bytes.chunks(STEP_BYTES) {
                let taken = self.take(step, blobs)?;
                self.pending.extend_from_slice(&taken);
            }
        }
        Ok((&self.form.fields, self.form.file.as_ref().map(|file| file.name.as_str())))
    }

    /// Reads everything that is left.
    pub(super) async fn rest(mut self, intake: &mut Intake, blobs: &Blobs) -> Result<Form, Refusal> {
        let pending = std::mem::take(&mut self.pending);
        self.write(&pending).await?;
        while let Some(bytes) = intake.next().await? {
            for step in bytes.chunks(STEP_BYTES) {
                let taken = self.take(step, blobs)?;
                self.write(&taken).await?;
            }
        }
        self.reader.finish().map_err(refused)?;
        if let Some(file) = &mut self.form.file {
            let digest = std::mem::take(&mut file.hash).finalize();
            file.blake2_256 = hexadecimal(&digest);
        }
        Ok(self.form)
    }

    /// Takes one step of the body apart; gives the bytes of the file in it.
    fn take(&mut self, step: &[u8], blobs: &Blobs) -> Result<Vec<u8>, Refusal> {
        let mut taken = Taken::default();
        let (part, name, fields) = (&mut self.part, &mut self.name, &mut self.form.fields);
        let (fields_bytes, has_file) = (&mut self.fields_bytes, self.form.file.is_some());
        let mut sink = |piece: Piece<'_>| match piece {
            Piece::Begin { name: field, file, .. } => {
                field.clone_into(name);
                let again = has_file || taken.began.is_some();
                *part = match file {
                    Some(_) if field == CONTENT && again => {
                        taken.failure = Some(Refusal::new(400, "the form has more than one field content"));
                        Part::Other
                    }
                    Some(file) if field == CONTENT => {
                        taken.began = Some(file.to_owned());
                        Part::File
                    }
                    // A signature, for one: it is not kept.
                    Some(_) => Part::Other,
                    None => Part::Field(Vec::new()),
                };
            }
            Piece::Bytes(bytes) => match part {
                Part::File => taken.bytes.extend_from_slice(bytes),
                Part::Field(text) => {
                    *fields_bytes += bytes.len();
                    if *fields_bytes > FIELDS_BYTES_MAX {
                        let sentence =
                            format!("the fields of the form have more than {FIELDS_BYTES_MAX} bytes");
                        taken.failure.get_or_insert_with(|| Refusal::new(413, sentence));
                    } else {
                        text.extend_from_slice(bytes);
                    }
                }
                Part::Other => {}
            },
            Piece::End => {
                if let Part::Field(text) = std::mem::replace(part, Part::Other) {
                    if fields.len() >= FIELDS_MAX {
                        let sentence = format!("the form has more than {FIELDS_MAX} fields");
                        taken.failure.get_or_insert_with(|| Refusal::new(413, sentence));
                        return;
                    }
                    fields.push((std::mem::take(name), String::from_utf8_lossy(&text).into_owned()));
                }
            }
        };
        self.reader.feed(step, &mut sink).map_err(refused)?;
        if let Some(failure) = taken.failure {
            return Err(failure);
        }
        if let Some(name) = taken.began {
            let (stage, hash) = (blobs.stage(), Blake2b::<U32>::new());
            self.form.file = Some(FormFile { name, stage, blake2_256: String::new(), size: 0, hash });
        }
        Ok(taken.bytes)
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let Some(file) = self.form.file.as_mut().filter(|_| !bytes.is_empty()) else { return Ok(()) };
        file.size += bytes.len() as u64;
        if file.size > self.file_bytes_max {
            let sentence = format!("the file is larger than {} bytes", self.file_bytes_max);
            return Err(Refusal::new(413, sentence));
        }
        file.hash.update(bytes);
        Ok(file.stage.write(bytes).await?)
    }
}

fn refused(error: FormError) -> Refusal {
    Refusal::new(400, error.to_string())
}
