//! Putting things in order with one routine for all types: it sorts numbers by asking who owns the things. The
//! standard library's sorts are quicker and come as ten kilobytes of code for each type that is sorted.

use std::cmp::Ordering;

/// Sorts; what is equal stays in its order.
pub fn sort_by<T>(items: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    if items.len() < 2 {
        return;
    }
    let order = sorted(items.len(), &|a, b| compare(&items[a], &items[b]));
    let mut places: Vec<Option<T>> = items.drain(..).map(Some).collect();
    let taken = order.iter().map(|&at| places[at as usize].take());
    items.extend(taken.map(|item| item.expect("each place is named once")));
}

pub fn sort<T: Ord>(items: &mut Vec<T>) {
    sort_by(items, T::cmp);
}

/// The numbers below `count` as `compare` orders them: a merge sort from below, on runs that double.
fn sorted(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count as u32).collect();
    let mut merged = Vec::with_capacity(count);
    let mut run = 1;
    while run < count {
        merged.clear();
        for pair in order.chunks(2 * run) {
            let (mut left, mut right) = pair.split_at(run.min(pair.len()));
            while let (Some((&a, rest_left)), Some((&b, rest_right))) =
                (left.split_first(), right.split_first())
            {
                if compare(a as usize, b as usize) == Ordering::Greater {
                    merged.push(b);
                    right = rest_right;
                } else {
                    merged.push(a);
                    left = rest_left;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(&mut order, &mut merged);
        run *= 2;
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn things_are_sorted_and_equal_ones_stay_in_order() {
        for seed in 0..200 {
            let mut random = Random::new(seed);
            let count = random.below(70);
            let mut ours: Vec<(u64, u64)> = (0..count).map(|at| (random.below(20), at)).collect();
            let mut expected = ours.clone();
            sort_by(&mut ours, |a, b| a.0.cmp(&b.0));
            expected.sort_by_key(|(key, _)| *key);
            assert_eq!(ours, expected, "seed {seed}");
            sort(&mut ours);
            assert!(ours.is_sorted(), "seed {seed}");
        }
    }
}
