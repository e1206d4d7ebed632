//! What lies in a package's tarball: its `package.json` and its readme.
//!
//! Tarballs come from strangers. Reading stops at the first thing that is not as it should be, and what was found until
//! then is the answer; nothing is ever written to a path that an archive names.

use flate2::read::MultiGzDecoder;
use std::io::{self, BufReader, Read};

/// How much of an unpacked archive is looked through: a fraction of a second. Packages that are larger have their readme
/// before that, and archives that are made to be larger have none.
const UNPACKED_BYTES_MAX: u64 = 256 << 20;
/// The longest file that is taken out.
const FILE_BYTES_MAX: u64 = 4 << 20;
/// The size of a header, and what the content of files is filled up to.
const BLOCK_BYTES: usize = 512;

/// The files of interest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// `package.json`.
    pub manifest: Option<String>,
    /// `README.md`, or another spelling of it.
    pub readme: Option<String>,
}

impl Contents {
    /// Looks through a gzipped archive.
    pub fn read(tarball: impl Read) -> Self {
        Self::read_up_to(UNPACKED_BYTES_MAX, tarball)
    }

    fn read_up_to(unpacked_bytes_max: u64, tarball: impl Read) -> Self {
        let mut contents = Self::default();
        // An archive that breaks off has said what it had to say.
        let unpacked = MultiGzDecoder::new(tarball).take(unpacked_bytes_max);
        let _ = contents.look_through(&mut BufReader::with_capacity(64 << 10, unpacked));
        contents
    }

    fn look_through(&mut self, archive: &mut impl Read) -> io::Result<()> {
        let mut header = [0_u8; BLOCK_BYTES];
        let mut readme_is_markdown = false;
        // A name that does not fit a header comes in an entry of its own, before the file.
        let mut long_name = None;
        loop {
            archive.read_exact(&mut header)?;
            if header.iter().all(|byte| *byte == 0) {
                return Ok(());
            }
            let size = octal(&header[124..136]).ok_or(io::ErrorKind::InvalidData)?;
            let padded =
                size.checked_next_multiple_of(BLOCK_BYTES as u64).ok_or(io::ErrorKind::InvalidData)?;
            let kind = header[156];
            if matches!(kind, b'x' | b'L') && size <= FILE_BYTES_MAX {
                let text = take(archive, size, padded)?;
                long_name =
                    if kind == b'L' { Some(text.trim_end_matches('\0').to_owned()) } else { pax_path(&text) };
                continue;
            }
            let path = long_name.take().unwrap_or_else(|| header_path(&header));
            let name = in_root(&path).unwrap_or_default();
            let lower = name.to_ascii_lowercase();
            let markdown = matches!(lower.as_str(), "readme.md" | "readme.markdown");
            let readme = markdown || lower == "readme" || lower.starts_with("readme.");
            let wanted = name == "package.json"
                || readme && (self.readme.is_none() || markdown && !readme_is_markdown);
            if !wanted || size > FILE_BYTES_MAX || !matches!(kind, b'0' | 0) {
                skip(archive, padded)?;
                continue;
            }
            let text = take(archive, size, padded)?;
            if readme {
                readme_is_markdown = markdown;
                self.readme = Some(text).filter(|text| !text.is_empty());
            } else {
                self.manifest = Some(text);
            }
            if self.manifest.is_some() && self.readme.is_some() && readme_is_markdown {
                return Ok(());
            }
        }
    }
}

/// The file name of a path directly below the archive's one folder, which npm calls `package` and others as they like.
fn in_root(path: &str) -> Option<&str> {
    let (_, name) = path.trim_start_matches("./").split_once('/')?;
    (!name.is_empty() && !name.contains('/')).then_some(name)
}

/// The path in a ustar header: a prefix and a name.
fn header_path(header: &[u8; BLOCK_BYTES]) -> String {
    let text = |field: &[u8]| {
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
        String::from_utf8_lossy(&field[..end]).into_owned()
    };
    let (name, prefix) = (text(&header[..100]), text(&header[345..500]));
    let is_ustar = &header[257..262] == b"ustar" && header[263..265] == *b"00";
    if is_ustar && !prefix.is_empty() { format!("{prefix}/{name}") } else { name }
}

/// The path in a pax header, made of records `length key=value\n`.
fn pax_path(records: &str) -> Option<String> {
    let named = |line: &str| line.split_once(' ')?.1.strip_prefix("path=").map(str::to_owned);
    records.lines().find_map(named)
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}

