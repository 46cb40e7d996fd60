//! Commands of the group `geo`: places as sorted sets whose scores are geohashes. Here: their table, and how places
//! and units are read and written. The arithmetic is `structures::geohash`.

mod adding;
mod looking_up;
mod search;
mod told;

use crate::args::Args;
use crate::command::{Begin, Command, Find, KeySpec, flag::*, key};
use crate::error::Error;
use crate::number;
use crate::reply::Reply;
use crate::structures::geohash::Place;
use crate::values::sorted_set::SortedSet;

const READ: u32 = key::RO | key::ACCESS;
const STORED: u32 = key::OW | key::UPDATE;
const NEAR: &str =
    "O(N+log(M)), N being the members in the cells that cover the area and M all members";
const UPPER_CASE: (&str, &str) = ("7.0.0", "Units may be in upper case.");
const ANY_AND_UPPER_CASE: &[(&str, &str)] =
    &[("6.2.0", "The option `ANY` of `COUNT`."), UPPER_CASE];

const fn one_key(begin: Begin, flags: u32) -> KeySpec {
    KeySpec {
        flags,
        begin,
        find: Find::Range {
            last: 0,
            step: 1,
            limit: 0,
        },
        notes: "",
    }
}

pub(super) const COMMANDS: &[Command] = &[
    Command::new(
        "GEOADD key [NX | XX] [CH] (longitude:float latitude:float member)...",
        adding::geoadd,
    )
    .summary("Adds places to an index, or moves those that are there.")
    .cost("O(log(N)) for each place, N being the number of members")
    .since("3.2.0")
    .flags(WRITE | DENYOOM)
    .key_flags(&[key::RW | key::UPDATE])
    .history(&[("6.2.0", "The options `CH`, `NX` and `XX`.")]),
    Command::new("GEODIST key member1 member2 [M | KM | FT | MI]", looking_up::geodist)
        .summary("Gives the distance between two places.")
        .since("3.2.0")
        .flags(READONLY)
        .key_flags(&[READ]),
    Command::new("GEOHASH key [member...]", looking_up::geohash)
        .summary("Gives places as the texts by which other programs know a geohash.")
        .cost("O(1) for each member")
        .since("3.2.0")
        .flags(READONLY)
        .key_flags(&[READ]),
    Command::new("GEOPOS key [member...]", looking_up::geopos)
        .summary("Gives longitude and latitude of places.")
        .cost("O(1) for each member")
        .since("3.2.0")
        .flags(READONLY)
        .key_flags(&[READ]),
    Command::new(
        "GEORADIUS key longitude:float latitude:float radius:float (M | KM | FT | MI) [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count:int [ANY]] [ASC | DESC] [STORE storekey:key | STOREDIST storedistkey:key]",
        search::georadius,
    )
    .summary("Gives the places within a distance of a point, or stores them.")
    .cost(NEAR)
    .since("3.2.0")
    .flags(WRITE | DENYOOM)
    .key_specs(&[
        one_key(Begin::Index(1), READ),
        one_key(Begin::Keyword("STORE", 6), STORED),
        one_key(Begin::Keyword("STOREDIST", 6), STORED),
    ])
    .history(ANY_AND_UPPER_CASE)
    .deprecated("6.2.0", "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument"),
    Command::new(
        "GEORADIUSBYMEMBER key member radius:float (M | KM | FT | MI) [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count:int [ANY]] [ASC | DESC] [STORE storekey:key | STOREDIST storedistkey:key]",
        search::georadiusbymember,
    )
    .summary("Gives the places within a distance of one of them, or stores them.")
    .cost(NEAR)
    .since("3.2.0")
    .flags(WRITE | DENYOOM)
    .key_specs(&[
        one_key(Begin::Index(1), READ),
        one_key(Begin::Keyword("STORE", 5), STORED),
        one_key(Begin::Keyword("STOREDIST", 5), STORED),
    ])
    .history(ANY_AND_UPPER_CASE)
    .deprecated("6.2.0", "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments"),
    Command::new(
        "GEORADIUSBYMEMBER_RO key member radius:float (M | KM | FT | MI) [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count:int [ANY]] [ASC | DESC]",
        search::georadiusbymember_ro,
    )
    .summary("Gives the places within a distance of one of them.")
    .cost(NEAR)
    .since("3.2.10")
    .flags(READONLY)
    .key_flags(&[READ])
    .history(ANY_AND_UPPER_CASE)
    .deprecated("6.2.0", "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments"),
    Command::new(
        "GEORADIUS_RO key longitude:float latitude:float radius:float (M | KM | FT | MI) [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count:int [ANY]] [ASC | DESC]",
        search::georadius_ro,
    )
    .summary("Gives the places within a distance of a point.")
    .cost(NEAR)
    .since("3.2.10")
    .flags(READONLY)
    .key_flags(&[READ])
    .history(ANY_AND_UPPER_CASE)
    .deprecated("6.2.0", "`GEOSEARCH` with the `BYRADIUS` argument"),
    Command::new(
        "GEOSEARCH key (FROMMEMBER member | FROMLONLAT (longitude:float latitude:float)) (BYRADIUS radius:float (M | KM | FT | MI) | BYBOX width:float height:float (M | KM | FT | MI)) [ASC | DESC] [COUNT count:int [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]",
        search::geosearch,
    )
    .summary("Gives the places inside a circle or a box around a point or a place.")
    .cost(NEAR)
    .since("6.2.0")
    .flags(READONLY)
    .key_flags(&[READ])
    .history(&[UPPER_CASE]),
    Command::new(
        "GEOSEARCHSTORE destination:key source:key (FROMMEMBER member | FROMLONLAT (longitude:float latitude:float)) (BYRADIUS radius:float (M | KM | FT | MI) | BYBOX width:float height:float (M | KM | FT | MI)) [ASC | DESC] [COUNT count:int [ANY]] [STOREDIST]",
        search::geosearchstore,
    )
    .summary("Stores the places inside a circle or a box, with their geohashes or their distances as scores.")
    .cost(NEAR)
    .since("6.2.0")
    .flags(WRITE | DENYOOM)
    .key_flags(&[STORED, READ])
    .history(&[UPPER_CASE]),
];

