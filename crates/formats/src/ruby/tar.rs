//! A tar archive that is looked through as it arrives: headers are read, contents are passed on, nothing is kept.

/// The size of a header, and what the content of files is filled up to.
const BLOCK_BYTES: usize = 512;
/// The longest name that is read.
const NAME_BYTES_MAX: u64 = 64 << 10;

/// Why an archive is not taken.
pub(super) enum TarError<E> {
    /// A header makes no sense.
    Header,
    /// It has more entries than are taken.
    TooManyEntries(usize),
    /// It ends in the middle of an entry.
    Short,
    /// Whoever looks at its entries refuses one.
    Refused(E),
}

/// An entry, as its header describes it.
pub(super) struct Entry {
    pub(super) path: String,
    /// The letter of its kind.
    pub(super) kind: u8,
    /// Where it leads, if it is a link.
    pub(super) link: String,
    pub(super) bytes: u64,
}

/// Looks at the entries of an archive.
pub(super) trait Visitor {
    type Error;
    fn enter(&mut self, entry: &Entry) -> Result<(), Self::Error>;
    fn content(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;
    fn leave(&mut self) -> Result<(), Self::Error>;
}

#[derive(Debug)]
enum Place {
    Header,
    /// In a file: how much of it is missing, and how much of what it is filled up with.
    Content(u64, u64),
    /// In a name that did not fit a header; whether it is one of pax.
    Name(Vec<u8>, bool, u64, u64),
    /// Behind the mark that ends an archive.
    End,
}

/// The state of an archive that is looked through.
#[derive(Debug)]
pub(super) struct Tar<V> {
    pub(super) visitor: V,
    place: Place,
    header: Vec<u8>,
    long_name: Option<String>,
    entries: usize,
    entries_max: usize,
}

impl<V: Visitor> Tar<V> {
    pub(super) fn new(visitor: V, entries_max: usize) -> Self {
        let header = Vec::with_capacity(BLOCK_BYTES);
        Self { visitor, place: Place::Header, header, long_name: None, entries: 0, entries_max }
    }

    /// Takes the next bytes.
    pub(super) fn take(&mut self, mut bytes: &[u8]) -> Result<(), TarError<V::Error>> {
        while !bytes.is_empty() {
            match &mut self.place {
                Place::End => return Ok(()),
                Place::Header => {
                    let (now, rest) = bytes.split_at((BLOCK_BYTES - self.header.len()).min(bytes.len()));
                    self.header.extend_from_slice(now);
                    bytes = rest;
                    if self.header.len() == BLOCK_BYTES {
                        let header = std::mem::replace(&mut self.header, Vec::with_capacity(BLOCK_BYTES));
                        self.place = self.enter(&header)?;
                    }
                }
                Place::Content(missing, padding) => {
                    let (now, rest) = bytes.split_at(at_most(*missing, bytes.len()));
                    *missing -= now.len() as u64;
                    let (filling, rest) = rest.split_at(at_most(*padding, rest.len()));
                    *padding -= filling.len() as u64;
                    bytes = rest;
                    if !now.is_empty() {
                        self.visitor.content(now).map_err(TarError::Refused)?;
                    }
                }
                Place::Name(name, _, missing, padding) => {
                    let (now, rest) = bytes.split_at(at_most(*missing, bytes.len()));
                    name.extend_from_slice(now);
                    *missing -= now.len() as u64;
                    let (filling, rest) = rest.split_at(at_most(*padding, rest.len()));
                    *padding -= filling.len() as u64;
                    bytes = rest;
                }
            }
            self.leave_if_done()?;
        }
        Ok(())
    }

    /// Ends the archive.
    pub(super) fn end(&self) -> Result<(), TarError<V::Error>> {
        match self.place {
            Place::End => Ok(()),
            Place::Header if self.header.is_empty() && self.entries > 0 => Ok(()),
            Place::Header | Place::Content(..) | Place::Name(..) => Err(TarError::Short),
        }
    }

    fn enter(&mut self, header: &[u8]) -> Result<Place, TarError<V::Error>> {
        if header.iter().all(|byte| *byte == 0) {
            return Ok(Place::End);
        }
        self.entries += 1;
        if self.entries > self.entries_max {
            return Err(TarError::TooManyEntries(self.entries_max));
        }
        if !is_sound(header) {
            return Err(TarError::Header);
        }
        let size = octal(&header[124..136]).ok_or(TarError::Header)?;
        let padded = size.checked_next_multiple_of(BLOCK_BYTES as u64).ok_or(TarError::Header)?;
        let padding = padded - size;
        let kind = header[156];
        if matches!(kind, b'L' | b'x' | b'g') {
            if size > NAME_BYTES_MAX {
                return Err(TarError::Header);
            }
            // Remarks about the whole archive name nothing.
            return Ok(Place::Name(Vec::new(), kind != b'L', size, padding));
        }
        let path = self.long_name.take().unwrap_or_else(|| header_path(header));
        let entry = Entry { path, kind, link: text(&header[157..257]), bytes: size };
        self.visitor.enter(&entry).map_err(TarError::Refused)?;
        Ok(Place::Content(size, padding))
    }

    /// Takes what came of an entry that is complete.
    fn leave_if_done(&mut self) -> Result<(), TarError<V::Error>> {
        match &mut self.place {
            Place::Content(0, 0) => self.visitor.leave().map_err(TarError::Refused)?,
            Place::Name(name, pax, 0, 0) => {
                let name = String::from_utf8_lossy(name).into_owned();
                let name = if *pax { pax_path(&name) } else { Some(name.trim_end_matches('\0').to_owned()) };
                self.long_name = name.or(self.long_name.take());
            }
            Place::Header | Place::End | Place::Content(..) | Place::Name(..) => return Ok(()),
        }
        self.place = Place::Header;
        Ok(())
    }
}

fn at_most(wanted: u64, there: usize) -> usize {
    usize::try_from(wanted).map_or(there, |wanted| wanted.min(there))
}

/// Compares the checksum of a header.
fn is_sound(header: &[u8]) -> bool {
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    // The field itself counts as spaces.
    let computed = sum(header) - sum(&header[148..156]) + 8 * u64::from(b' ');
    octal(&header[148..156]) == Some(computed)
}

/// The path in a ustar header: a prefix and a name.
fn header_path(header: &[u8]) -> String {
    let (name, prefix) = (text(&header[..100]), text(&header[345..500]));
    let is_ustar = &header[257..263] == b"ustar\0";
    if is_ustar && !prefix.is_empty() { format!("{prefix}/{name}") } else { name }
}

fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

/// The path in a pax header, made of records `length key=value\n`.
fn pax_path(records: &str) -> Option<String> {
    let named = |line: &str| line.split_once(' ')?.1.strip_prefix("path=").map(str::to_owned);
    records.lines().filter_map(named).next_back()
}

/// A number of a header: octal digits.
fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}
