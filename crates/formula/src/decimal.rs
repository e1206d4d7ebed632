//! The decimal digits of numbers, rounded as Java rounds them.

/// A number as its shortest decimal digits, which Java rounds half up, with the power of ten of the first one.
pub struct Decimal {
    digits: Vec<u8>,
    /// The power of ten of the first digit.
    pub exponent: i32,
}

impl Decimal {
    /// Reads a number that is not negative.
    pub fn of(number: f64) -> Self {
        if number == 0.0 {
            return Self { digits: vec![0], exponent: 0 };
        }
        let text = format!("{number:e}");
        let (mantissa, exponent) = text.split_once('e').expect("scientific notation has an exponent");
        let digits = mantissa.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
        Self { digits, exponent: exponent.parse().expect("the exponent of a double is a small number") }
    }

    /// Rounds half up to so many digits, of which there may be none.
    fn rounded(&self, count: i32) -> Self {
        let Ok(count) = usize::try_from(count) else {
            return Self { digits: vec![0], exponent: self.exponent };
        };
        if count >= self.digits.len() {
            return Self { digits: self.digits.clone(), exponent: self.exponent };
        }
        let up = self.digits[count] >= 5;
        let mut digits = self.digits[..count].to_vec();
        let mut exponent = self.exponent;
        let mut carry = up;
        for digit in digits.iter_mut().rev().take_while(|_| up) {
            if !carry {
                break;
            }
            carry = *digit == 9;
            *digit = if carry { 0 } else { *digit + 1 };
        }
        if carry {
            digits.insert(0, 1);
            exponent += 1;
        }
        Self { digits, exponent }
    }

    /// Rounds half up to so many digits.
    pub fn to_significant(&self, count: usize) -> Self {
        self.rounded(i32::try_from(count).unwrap_or(i32::MAX))
    }

    /// Answers the digit that stands for a power of ten.
    fn digit(&self, power: i32) -> char {
        let index = usize::try_from(self.exponent - power).ok();
        let digit = index.and_then(|index| self.digits.get(index)).copied().unwrap_or(0);
        char::from(b'0' + digit)
    }

    /// Writes so many digits behind the point, which is written without any if asked for.
    pub fn fixed(&self, places: usize, point: bool) -> String {
        let places = i32::try_from(places).unwrap_or(i32::MAX);
        let rounded = self.rounded(self.exponent.saturating_add(1).saturating_add(places));
        let mut out: String = (0..=rounded.exponent.max(0)).rev().map(|power| rounded.digit(power)).collect();
        if places > 0 || point {
            out.push('.');
        }
        out.extend((1..=places).map(|place| rounded.digit(-place)));
        out
    }

    /// Writes one digit before the point and so many behind it, then the power of ten.
    pub fn scientific(&self, places: usize, point: bool) -> String {
        let rounded = self.to_significant(places + 1);
        let places = i32::try_from(places).unwrap_or(i32::MAX);
        let mut out = String::from(rounded.digit(rounded.exponent));
        if places > 0 || point {
            out.push('.');
        }
        out.extend((1..=places).map(|place| rounded.digit(rounded.exponent - place)));
        let sign = if rounded.exponent < 0 { '-' } else { '+' };
        out + &format!("e{sign}{:02}", rounded.exponent.abs())
    }
}
