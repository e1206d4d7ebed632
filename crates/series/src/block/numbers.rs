//! Numbers of a block: equal ones once, few of them plainly, many of them compressed.

use pco::ChunkConfig;
use pco::data_types::Number;
use pco::wrapped::{FileCompressor, FileDecompressor};

use crate::bytes::{Malformed, Reader, put_signed, put_varint};

/// All values are one.
const EQUAL: u8 = 0;
/// One after the other.
const PLAIN: u8 = 1;
/// Compressed.
const PACKED: u8 = 2;

/// Below so many numbers the compressor's own preamble costs more than it saves.
const PACKED_MIN: usize = 16;

/// Level 4 is as small as level 8 on decimal sensor values and twice as fast.
const LEVEL: usize = 4;

/// Writes doubles, bit by bit as they are.
pub fn encode_doubles(numbers: Vec<f64>, bytes: &mut Vec<u8>) {
    let Some(first) = numbers.first() else { return };
    if numbers.iter().all(|number| number.to_bits() == first.to_bits()) {
        bytes.push(EQUAL);
        bytes.extend_from_slice(&first.to_le_bytes());
    } else if numbers.len() < PACKED_MIN {
        bytes.push(PLAIN);
        for number in &numbers {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
    } else {
        bytes.push(PACKED);
        pack(&numbers, bytes);
    }
}

/// Reads `n` doubles.
pub fn decode_doubles(reader: &mut Reader<'_>, n: usize) -> Result<Vec<f64>, Malformed> {
    if n == 0 {
        return Ok(Vec::new());
    }
    match reader.u8()? {
        EQUAL => Ok(vec![reader.f64()?; n]),
        PLAIN => (0..n).map(|_| reader.f64()).collect(),
        PACKED => unpack(reader, n),
        _ => Err(Malformed("the numbers of a block are in an unknown form")),
    }
}

/// Writes integers.
pub fn encode_integers(numbers: Vec<i32>, bytes: &mut Vec<u8>) {
    let Some(first) = numbers.first() else { return };
    if numbers.iter().all(|number| number == first) {
        bytes.push(EQUAL);
        put_signed(bytes, i64::from(*first));
    } else if numbers.len() < PACKED_MIN {
        bytes.push(PLAIN);
        for number in &numbers {
            put_signed(bytes, i64::from(*number));
        }
    } else {
        bytes.push(PACKED);
        pack(&numbers, bytes);
    }
}

/// Reads `n` integers.
pub fn decode_integers(reader: &mut Reader<'_>, n: usize) -> Result<Vec<i32>, Malformed> {
    if n == 0 {
        return Ok(Vec::new());
    }
    let one = |reader: &mut Reader<'_>| {
        i32::try_from(reader.signed()?).map_err(|_| Malformed("an integer is out of range"))
    };
    match reader.u8()? {
        EQUAL => Ok(vec![one(reader)?; n]),
        PLAIN => (0..n).map(|_| one(reader)).collect(),
        PACKED => unpack(reader, n),
        _ => Err(Malformed("the integers of a block are in an unknown form")),
    }
}

/// Writes the length of the compressed numbers and the numbers.
pub fn pack<T: Number>(numbers: &[T], bytes: &mut Vec<u8>) {
    const NEVER: &str = "compressing into memory can't fail";
    let config = ChunkConfig::default().with_compression_level(LEVEL);
    let mut packed = Vec::with_capacity(numbers.len() * 2 + 64);
    let file = FileCompressor::default();
    file.write_header(&mut packed).expect(NEVER);
    let mut chunk = file.chunk_compressor(numbers, &config).expect(NEVER);
    chunk.write_meta(&mut packed).expect(NEVER);
    for page in 0..chunk.n_per_page().len() {
        chunk.write_page(page, &mut packed).expect(NEVER);
    }
    put_varint(bytes, packed.len() as u64);
    bytes.extend_from_slice(&packed);
}

/// Reads what [`pack`] wrote: exactly `n` numbers.
pub fn unpack<T: Number>(reader: &mut Reader<'_>, n: usize) -> Result<Vec<T>, Malformed> {
    let length = reader.count()?;
    let packed = reader.take(length)?;
    read_packed(packed, n).map_err(|_| Malformed("compressed numbers can't be read"))
}

fn read_packed<T: Number>(packed: &[u8], n: usize) -> pco::errors::PcoResult<Vec<T>> {
    let mut numbers = vec![T::default(); n];
    let (file, rest) = FileDecompressor::new(packed)?;
    let (mut chunk, rest) = file.chunk_decompressor::<T, _>(rest)?;
    let mut page = chunk.page_decompressor(rest, n)?;
    page.read(&mut numbers)?;
    Ok(numbers)
}
