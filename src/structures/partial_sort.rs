//! Sorting only as much as is asked for: a quicksort that leaves alone what lies behind the first few.
//!
//! Which of several equal elements come first is a matter of the algorithm, and COUNT shows it. Source: Bentley and
//! McIlroy, "Engineering a Sort Function" (1993); Redis: `pqsort.c`.

use std::cmp::Ordering;

/// Puts the first `wanted` elements in their places; the order of the others is left to chance.
pub fn sort_first<T>(items: &mut [T], wanted: usize, compare: &dyn Fn(&T, &T) -> Ordering) {
    const FEW: usize = 7;
    let count = items.len();
    if count < FEW {
        return sort_few(items, compare);
    }
    let pivot = choose_pivot(items, compare);
    items.swap(0, pivot);
    let (less, greater) = partition(items, compare);
    if less > 1 && wanted > 0 {
        sort_first(&mut items[..less], wanted, compare);
    }
    let rest = count - greater;
    if greater > 1 && wanted > rest {
        sort_first(&mut items[rest..], wanted - rest, compare);
    }
}

/// By insertion.
fn sort_few<T>(items: &mut [T], compare: &dyn Fn(&T, &T) -> Ordering) {
    for next in 1..items.len() {
        let mut at = next;
        while at > 0 && compare(&items[at - 1], &items[at]).is_gt() {
            items.swap(at - 1, at);
            at -= 1;
        }
    }
}

fn choose_pivot<T>(items: &[T], compare: &dyn Fn(&T, &T) -> Ordering) -> usize {
    const MANY: usize = 40;
    let (count, middle) = (items.len(), items.len() / 2);
    if count == 7 {
        return middle;
    }
    let median = |a, b, c| median(items, [a, b, c], compare);
    if count <= MANY {
        return median(0, middle, count - 1);
    }
    let step = count / 8;
    median(
        median(0, step, 2 * step),
        median(middle - step, middle, middle + step),
        median(count - 1 - 2 * step, count - 1 - step, count - 1),
    )
}

fn median<T>(items: &[T], [a, b, c]: [usize; 3], compare: &dyn Fn(&T, &T) -> Ordering) -> usize {
    let order = |x: usize, y: usize| compare(&items[x], &items[y]);
    if order(a, b).is_lt() {
        if order(b, c).is_lt() {
            b
        } else if order(a, c).is_lt() {
            c
        } else {
            a
        }
    } else if order(b, c).is_gt() {
        b
    } else if order(a, c).is_lt() {
        a
    } else {
        c
    }
}

/// Around the first element. Gives how many are less and how many are greater; those lie at the two ends.
fn partition<T>(items: &mut [T], compare: &dyn Fn(&T, &T) -> Ordering) -> (usize, usize) {
    let count = items.len();
    // Equal ones are collected at both ends and moved to the middle afterwards. `right` and `right_equal` are one
    // more than the place they speak of.
    let (mut left_equal, mut left) = (1, 1);
    let (mut right, mut right_equal) = (count, count);
    loop {
        while left < right {
            match compare(&items[left], &items[0]) {
                Ordering::Greater => break,
                Ordering::Equal => {
                    items.swap(left_equal, left);
                    left_equal += 1;
                }
                Ordering::Less => {}
            }
            left += 1;
        }
        while left < right {
            match compare(&items[right - 1], &items[0]) {
                Ordering::Less => break,
                Ordering::Equal => {
                    items.swap(right - 1, right_equal - 1);
                    right_equal -= 1;
                }
                Ordering::Greater => {}
            }
            right -= 1;
        }
        if left >= right {
            break;
        }
        items.swap(left, right - 1);
        left += 1;
        right -= 1;
    }
    let (less, greater) = (left - left_equal, right_equal - right);
    swap_runs(items, 0, left - left_equal.min(less), left_equal.min(less));
    let equal_at_right = count - right_equal;
    let moved = greater.min(equal_at_right);
    swap_runs(items, left, count - moved, moved);
    (less, greater)
}

fn swap_runs<T>(items: &mut [T], a: usize, b: usize, length: usize) {
    for at in 0..length {
        items.swap(a + at, b + at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn the_first_ones_are_those_of_a_whole_sort() {
        for seed in 0..300 {
            let mut random = Random::new(seed);
            let count = random.below(200) as usize;
            let spread = 1 + random.below(50);
            let mut items: Vec<u64> = (0..count).map(|_| random.below(spread)).collect();
            let mut sorted = items.clone();
            sorted.sort_unstable();
            let wanted = random.below(count as u64 + 1) as usize;
            sort_first(&mut items, wanted, &u64::cmp);
            assert_eq!(items[..wanted], sorted[..wanted], "seed {seed}");
            items.sort_unstable();
            assert_eq!(items, sorted, "seed {seed}: all elements are still there");
        }
    }
}
