//! Blocks read back as they were written, take as little as they should, and never trust what they read.

use std::sync::Arc;

use super::*;
use crate::point::{Point, Value};
use crate::random::Random;

fn column(kind: Kind, points: &[Point]) -> Column {
    let mut sorted = points.to_vec();
    sorted.sort_by(Point::order);
    sorted.dedup_by_key(|point| point.identity());
    let mut column = Column::new(kind);
    for point in &sorted {
        let slot = column.slot(point);
        column.slots.push(slot);
    }
    column
}

fn points(column: &Column) -> Vec<Point> {
    column.slots.iter().map(|slot| column.point(slot)).collect()
}

fn round(column: &Column) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(column, &column.slots, &mut bytes);
    assert_eq!(points(&decode(&bytes).unwrap()), points(column));
    bytes
}

fn walk(n: usize, jitter: bool) -> Column {
    let mut column = Column::new(Kind::Double);
    let (mut cents, mut seed) = (2_000_i64, 1_u64);
    for i in 0..n {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        cents += i64::try_from(seed >> 33).unwrap() % 21 - 10;
        let shift = if jitter { i64::try_from(seed >> 40).unwrap() % 7 - 3 } else { 0 };
        let timestamp = (1_772_445_600_000 + 1_000 * i64::try_from(i).unwrap() + shift) * 1_000_000;
        #[expect(clippy::cast_precision_loss, reason = "cents are small")]
        let value = Value::Double(cents as f64 / 100.0);
        let slot = column.slot(&Point { timestamp, quality: Quality::Good, value });
        column.slots.push(slot);
    }
    column
}

#[test]
fn a_random_walk_in_cents_takes_little_more_than_a_byte_a_point() {
    for (jitter, most) in [(false, 1.2), (true, 2.0)] {
        let bytes = round(&walk(4_000, jitter));
        #[expect(clippy::cast_precision_loss, reason = "a block is small")]
        let each = bytes.len() as f64 / 4_000.0;
        assert!(each < most, "{each} bytes a point, jitter {jitter}");
    }
}

#[test]
fn moments_stand_in_front_unless_qualities_differ() {
    let column = walk(100, false);
    let bytes = round(&column);
    let head = head(&bytes[..HEAD_BYTES_MAX.min(bytes.len())]).unwrap();
    let (quality, moments) = head.moments.unwrap();
    assert_eq!((head.count, quality, moments.count), (100, Quality::Good, 100));
    let mixed = [
        Point { timestamp: 1, quality: Quality::Good, value: Value::Double(1.0) },
        Point { timestamp: 1, quality: Quality::Bad, value: Value::Null(NullType::Double) },
    ];
    let bytes = round(&self::column(Kind::Double, &mixed));
    assert_eq!(super::head(&bytes).unwrap().moments, None);
}

#[test]
fn every_changed_byte_is_found() {
    let bytes = round(&walk(50, true));
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        assert!(decode(&changed).is_err(), "byte {at}");
    }
    for end in 0..bytes.len() {
        assert!(decode(&bytes[..end]).is_err());
    }
}

fn value(random: &mut Random, kind: Kind) -> Value {
    match random.below(10) {
        0 => Value::Null(NullType::ALL[random.place(5)]),
        1 => Value::Removed,
        choice => match kind {
            Kind::Double if choice < 6 => Value::Double(f64::from_bits(random.next())),
            Kind::Double => Value::Double(random.number()),
            Kind::Integer => Value::Integer(random.bits().cast_signed()),
            Kind::Boolean => Value::Boolean(random.below(2) == 0),
            Kind::String => Value::String(Arc::from("aäb".repeat(random.place(4)))),
        },
    }
}

fn any_column(random: &mut Random) -> Column {
    let kind = Kind::ALL[random.place(4)];
    let regular = random.below(4) > 0;
    let points: Vec<Point> = (0..=random.below(120))
        .map(|_| {
            let timestamp = if regular {
                i64::try_from(random.below(500)).unwrap() * 1_000_000_000
            } else {
                random.next().cast_signed()
            };
            let quality = Quality::ALL[random.place(3)];
            Point { timestamp, quality, value: value(random, kind) }
        })
        .collect();
    column(kind, &points)
}

#[test]
fn any_points_read_back() {
    let mut random = Random::new(2);
    for _ in 0..3_000 {
        round(&any_column(&mut random));
    }
}

#[test]
fn foreign_bytes_are_refused() {
    let mut random = Random::new(3);
    for _ in 0..20_000 {
        let mut bytes: Vec<u8> = (0..random.below(200)).map(|_| random.next().to_le_bytes()[0]).collect();
        let _ = decode(&bytes);
        // Behind a checksum that holds, the rest is read without trust as well.
        let crc = crc32c::crc32c(&bytes);
        bytes.extend_from_slice(&crc.to_le_bytes());
        let _ = decode(&bytes);
    }
}
