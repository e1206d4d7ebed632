//! What aggregates are made of: count, sum, extremes and spread of numbers, which merge without loss.

use crate::bytes::{Malformed, Reader, put_varint};

/// Count, sum, extremes and spread of the values of some points.
///
/// Sums are compensated (Neumaier) and the spread is kept as mean and sum of squared distances (Welford, merged by
/// Chan's formula), so that a day out of 24 hours equals a day out of its points within a few units in the last place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    /// Points, with or without a number.
    pub count: u64,
    /// Points with a number.
    pub numbers: u64,
    /// Least number.
    pub minimum: f64,
    /// Greatest number.
    pub maximum: f64,
    sum: f64,
    compensation: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Adds a point; NaN, nulls and texts count as points without a number.
    pub fn add(&mut self, number: Option<f64>) {
        self.count += 1;
        let Some(number) = number else { return };
        if self.numbers == 0 {
            (self.minimum, self.maximum) = (number, number);
        } else {
            self.minimum = self.minimum.min(number);
            self.maximum = self.maximum.max(number);
        }
        self.numbers += 1;
        self.add_to_sum(number);
        let distance = number - self.mean;
        self.mean += distance / count(self.numbers);
        self.squares += distance * (number - self.mean);
    }

    /// Adds the points of other moments.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        if other.numbers == 0 {
            return;
        }
        if self.numbers == 0 {
            *self = Self { count: self.count, ..*other };
            return;
        }
        self.minimum = self.minimum.min(other.minimum);
        self.maximum = self.maximum.max(other.maximum);
        let (own, others) = (count(self.numbers), count(other.numbers));
        let distance = other.mean - self.mean;
        let all = own + others;
        self.mean += distance * (others / all);
        self.squares += other.squares + distance * distance * (own * others / all);
        self.numbers += other.numbers;
        self.add_to_sum(other.sum);
        self.compensation += other.compensation;
    }

    /// Answers the sum of the numbers.
    pub fn sum(&self) -> f64 {
        self.sum + self.compensation
    }

    /// Answers the average of the numbers; nothing if there are none.
    pub fn average(&self) -> Option<f64> {
        (self.numbers > 0).then(|| self.sum() / count(self.numbers))
    }

    /// Answers the standard deviation of the population; nothing if there are no numbers.
    pub fn deviation(&self) -> Option<f64> {
        (self.numbers > 0).then(|| (self.squares / count(self.numbers)).max(0.0).sqrt())
    }

    /// Answers the standard deviation of a sample; nothing below two numbers.
    pub fn sample_deviation(&self) -> Option<f64> {
        (self.numbers > 1).then(|| (self.squares / count(self.numbers - 1)).max(0.0).sqrt())
    }

    fn add_to_sum(&mut self, number: f64) {
        let sum = self.sum + number;
        let lost = if self.sum.abs() >= number.abs() {
            (self.sum - sum) + number
        } else {
            (number - sum) + self.sum
        };
        self.sum = sum;
        self.compensation += lost;
    }

    /// Writes the moments.
    pub fn encode(&self, bytes: &mut Vec<u8>) {
        put_varint(bytes, self.count);
        put_varint(bytes, self.numbers);
        if self.numbers > 0 {
            let numbers = [self.minimum, self.maximum, self.sum, self.compensation, self.mean, self.squares];
            for number in numbers {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
        }
    }

    /// Reads what [`Moments::encode`] wrote.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (count, numbers) = (reader.varint()?, reader.varint()?);
        let mut moments = Self { count, numbers, ..Self::default() };
        if numbers > 0 {
            moments.minimum = reader.f64()?;
            moments.maximum = reader.f64()?;
            moments.sum = reader.f64()?;
            moments.compensation = reader.f64()?;
            moments.mean = reader.f64()?;
            moments.squares = reader.f64()?;
        }
        Ok(moments)
    }
}

#[expect(clippy::cast_precision_loss, reason = "no series has 2^53 points")]
fn count(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these sums are exact")]
mod tests {
    use super::*;
    use crate::random::Random;

    fn of(numbers: &[f64]) -> Moments {
        let mut moments = Moments::default();
        for number in numbers {
            moments.add(Some(*number));
        }
        moments
    }

    #[test]
    fn moments_of_a_small_sample() {
        let moments = of(&[2.0, 4.0, 4.0, 4.0, 5.0]);
        assert_eq!((moments.count, moments.sum()), (5, 19.0));
        assert_eq!((moments.minimum, moments.maximum, moments.average()), (2.0, 5.0, Some(3.8)));
        assert!((moments.deviation().unwrap() - 0.979_795_897_113_271_2).abs() < 1e-15);
        assert_eq!(Moments::default().average(), None);
        assert_eq!(of(&[1.0]).deviation(), Some(0.0));
    }

    #[test]
    fn sums_keep_what_is_small() {
        assert_eq!(of(&[1e100, 1.0, -1e100]).sum(), 1.0);
    }

    #[test]
    fn moments_merge_as_if_they_were_one() {
        let mut random = Random::new(1);
        for _ in 0..2_000 {
            let numbers: Vec<f64> = (0..=random.below(200)).map(|_| random.number()).collect();
            let cut = random.place(numbers.len());
            let whole = of(&numbers);
            let mut merged = of(&numbers[..cut]);
            merged.merge(&of(&numbers[cut..]));
            assert_eq!((merged.count, merged.numbers), (whole.count, whole.numbers));
            assert_eq!((merged.minimum, merged.maximum), (whole.minimum, whole.maximum));
            let scale: f64 = numbers.iter().map(|number| number.abs()).sum();
            assert!((merged.sum() - whole.sum()).abs() <= 1e-12 * scale);
            let (one, other) = (merged.deviation().unwrap(), whole.deviation().unwrap());
            assert!((one - other).abs() <= 1e-9 * one.max(1e-6));
            let mut bytes = Vec::new();
            merged.encode(&mut bytes);
            assert_eq!(Moments::decode(&mut Reader::new(&bytes)), Ok(merged));
        }
    }
}
