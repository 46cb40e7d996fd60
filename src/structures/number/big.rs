//! Natural numbers of any size, as far as exact reading and writing of floats needs them.

/// A natural number in 32-bit limbs, lowest first, without high zero limbs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Big(Vec<u32>);

impl From<u128> for Big {
    fn from(value: u128) -> Big {
        let mut limbs: Vec<u32> = (0..4).map(|limb| (value >> (32 * limb)) as u32).collect();
        trim(&mut limbs);
        Big(limbs)
    }
}

impl Big {
    pub(super) fn from_digits(digits: &[u8]) -> Big {
        let mut number = Big(Vec::new());
        for nine in digits.chunks(9) {
            let value = nine
                .iter()
                .fold(0, |value, digit| value * 10 + u32::from(*digit));
            number.multiply_add(10u32.pow(nine.len() as u32), value);
        }
        number
    }

    pub(super) fn multiply_add(&mut self, factor: u32, addend: u32) {
        let mut carry = u64::from(addend);
        for limb in &mut self.0 {
            carry += u64::from(*limb) * u64::from(factor);
            *limb = carry as u32;
            carry >>= 32;
        }
        if carry != 0 {
            self.0.push(carry as u32);
        }
    }

    pub(super) fn bits(&self) -> usize {
        self.0
            .last()
            .map_or(0, |top| self.0.len() * 32 - top.leading_zeros() as usize)
    }

    pub(super) fn shift_left(&mut self, bits: usize) {
        if self.0.is_empty() {
            return;
        }
        self.multiply_add(1 << (bits % 32), 0);
        self.0.splice(0..0, std::iter::repeat_n(0, bits / 32));
    }

    /// Times ten to the `power`.
    pub(super) fn scale_by_ten(&mut self, power: u64) {
        const NINE: u64 = 9;
        (0..power / NINE).for_each(|_| self.multiply_add(1_000_000_000, 0));
        self.multiply_add(10u32.pow((power % NINE) as u32), 0);
    }

    fn halve(&mut self) {
        let mut carry = 0;
        for limb in self.0.iter_mut().rev() {
            let low = *limb & 1;
            *limb = *limb >> 1 | carry << 31;
            carry = low;
        }
        trim(&mut self.0);
    }

    fn at_least(&self, other: &Big) -> bool {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length
            .then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
            .is_ge()
    }

    fn subtract(&mut self, other: &Big) {
        let mut borrow = 0i64;
        for (index, limb) in self.0.iter_mut().enumerate() {
            let taken = i64::from(other.0.get(index).copied().unwrap_or(0));
            let difference = i64::from(*limb) - taken - borrow;
            *limb = difference as u32;
            borrow = i64::from(difference < 0);
        }
        trim(&mut self.0);
    }

    /// The quotient, which must have at most 68 bits, and whether anything remains.
    pub(super) fn divide_by(mut self, mut divisor: Big) -> (u128, bool) {
        let steps = (self.bits() + 1).saturating_sub(divisor.bits());
        divisor.shift_left(steps);
        let mut quotient = 0u128;
        for _ in 0..=steps {
            quotient <<= 1;
            if self.at_least(&divisor) {
                self.subtract(&divisor);
                quotient |= 1;
            }
            divisor.halve();
        }
        (quotient, !self.0.is_empty())
    }

    pub(super) fn into_decimal(mut self) -> String {
        let mut nines = Vec::new();
        while !self.0.is_empty() {
            let mut rest = 0u64;
            for limb in self.0.iter_mut().rev() {
                rest = rest << 32 | u64::from(*limb);
                *limb = (rest / 1_000_000_000) as u32;
                rest %= 1_000_000_000;
            }
            trim(&mut self.0);
            nines.push(rest);
        }
        let top = nines.pop().unwrap_or(0);
        nines
            .iter()
            .rev()
            .fold(top.to_string(), |text, nine| text + &format!("{nine:09}"))
    }
}

fn trim(limbs: &mut Vec<u32>) {
    while limbs.last() == Some(&0) {
        limbs.pop();
    }
}
