use super::*;
use crate::random::Random;

/// The bits as a vector, to be looked at one by one.
fn spelled(bytes: &[u8]) -> Vec<bool> {
    (0..bytes.len() * 8).map(|at| get(bytes, at)).collect()
}

/// Mostly long runs of one kind, so that whole words are skipped.
fn some_bytes(random: &mut Random) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..1 + random.below(5) {
        let byte = [0, 0xff, 0x10, random.below(256) as u8][random.below(4) as usize];
        bytes.extend(vec![byte; 1 + random.below(20) as usize]);
    }
    bytes
}

#[test]
fn counting_and_finding_agree_with_looking_at_each_bit() {
    for seed in 0..500 {
        let mut random = Random::new(seed);
        let bytes = some_bytes(&mut random);
        let model = spelled(&bytes);
        let ends = [
            random.below(model.len() as u64),
            random.below(model.len() as u64),
        ];
        let (start, end) = (ends[0].min(ends[1]) as usize, ends[0].max(ends[1]) as usize);
        let ones = |bits: &[bool]| bits.iter().filter(|bit| **bit).count();
        assert_eq!(count(&bytes), ones(&model), "seed {seed}");
        assert_eq!(
            count_between(&bytes, start, end),
            ones(&model[start..=end]),
            "seed {seed}: {start} to {end}"
        );
        for bit in [false, true] {
            let expected = model[start..=end].iter().position(|other| *other == bit);
            assert_eq!(
                find(&bytes, bit, start, end),
                expected.map(|at| start + at),
                "seed {seed}: first {bit} from {start} to {end}"
            );
        }
    }
}

#[test]
fn numbers_are_their_bits() {
    for seed in 0..500 {
        let mut random = Random::new(seed);
        let mut bytes = some_bytes(&mut random);
        let width = 1 + random.below(64) as u32;
        let at = random.below(bytes.len() as u64 * 8 + 40) as usize;
        let model = spelled(&bytes);
        let bit = |at: usize| u64::from(model.get(at).copied().unwrap_or(false));
        let expected = (0..width as usize).fold(0, |number, next| number << 1 | bit(at + next));
        assert_eq!(
            read(&bytes, at, width),
            expected,
            "seed {seed}: {width} bits at {at}"
        );
        bytes.resize(bytes.len().max((at + width as usize).div_ceil(8)), 0);
        let mut model = spelled(&bytes);
        let number = random.next_u64();
        write(&mut bytes, at, width, number);
        for place in 0..width as usize {
            model[at + place] = number >> (width as usize - 1 - place) & 1 == 1;
        }
        assert_eq!(spelled(&bytes), model, "seed {seed}: {width} bits at {at}");
    }
}

#[test]
fn combining_agrees_with_looking_at_each_bit() {
    use Operation::*;
    for seed in 0..300 {
        let mut random = Random::new(seed);
        let count = 1 + random.below(4) as usize;
        let sources: Vec<Vec<u8>> = (0..count).map(|_| some_bytes(&mut random)).collect();
        let slices: Vec<&[u8]> = sources.iter().map(Vec::as_slice).collect();
        for operation in [And, Or, Xor, Not, Diff, Diff1, AndOr, One] {
            let used = if operation == Not {
                &slices[..1]
            } else {
                &slices[..]
            };
            let result = combine(operation, used);
            let longest = used.iter().map(|source| source.len()).max();
            assert_eq!(Some(result.len()), longest, "seed {seed}");
            for (at, bit) in spelled(&result).into_iter().enumerate() {
                let x = get(used[0], at);
                let ys = used[1..].iter().filter(|source| get(source, at)).count();
                let all = ys + usize::from(x);
                let expected = match operation {
                    And => all == used.len(),
                    Or => all > 0,
                    Xor => all % 2 == 1,
                    Not => !x,
                    Diff => x && ys == 0,
                    Diff1 => !x && ys > 0,
                    AndOr => x && ys > 0,
                    One => all == 1,
                };
                assert_eq!(bit, expected, "seed {seed}: {operation:?} at {at}");
            }
        }
    }
}
