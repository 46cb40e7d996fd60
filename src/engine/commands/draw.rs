//! Several elements by chance, as HRANDFIELD and ZRANDMEMBER draw them.

use structures::ordered::OrderedSet;

use crate::args::Args;
use crate::error::Error;
use crate::structures::random::Random;

/// `count [WITHVALUES]`.
pub(super) struct Count {
    /// Negative: so many, each drawn anew.
    count: i64,
    pub with_values: bool,
}

/// What is drawn from.
pub(super) struct From<F> {
    pub len: usize,
    /// Few of many are quicker drawn one by one than chosen from a list of all.
    pub sparse: bool,
    pub one: F,
}

impl Count {
    pub fn take(args: &mut Args, with_values: &str) -> Result<Count, Error> {
        let count = args.symmetric_int()?;
        if args.is_empty() {
            return Ok(Count {
                count,
                with_values: false,
            });
        }
        if args.left() > 1 || !args.token(with_values) {
            return Err(Error::Syntax);
        }
        if count.unsigned_abs() > i64::MAX as u64 / 2 {
            return Err(Error::OutOfRange);
        }
        Ok(Count {
            count,
            with_values: true,
        })
    }

    /// `all` gives every element in the order of a reply that holds them all.
    pub fn draw<K: Ord + Clone, V>(
        &self,
        from: From<impl Fn(&mut Random) -> Option<(K, V)>>,
        all: impl Iterator<Item = (K, V)>,
        random: &mut Random,
    ) -> Result<Vec<(K, V)>, Error> {
        // A reply that no browser could hold.
        const AT_MOST: u64 = 10_000_000;
        if self.count < 0 {
            if self.count.unsigned_abs() > AT_MOST {
                return Err(Error::NotEmulated(
                    "a reply of more than 10000000 elements".to_string(),
                ));
            }
            return Ok((0..self.count.unsigned_abs())
                .filter_map(|_| (from.one)(random))
                .collect());
        }
        let wanted = usize::try_from(self.count).unwrap_or(usize::MAX);
        if wanted >= from.len {
            return Ok(all.collect());
        }
        if wanted == 1 {
            return Ok((from.one)(random).into_iter().collect());
        }
        if from.sparse && wanted * 3 <= from.len {
            return Ok(one_by_one(from.one, wanted, random));
        }
        // Each element with the chance that is left for it.
        let (mut needed, mut left) = (wanted as u64, from.len as u64);
        let chosen = all.filter(|_| {
            let taken = left > 0 && random.chance(needed, left);
            left = left.saturating_sub(1);
            needed -= taken as u64;
            taken
        });
        Ok(chosen.collect())
    }
}

fn one_by_one<K: Ord + Clone, V>(
    one: impl Fn(&mut Random) -> Option<(K, V)>,
    wanted: usize,
    random: &mut Random,
) -> Vec<(K, V)> {
    let mut seen = OrderedSet::new();
    let mut drawn = Vec::with_capacity(wanted);
    while drawn.len() < wanted {
        let Some((name, value)) = one(random) else {
            break;
        };
        if seen.insert(name.clone()) {
            drawn.push((name, value));
        }
    }
    drawn
}
