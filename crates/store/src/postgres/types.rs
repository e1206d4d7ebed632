//! Values on PostgreSQL's wire: the portable subset's four types against the types that the server infers.

use std::error::Error as StdError;

use bytes::{BufMut, BytesMut};
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::Value;
use crate::row::Cell;

type Failure = Box<dyn StdError + Sync + Send>;

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        match self {
            Value::Null => return Ok(IsNull::Yes),
            Value::Integer(number) => put_integer(*number, ty, out)?,
            Value::Text(text) if is_text(ty) => out.put_slice(text.as_bytes()),
            Value::Blob(bytes) if *ty == Type::BYTEA => out.put_slice(bytes),
            Value::Text(_) | Value::Blob(_) => return Err(format!("the statement expects {ty}").into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        Ok(match *ty {
            Type::INT8 => Cell::Integer(i64::from_be_bytes(raw.try_into()?)),
            Type::INT4 => Cell::Integer(i32::from_be_bytes(raw.try_into()?).into()),
            Type::INT2 => Cell::Integer(i16::from_be_bytes(raw.try_into()?).into()),
            Type::BOOL => Cell::Integer(i64::from(raw != [0])),
            Type::NUMERIC => Cell::Integer(integer_of_numeric(raw)?),
            Type::BYTEA => Cell::Blob(raw),
            _ if is_text(ty) => Cell::Text(std::str::from_utf8(raw)?),
            _ => return Err(format!("a column of type {ty} is outside the portable subset").into()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Failure> {
        Ok(Cell::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

fn is_text(ty: &Type) -> bool {
    matches!(*ty, Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN)
}

fn put_integer(number: i64, ty: &Type, out: &mut BytesMut) -> Result<(), Failure> {
    match *ty {
        Type::INT8 => out.put_i64(number),
        Type::INT4 => out.put_i32(number.try_into()?),
        Type::INT2 => out.put_i16(number.try_into()?),
        Type::BOOL => out.put_u8(u8::from(number != 0)),
        Type::NUMERIC => put_numeric(number, out),
        _ => return Err(format!("the statement expects {ty}").into()),
    }
    Ok(())
}

/// Digits of base 10 000, most significant first, after their number, weight, sign and scale; sums are numeric.
fn put_numeric(number: i64, out: &mut BytesMut) {
    let mut digits = Vec::with_capacity(5);
    let mut rest = number.unsigned_abs();
    while rest > 0 {
        digits.push(u16::try_from(rest % 10_000).expect("a remainder of 10 000 fits"));
        rest /= 10_000;
    }
    let count = i16::try_from(digits.len()).expect("64 bits have five such digits");
    out.put_i16(count);
    out.put_i16((count - 1).max(0));
    out.put_u16(if number < 0 { 0x4000 } else { 0 });
    out.put_u16(0);
    digits.iter().rev().for_each(|digit| out.put_u16(*digit));
}

fn integer_of_numeric(raw: &[u8]) -> Result<i64, Failure> {
    let words: Vec<u16> = raw.chunks_exact(2).map(|word| u16::from_be_bytes([word[0], word[1]])).collect();
    let [count, weight, sign, _scale, digits @ ..] = words.as_slice() else {
        return Err("a short number".into());
    };
    if usize::from(*count) != digits.len() || !matches!(*sign, 0 | 0x4000) {
        return Err("not a finite number".into());
    }
    let places = if *count == 0 { 0 } else { usize::from(*weight) + 1 };
    if *count > 0 && (places > 5 || digits.len() > places) {
        return Err("a number that is not a 64-bit integer".into());
    }
    let all = digits.iter().copied().chain(std::iter::repeat(0)).take(places);
    let value = all.fold(0_i128, |value, digit| value * 10_000 + i128::from(digit));
    Ok(i64::try_from(if *sign == 0 { value } else { -value })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_come_back_as_integers() {
        for number in [0, 1, -1, 9_999, 10_000, -10_000, 123_456_789_012, i64::MAX, i64::MIN] {
            let mut out = BytesMut::new();
            put_numeric(number, &mut out);
            assert_eq!(integer_of_numeric(&out).unwrap(), number);
        }
        // 20 000 as the server writes it: one digit of weight 1. Then 0.5, NaN and a cut-off one.
        assert_eq!(integer_of_numeric(&[0, 1, 0, 1, 0, 0, 0, 0, 0, 2]).unwrap(), 20_000);
        assert!(integer_of_numeric(&[0, 1, 0xff, 0xff, 0, 0, 0, 1, 0x13, 0x88]).is_err());
        assert!(integer_of_numeric(&[0, 0, 0, 0, 0xc0, 0, 0, 0]).is_err());
        assert!(integer_of_numeric(&[0, 1]).is_err());
    }
}
