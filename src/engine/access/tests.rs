use super::*;

const NOW: Time = Time(1_795_453_339 * 1_000_000);

fn frequency(log_factor: u32, decay_minutes: u32) -> Frequency {
    Frequency {
        log_factor,
        decay_minutes,
    }
}

fn after_hits(hits: u32, log_factor: u32, random: &mut Random) -> u32 {
    let frequency = frequency(log_factor, 1);
    let tally = Tally::Frequency(frequency);
    let mut access = Access::new(&tally, NOW);
    for _ in 0..hits {
        access = access.again(&tally, NOW, random);
    }
    u32::from(access.counter(&frequency, NOW))
}

#[test]
fn the_clock_is_the_second_in_24_bits() {
    assert_eq!(clock(NOW), 291_227);
}

#[test]
fn idle_times_come_back_as_the_server_gives_them() {
    // Recorded: RESTORE IDLETIME, then OBJECT IDLETIME.
    for (given, shown) in [
        (77, 77),
        (291_227, 291_227),
        (8_388_608, 8_388_608),
        (16_777_214, 16_777_214),
        (16_777_215, 0),
        (16_777_217, 2),
        (20_000_000, 3_222_784),
        (9_000_000_000, 7_412_224),
        (i64::MAX, 16_777_214),
        (1 << 62, 0),
    ] {
        assert_eq!(Access::idle(NOW, given).idle_seconds(NOW), shown, "{given}");
    }
}

#[test]
fn counters_lose_one_each_period_without_an_access() {
    let after = |minutes: i64| Time(NOW.0 + minutes * 60_000_000);
    let access = Access::counted(NOW, 20);
    for (minutes, decay, left) in [(0, 1, 20), (3, 1, 17), (3, 2, 19), (50, 1, 0), (50, 0, 20)] {
        let shown = access.counter(&frequency(10, decay), after(minutes));
        assert_eq!(shown, left, "{minutes} {decay}");
    }
    // The minute has 16 bits and starts again.
    assert_eq!(access.counter(&frequency(10, 1), after(65_536 + 2)), 18);
}

#[test]
fn a_factor_of_zero_counts_every_hit() {
    let mut random = Random::new(1);
    for (hits, counter) in [(0, 5), (10, 15), (100, 105), (250, 255), (1000, 255)] {
        assert_eq!(after_hits(hits, 0, &mut random), counter);
    }
}
