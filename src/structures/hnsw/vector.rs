//! Vectors as the graph keeps them: brought to length one, then rounded to fewer bits, and the distance of two.
//!
//! Sums are single precision in a fixed order, so that a distance has the digits that the real server shows.

/// How many bits of a component are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantization {
    None,
    Int8,
    Binary,
}

impl Quantization {
    /// As VINFO says it.
    pub fn name(self) -> &'static str {
        match self {
            Quantization::None => "f32",
            Quantization::Int8 => "int8",
            Quantization::Binary => "bin",
        }
    }

    /// How many bytes a vector of so many components takes.
    pub fn bytes(self, dimension: usize) -> usize {
        match self {
            Quantization::None => dimension * 4,
            Quantization::Int8 => dimension,
            Quantization::Binary => dimension.div_ceil(64) * 8,
        }
    }
}

/// A direction, and the length that was taken off it.
#[derive(Debug, Clone)]
pub struct Vector {
    pub components: Components,
    pub length: f32,
}

#[derive(Debug, Clone)]
pub enum Components {
    Floats(Vec<f32>),
    /// From -127 to 127, which stand for minus and plus `range`.
    Int8 {
        steps: Vec<i8>,
        range: f32,
    },
    /// Which components are positive, lowest bit first.
    Signs(Vec<u64>),
}

impl Vector {
    pub fn new(values: &[f32], quantization: Quantization) -> Vector {
        let mut values = values.to_vec();
        let length = normalize(&mut values);
        let components = match quantization {
            Quantization::None => Components::Floats(values),
            Quantization::Int8 => to_steps(&values),
            Quantization::Binary => Components::Signs(signs(&values)),
        };
        Vector { components, length }
    }

    /// About what it was made from; of signs only the direction is left.
    pub fn values(&self, dimension: usize) -> Vec<f32> {
        match &self.components {
            Components::Floats(values) => values.iter().map(|value| value * self.length).collect(),
            Components::Int8 { steps, range } => steps
                .iter()
                .map(|step| f32::from(*step) * range / 127.0 * self.length)
                .collect(),
            Components::Signs(words) => (0..dimension)
                .map(|at| {
                    if words[at / 64] >> (at % 64) & 1 == 1 {
                        1.0
                    } else {
                        -1.0
                    }
                })
                .collect(),
        }
    }

    /// What stands for the largest component; 0 where none does.
    pub fn range(&self) -> f32 {
        match self.components {
            Components::Int8 { range, .. } => range,
            _ => 0.0,
        }
    }

    /// The components as they lie in memory on a little-endian machine.
    pub fn to_bytes(&self) -> Vec<u8> {
        match &self.components {
            Components::Floats(values) => bytes_of(values),
            Components::Int8 { steps, .. } => steps.iter().map(|step| *step as u8).collect(),
            Components::Signs(words) => {
                let mut bytes = Vec::new();
                for word in words {
                    bytes.extend_from_slice(&word.to_le_bytes());
                }
                bytes
            }
        }
    }

    /// The reverse of `to_bytes`; the caller has checked how many there are.
    pub fn from_bytes(bytes: &[u8], length: f32, range: f32, kind: Quantization) -> Vector {
        let components = match kind {
            Quantization::None => Components::Floats(floats(bytes)),
            Quantization::Int8 => Components::Int8 {
                steps: bytes.iter().map(|byte| *byte as i8).collect(),
                range,
            },
            Quantization::Binary => {
                let words = bytes.chunks_exact(8);
                let word = |chunk: &[u8]| u64::from_le_bytes(chunk.try_into().expect("of eight"));
                Components::Signs(words.map(word).collect())
            }
        };
        Vector { components, length }
    }

    /// From 0, the same direction, to 2, the opposite one. Both are vectors of one graph.
    pub fn distance(&self, other: &Vector, dimension: usize) -> f32 {
        use Components::*;
        match (&self.components, &other.components) {
            (Floats(a), Floats(b)) => 1.0 - dot(a, b),
            (
                Int8 { steps: a, range },
                Int8 {
                    steps: b,
                    range: other,
                },
            ) => distance_of_steps(a, *range, b, *other),
            (Signs(a), Signs(b)) => {
                let pairs = a.iter().zip(b);
                let opposite: u32 = pairs.map(|(a, b)| (a ^ b).count_ones()).sum();
                opposite as f32 * 2.0 / dimension as f32
            }
            _ => unreachable!("a graph keeps one kind of vectors"),
        }
    }
}

/// Little-endian single precision numbers.
pub fn floats(bytes: &[u8]) -> Vec<f32> {
    let numbers = bytes.chunks_exact(4);
    numbers
        .map(|chunk| f32::from_le_bytes(chunk.try_into().expect("of four")))
        .collect()
}

/// The reverse of `floats`.
pub fn bytes_of(numbers: &[f32]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(numbers.len() * 4);
    for number in numbers {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes
}

/// Makes the length one and returns what it was. Nothing is done to a vector without length, which is said to be 1.
fn normalize(values: &mut [f32]) -> f32 {
    let mut squares = 0.0f32;
    let (fours, rest) = values.as_chunks::<4>();
    for [a, b, c, d] in fours {
        squares += a * a + b * b + c * c + d * d;
    }
    for value in rest {
        squares += value * value;
    }
    if squares == 0.0 {
        return 1.0;
    }
    let length = squares.sqrt();
    values.iter_mut().for_each(|value| *value /= length);
    length
}

fn to_steps(values: &[f32]) -> Components {
    let mut range = 0.0f32;
    for value in values {
        // Not `abs().max()`: what is not a number must not count.
        if value.abs() > range {
            range = value.abs();
        }
    }
    if range == 0.0 {
        let steps = vec![0; values.len()];
        return Components::Int8 { steps, range };
    }
    let scale = 127.0 / range;
    let step = |value: &f32| {
        let step = (value * scale).round();
        // A cast of what does not fit gives 0 on the machines that Redis runs on.
        if step.is_finite() { step as i8 } else { 0 }
    };
    Components::Int8 {
        steps: values.iter().map(step).collect(),
        range,
    }
}

fn signs(values: &[f32]) -> Vec<u64> {
    let mut words = vec![0; values.len().div_ceil(64)];
    for (at, value) in values.iter().enumerate() {
        words[at / 64] |= u64::from(*value > 0.0) << (at % 64);
    }
    words
}

/// Two sums, each of four products at a time.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (mut even, mut odd) = (0.0f32, 0.0f32);
    let ((a, rest_a), (b, rest_b)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for (a, b) in a.iter().zip(b) {
        even += a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
        odd += a[4] * b[4] + a[5] * b[5] + a[6] * b[6] + a[7] * b[7];
    }
    for (a, b) in rest_a.iter().zip(rest_b) {
        even += a * b;
    }
    even + odd
}

fn distance_of_steps(a: &[i8], range: f32, b: &[i8], other: f32) -> f32 {
    if range == 0.0 || other == 0.0 {
        return 1.0;
    }
    let scale = (range / 127.0) * (other / 127.0);
    let products = a.iter().zip(b).map(|(a, b)| i32::from(*a) * i32::from(*b));
    let dot = products.fold(0i32, i32::wrapping_add);
    // Rounding may lead a little out of the range.
    (1.0 - dot as f32 * scale).clamp(0.0, 2.0)
}
