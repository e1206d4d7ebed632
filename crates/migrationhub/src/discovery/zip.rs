//! Zip archives of a few files, as exports are.

use std::io::Write as _;

use flate2::{Compression, Crc, write::DeflateEncoder};

/// 1 January 1980, the earliest date of the format: archives of the same files are the same bytes.
const DATE: u16 = 0x21;
const VERSION: u16 = 20;
/// Names are UTF-8.
const FLAGS: u16 = 0x0800;
const DEFLATED: u16 = 8;

/// Packs files; their sizes stay below 4 GiB, which the quotas of discovery see to.
pub(crate) fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for (name, bytes) in files {
        let offset = length(out.len());
        let mut crc = Crc::new();
        crc.update(bytes);
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("a Vec takes every write");
        let packed = encoder.finish().expect("a Vec takes every write");
        let mut facts = Vec::new();
        for part in [VERSION, FLAGS, DEFLATED, 0, DATE] {
            facts.extend(part.to_le_bytes());
        }
        for part in [crc.sum(), length(packed.len()), length(bytes.len()), length(name.len())] {
            facts.extend(part.to_le_bytes());
        }
        // The length of the name has two bytes, and the next two are the length of the extra field: none.
        out.extend(b"PK\x03\x04");
        out.extend(&facts);
        out.extend(name.as_bytes());
        out.extend(&packed);
        directory.extend(b"PK\x01\x02");
        directory.extend(VERSION.to_le_bytes());
        directory.extend(&facts);
        // No comment, first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, size) = (length(out.len()), length(directory.len()));
    out.extend(&directory);
    let count = u16::try_from(files.len()).expect("an archive has a few files");
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(size.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0; 2]);
    out
}

fn length(length: usize) -> u32 {
    u32::try_from(length).expect("archives stay below 4 GiB")
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn number(bytes: &[u8], at: usize, size: usize) -> usize {
        bytes[at..at + size].iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
    }

    #[test]
    fn what_is_packed_can_be_unpacked_through_the_directory() {
        let files: [(&str, &[u8]); 2] = [("a.csv", b"one,two\r\n"), ("b.csv", &[b'x'; 5000])];
        let bytes = archive(&files);
        let end = bytes.len() - 22;
        assert_eq!(&bytes[end..end + 4], b"PK\x05\x06");
        assert_eq!(number(&bytes, end + 10, 2), 2);
        let mut entry = number(&bytes, end + 16, 4);
        for (name, content) in files {
            assert_eq!(&bytes[entry..entry + 4], b"PK\x01\x02");
            assert_eq!(&bytes[entry + 46..entry + 46 + name.len()], name.as_bytes());
            let local = number(&bytes, entry + 42, 4);
            assert_eq!(&bytes[local..local + 4], b"PK\x03\x04");
            let start = local + 30 + number(&bytes, local + 26, 2);
            let packed = &bytes[start..start + number(&bytes, entry + 20, 4)];
            let mut unpacked = Vec::new();
            flate2::read::DeflateDecoder::new(packed).read_to_end(&mut unpacked).unwrap();
            assert_eq!(unpacked, content);
            let mut crc = Crc::new();
            crc.update(content);
            assert_eq!(number(&bytes, entry + 16, 4), crc.sum() as usize);
            entry += 46 + name.len();
        }
        assert_eq!(entry, end);
    }
}