/// Longitude and latitude.
fn place(args: &mut Args) -> Result<Place, Error> {
    let place = Place {
        longitude: args.float()?,
        latitude: args.float()?,
    };
    if place.is_on_map() {
        return Ok(place);
    }
    let shown = |angle| number::format_fixed(angle, 6);
    let (longitude, latitude) = (shown(place.longitude), shown(place.latitude));
    Err(Error::Err(
        format!("invalid longitude,latitude pair {longitude},{latitude}").into(),
    ))
}

/// How many meters a unit has.
fn unit(args: &mut Args) -> Result<f64, Error> {
    const UNITS: [(&str, f64); 4] = [("M", 1.0), ("KM", 1000.0), ("FT", 0.3048), ("MI", 1609.34)];
    UNITS
        .iter()
        .find(|(name, _)| args.token(name))
        .map(|(_, meters)| *meters)
        .ok_or(Error::err(
            "unsupported unit provided. please use M, KM, FT, MI",
        ))
}

fn place_of(set: &SortedSet, member: &[u8]) -> Option<Place> {
    set.score(member).map(Place::from_score)
}

fn coordinates(place: Place) -> Reply {
    Reply::Array(vec![
        Reply::Double(place.longitude),
        Reply::Double(place.latitude),
    ])
}

/// With four decimals, in both protocols a text.
fn distance_text(distance: f64) -> Reply {
    const DECIMALS: i64 = 10_000;
    let scaled = (distance * DECIMALS as f64).round_ties_even() as i64;
    let mut text = number::i64_to_bytes(scaled / DECIMALS);
    let decimals = number::i64_to_bytes(DECIMALS + scaled % DECIMALS);
    text.push(b'.');
    text.extend_from_slice(&decimals[1..]);
    Reply::Bulk(text)
}