fn take(archive: &mut impl Read, size: u64, padded: u64) -> io::Result<String> {
    let mut bytes = Vec::new();
    archive.by_ref().take(size).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != size {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    skip(archive, padded - size)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn skip(archive: &mut impl Read, bytes: u64) -> io::Result<()> {
    let skipped = io::copy(&mut archive.by_ref().take(bytes), &mut io::sink())?;
    if skipped == bytes { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write as _;

    fn entry(archive: &mut Vec<u8>, path: &str, kind: u8, content: &[u8]) {
        let mut header = [0_u8; BLOCK_BYTES];
        header[..path.len()].copy_from_slice(path.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = kind;
        header[257..265].copy_from_slice(b"ustar\x0000");
        archive.extend_from_slice(&header);
        archive.extend_from_slice(content);
        archive.resize(archive.len().next_multiple_of(BLOCK_BYTES), 0);
    }

    fn archive(entries: &[(&str, u8, &str)]) -> Vec<u8> {
        let mut archive = Vec::new();
        for (path, kind, content) in entries {
            entry(&mut archive, path, *kind, content.as_bytes());
        }
        archive.resize(archive.len() + 2 * BLOCK_BYTES, 0);
        archive
    }

    fn packed(entries: &[(&str, u8, &str)]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&archive(entries)).unwrap();
        encoder.finish().unwrap()
    }

    fn readme(entries: &[(&str, u8, &str)]) -> Option<String> {
        Contents::read(&packed(entries)[..]).readme
    }

    #[test]
    fn the_manifest_and_the_readme_are_found_whatever_the_folder_is_called() {
        for folder in ["package", "node", "./package"] {
            let (manifest, readme) = (format!("{folder}/package.json"), format!("{folder}/README.md"));
            let deeper = format!("{folder}/lib/README.md");
            let tarball = packed(&[(&deeper, b'0', "no"), (&manifest, b'0', "{}"), (&readme, b'0', "# yes")]);
            let expected = Contents { manifest: Some("{}".into()), readme: Some("# yes".into()) };
            assert_eq!(Contents::read(&tarball[..]), expected, "{folder}");
        }
    }

    #[test]
    fn markdown_is_preferred_and_other_spellings_do() {
        assert_eq!(
            readme(&[("p/readme", b'0', "plain"), ("p/Readme.MD", b'0', "md")]).as_deref(),
            Some("md")
        );
        assert_eq!(
            readme(&[("p/README.md", b'0', "md"), ("p/README.txt", b'0', "plain")]).as_deref(),
            Some("md")
        );
        assert_eq!(readme(&[("p/README.rst", 0, "rst")]).as_deref(), Some("rst"));
        assert_eq!(readme(&[("README.md", b'0', "outside")]), None);
        assert_eq!(readme(&[("p/README.md", b'2', "a link")]), None);
    }

    #[test]
    fn long_names_come_in_entries_of_their_own() {
        let pax = "30 mtime=1350244992.023960108\n18 path=p/README.md\n";
        assert_eq!(readme(&[("PaxHeader", b'x', pax), ("p/cut", b'0', "pax")]).as_deref(), Some("pax"));
        assert_eq!(readme(&[("@", b'L', "p/README.md\0"), ("p/cut", b'0', "gnu")]).as_deref(), Some("gnu"));
        assert_eq!(readme(&[("PaxHeader", b'x', pax), ("p/cut", b'0', ""), ("p/x", b'0', "no")]), None);
    }

    #[test]
    fn a_readme_behind_a_hundred_thousand_entries_is_found() {
        let mut entries = vec![("p/sub/file", b'0', ""); 50_000];
        entries.extend(vec![("p/../../outside", b'2', ""); 50_000]);
        entries.push(("p/README.md", b'0', "# far"));
        // Not packed: that takes ten seconds without optimisation.
        let mut contents = Contents::default();
        contents.look_through(&mut &archive(&entries)[..]).unwrap();
        assert_eq!(contents.readme.as_deref(), Some("# far"));
    }

    #[test]
    fn an_archive_that_unpacks_to_gigabytes_is_left_in_the_middle() {
        // Endless zeros in a file, after a readme and before a manifest that is never reached.
        let mut head = Vec::new();
        entry(&mut head, "p/README.md", b'0', b"# first");
        entry(&mut head, "p/zeros", b'0', b"");
        let size = format!("{:011o}", 6_u64 << 30);
        let at = head.len() - BLOCK_BYTES;
        head[at + 124..at + 135].copy_from_slice(size.as_bytes());
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&head).unwrap();
        let head = encoder.finish().unwrap();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&vec![0; 1 << 20]).unwrap();
        let zeros = encoder.finish().unwrap();
        // One member of gzip after the other, made up while it is read: six gigabytes from a few kilobytes.
        let read = std::cell::Cell::new(0_u64);
        let members = (0..6 << 10).map(|_| &zeros[..]);
        let endless = Members { now: &head, rest: Box::new(members), read: &read };
        let contents = Contents::read_up_to(2 << 20, endless);
        assert_eq!((contents.manifest, contents.readme.as_deref()), (None, Some("# first")));
        assert!(read.get() < 16 * zeros.len() as u64 + (64 << 10), "{} bytes were read", read.get());
    }

    struct Members<'a> {
        now: &'a [u8],
        rest: Box<dyn Iterator<Item = &'a [u8]> + 'a>,
        read: &'a std::cell::Cell<u64>,
    }

    impl Read for Members<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            while self.now.is_empty() {
                let Some(next) = self.rest.next() else { return Ok(0) };
                self.now = next;
            }
            let count = self.now.read(buffer)?;
            self.read.set(self.read.get() + count as u64);
            Ok(count)
        }
    }

    #[test]
    fn broken_archives_give_what_they_have() {
        let whole = packed(&[("p/package.json", b'0', "{}"), ("p/README.md", b'0', "# yes")]);
        assert_eq!(Contents::read(&b"not gzip"[..]), Contents::default());
        for end in 0..whole.len() {
            let contents = Contents::read(&whole[..end]);
            assert!(contents.manifest.is_none_or(|text| text == "{}"));
            assert!(contents.readme.is_none_or(|text| text == "# yes"));
        }
        let mut archive = Vec::new();
        entry(&mut archive, "p/package.json", b'0', b"{}");
        entry(&mut archive, "p/README.md", b'0', b"# x");
        for size in ["7777777777777", "99999999999", "-1", "zz"] {
            let mut broken = archive.clone();
            broken[1024 + 124..1024 + 136].fill(0);
            let size = &size.as_bytes()[..size.len().min(12)];
            broken[1024 + 124..1024 + 124 + size.len()].copy_from_slice(size);
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&broken).unwrap();
            let contents = Contents::read(&encoder.finish().unwrap()[..]);
            assert_eq!((contents.manifest.as_deref(), contents.readme), (Some("{}"), None));
        }
    }
}
