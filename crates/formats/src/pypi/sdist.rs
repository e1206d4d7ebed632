//! What lies in a source distribution: the `PKG-INFO` in its only folder.
//!
//! Archives come from strangers. Reading stops at the first thing that is not as it should be; links are not followed,
//! and nothing is ever written to a path that an archive names.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use super::metadata::METADATA_BYTES_MAX;

/// How much of an unpacked archive is looked through: about a second.
const UNPACKED_BYTES_MAX: u64 = 512 << 20;
/// The longest path in an entry of its own.
const PATH_BYTES_MAX: u64 = 64 << 10;
/// The size of a header, and what the content of files is filled up to.
const BLOCK_BYTES: usize = 512;

/// Looks for `{folder}/PKG-INFO` in a gzipped archive; `None` when there is none to be read.
pub fn metadata(archive: impl Read) -> Option<String> {
    look_through(&mut MultiGzDecoder::new(archive).take(UNPACKED_BYTES_MAX)).ok().flatten()
}

fn look_through(archive: &mut impl Read) -> io::Result<Option<String>> {
    let mut header = [0_u8; BLOCK_BYTES];
    // A name that does not fit a header comes in an entry of its own, before the file.
    let mut long_name = None;
    loop {
        archive.read_exact(&mut header)?;
        if header.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let size = octal(&header[124..136]).ok_or(io::ErrorKind::InvalidData)?;
        let padded = size.checked_next_multiple_of(BLOCK_BYTES as u64).ok_or(io::ErrorKind::InvalidData)?;
        let kind = header[156];
        if matches!(kind, b'x' | b'L') && size <= PATH_BYTES_MAX {
            let text = String::from_utf8_lossy(&take(archive, size)?).into_owned();
            skip(archive, padded - size)?;
            long_name =
                if kind == b'L' { Some(text.trim_end_matches('\0').to_owned()) } else { pax_path(&text) };
            continue;
        }
        let path = long_name.take().unwrap_or_else(|| header_path(&header));
        let in_folder =
            path.trim_start_matches("./").split_once('/').is_some_and(|(_, file)| file == "PKG-INFO");
        if in_folder && matches!(kind, b'0' | 0) && size <= METADATA_BYTES_MAX as u64 {
            return Ok(Some(String::from_utf8_lossy(&take(archive, size)?).into_owned()));
        }
        skip(archive, padded)?;
    }
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
    records.lines().find_map(|line| line.split_once(' ')?.1.strip_prefix("path=").map(str::to_owned))
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}

fn take(archive: &mut impl Read, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    archive.by_ref().take(size).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == size { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
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

    fn packed(entries: &[(&str, u8, &str)]) -> Vec<u8> {
        let mut archive = Vec::new();
        for (path, kind, content) in entries {
            let mut header = [0_u8; BLOCK_BYTES];
            header[..path.len()].copy_from_slice(path.as_bytes());
            header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
            header[156] = *kind;
            header[257..265].copy_from_slice(b"ustar\x0000");
            archive.extend_from_slice(&header);
            archive.extend_from_slice(content.as_bytes());
            archive.resize(archive.len().next_multiple_of(BLOCK_BYTES), 0);
        }
        archive.resize(archive.len() + 2 * BLOCK_BYTES, 0);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&archive).unwrap();
        encoder.finish().unwrap()
    }

    fn found(entries: &[(&str, u8, &str)]) -> Option<String> {
        metadata(&packed(entries)[..])
    }

    #[test]
    fn the_metadata_of_the_folder_is_found_and_no_other() {
        let deeper = ("demo-1.0/src/demo.egg-info/PKG-INFO", b'0', "no");
        assert_eq!(found(&[deeper, ("demo-1.0/PKG-INFO", b'0', "yes")]).as_deref(), Some("yes"));
        assert_eq!(found(&[("./demo-1.0/PKG-INFO", 0, "yes")]).as_deref(), Some("yes"));
        let pax = "30 mtime=1350244992.023960108\n18 path=d/PKG-INFO\n";
        assert_eq!(found(&[("PaxHeader", b'x', pax), ("cut", b'0', "pax")]).as_deref(), Some("pax"));
        assert_eq!(found(&[("@", b'L', "d/PKG-INFO\0"), ("cut", b'0', "gnu")]).as_deref(), Some("gnu"));
    }

    #[test]
    fn links_folders_and_the_root_have_none() {
        for entry in [
            ("demo/PKG-INFO", b'2', ""),
            ("demo/PKG-INFO", b'1', ""),
            ("demo/PKG-INFO", b'5', ""),
            ("PKG-INFO", b'0', "outside"),
            ("../../PKG-INFO", b'0', "outside"),
        ] {
            assert_eq!(found(&[entry]), None, "{}", entry.0);
        }
    }

    #[test]
    fn broken_archives_and_bombs_give_nothing() {
        let whole = packed(&[("demo/a", b'0', "x"), ("demo/PKG-INFO", b'0', "yes")]);
        for end in 0..whole.len() {
            assert!(metadata(&whole[..end]).is_none_or(|text| text == "yes"), "{end}");
        }
        assert_eq!(metadata(&b"not gzip"[..]), None);
        let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
        let mut header = [0_u8; BLOCK_BYTES];
        header[0] = b'a';
        header[124..135].copy_from_slice(b"77777777777");
        bomb.write_all(&header).unwrap();
        for _ in 0..4 {
            bomb.write_all(&vec![0; 1 << 20]).unwrap();
        }
        assert_eq!(metadata(&bomb.finish().unwrap()[..]), None);
        let many: Vec<(String, u8, &str)> = (0..10_000).map(|n| (format!("demo/{n}"), b'0', "")).collect();
        let mut many: Vec<(&str, u8, &str)> =
            many.iter().map(|(path, kind, text)| (path.as_str(), *kind, *text)).collect();
        many.push(("demo/PKG-INFO", b'0', "last"));
        assert_eq!(found(&many).as_deref(), Some("last"));
    }
}
