//! GEOSEARCH, GEOSEARCHSTORE and the older GEORADIUS commands: the places in an area.

use std::cmp::Ordering;

use super::{coordinates, distance_text, place, place_of, told, unit};
use crate::args::Args;
use crate::commands::sorted_sets::stored;
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;
use crate::structures::geohash::{Place, Shape, cover, integer_of_score};
use crate::structures::order;
use crate::structures::partial_sort::sort_first;
use crate::structures::skiplist::ScoreRange;
use crate::values::sorted_set::{Rules, SortedSet};

pub(super) fn georadius(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    search(ctx, args, Form::Radius { may_store: true })
}

pub(super) fn georadius_ro(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    search(ctx, args, Form::Radius { may_store: false })
}

pub(super) fn georadiusbymember(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    search(ctx, args, Form::RadiusByMember { may_store: true })
}

pub(super) fn georadiusbymember_ro(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    search(ctx, args, Form::RadiusByMember { may_store: false })
}

pub(super) fn geosearch(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    search(ctx, args, Form::Search)
}

pub(super) fn geosearchstore(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    search(ctx, args, Form::SearchStore)
}

/// How the words are laid out.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    Radius { may_store: bool },
    RadiusByMember { may_store: bool },
    Search,
    SearchStore,
}

impl Form {
    fn is_search(self) -> bool {
        matches!(self, Form::Search | Form::SearchStore)
    }

    fn may_store_in_option(self) -> bool {
        matches!(
            self,
            Form::Radius { may_store: true } | Form::RadiusByMember { may_store: true }
        )
    }
}

/// Where the area lies.
#[derive(Debug, Clone, Copy)]
enum Middle {
    Point(Place),
    /// A member's place; none if there is no key, and the words after it are read nevertheless.
    Member(Option<Place>),
}

impl Middle {
    fn place(self) -> Option<Place> {
        match self {
            Middle::Point(place) => Some(place),
            Middle::Member(place) => place,
        }
    }
}

/// An area's size in some unit, and how many meters that has.
#[derive(Debug, Clone, Copy)]
struct Size {
    shape: Shape,
    meters: f64,
}

/// What the words ask for.
#[derive(Debug, Default)]
struct Request<'a> {
    middle: Option<Middle>,
    size: Option<Size>,
    with_distance: bool,
    with_hash: bool,
    with_coordinates: bool,
    any: bool,
    descending: Option<bool>,
    /// 0 is all.
    count: usize,
    store: Option<&'a [u8]>,
    store_distance: bool,
}

struct Found {
    member: Vec<u8>,
    score: f64,
    place: Place,
    /// In the unit asked for.
    distance: f64,
}

fn search(ctx: &mut Context, args: &mut Args, form: Form) -> Result<Reply, Error> {
    let command = ctx.words[0];
    let mut request = Request::default();
    if form == Form::SearchStore {
        request.store = Some(args.word()?);
    }
    let set = ctx.keys.get::<SortedSet>(args.word()?)?;
    request.read_area(args, form, set)?;
    while !args.is_empty() {
        request.read_option(args, form, set)?;
    }
    request.check(command, form)?;
    let middle = request.middle.and_then(Middle::place);
    let found = match (set, middle, request.size) {
        (Some(set), Some(middle), Some(size)) => request.find(set, middle, size),
        _ => Vec::new(),
    };
    Ok(match request.store {
        Some(destination) => request.store(ctx, destination, form, found),
        None => Reply::array(found.into_iter().map(|found| request.show(found))),
    })
}

impl<'a> Request<'a> {
    /// What stands at fixed places.
    fn read_area(
        &mut self,
        args: &mut Args<'a>,
        form: Form,
        set: Option<&SortedSet>,
    ) -> Result<(), Error> {
        match (form, set) {
            (Form::Search | Form::SearchStore, _) => return Ok(()),
            (Form::RadiusByMember { .. }, None) => {
                const MEMBER_RADIUS_UNIT: usize = 3;
                args.take(MEMBER_RADIUS_UNIT)?;
                return Ok(());
            }
            (Form::RadiusByMember { .. }, Some(_)) => {
                self.middle = Some(member_place(args, set)?);
            }
            (Form::Radius { .. }, _) => self.middle = Some(Middle::Point(place(args)?)),
        }
        self.size = Some(circle(args)?);
        Ok(())
    }

    fn read_option(
        &mut self,
        args: &mut Args<'a>,
        form: Form,
        set: Option<&SortedSet>,
    ) -> Result<(), Error> {
        let left = args.left();
        if args.token("WITHDIST") {
            self.with_distance = true;
        } else if args.token("WITHHASH") {
            self.with_hash = true;
        } else if args.token("WITHCOORD") {
            self.with_coordinates = true;
        } else if args.token("ANY") {
            self.any = true;
        } else if args.token("ASC") {
            self.descending = Some(false);
        } else if args.token("DESC") {
            self.descending = Some(true);
        } else if left > 1 && args.token("COUNT") {
            self.count = usize::try_from(args.int()?)
                .ok()
                .filter(|count| *count > 0)
                .ok_or(Error::err("COUNT must be > 0"))?;
        } else if form.may_store_in_option() && left > 1 && args.token("STORE") {
            self.store = Some(args.word()?);
            self.store_distance = false;
        } else if form.may_store_in_option() && left > 1 && args.token("STOREDIST") {
            self.store = Some(args.word()?);
            self.store_distance = true;
        } else if form == Form::SearchStore && args.token("STOREDIST") {
            self.store_distance = true;
        } else if !form.is_search() || !self.read_area_option(args, set)? {
            return Err(Error::Syntax);
        }
        Ok(())
    }

    /// GEOSEARCH says where and how far by options; the same one twice is the last one, two different ones are wrong.
    fn read_area_option(
        &mut self,
        args: &mut Args<'a>,
        set: Option<&SortedSet>,
    ) -> Result<bool, Error> {
        let left = args.left();
        let from_point = matches!(self.middle, Some(Middle::Point(_)));
        let from_member = matches!(self.middle, Some(Middle::Member(_)));
        let shape = self.size.map(|size| size.shape);
        let by_radius = matches!(shape, Some(Shape::Circle { .. }));
        let by_box = matches!(shape, Some(Shape::Box { .. }));
        if left > 1 && !from_point && args.token("FROMMEMBER") {
            self.middle = Some(member_place(args, set)?);
        } else if left > 2 && !from_member && args.token("FROMLONLAT") {
            self.middle = Some(Middle::Point(place(args)?));
        } else if left > 2 && !by_box && args.token("BYRADIUS") {
            self.size = Some(circle(args)?);
        } else if left > 3 && !by_radius && args.token("BYBOX") {
            self.size = Some(rectangle(args)?);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn check(&mut self, command: &[u8], form: Form) -> Result<(), Error> {
        let with_more = self.with_distance || self.with_hash || self.with_coordinates;
        if self.store.is_some() && with_more {
            let what = match form {
                Form::SearchStore => "GEOSEARCHSTORE",
                _ => "STORE option in GEORADIUS",
            };
            return Err(Error::Err(
                format!("{what} is not compatible with WITHDIST, WITHHASH and WITHCOORD options")
                    .into(),
            ));
        }
        if form.is_search() {
            let missing = match (self.middle, self.size) {
                (None, _) => Some("FROMMEMBER or FROMLONLAT"),
                (_, None) => Some("BYRADIUS and BYBOX"),
                _ => None,
            };
            if let Some(missing) = missing {
                let command = String::from_utf8_lossy(command);
                let text = format!("exactly one of {missing} can be specified for {command}");
                return Err(Error::Err(text.into()));
            }
        }
        if self.any && self.count == 0 {
            return Err(Error::err("the ANY argument requires COUNT argument"));
        }
        // A count alone means the nearest ones.
        if self.count > 0 && !self.any && self.descending.is_none() {
            self.descending = Some(false);
        }
        Ok(())
    }

    fn find(&self, set: &SortedSet, middle: Place, size: Size) -> Vec<Found> {
        let limit = if self.any { self.count } else { usize::MAX };
        let mut found = find_inside(set, middle, size, limit);
        let wanted = match self.count {
            0 => found.len(),
            count => count.min(found.len()),
        };
        if let Some(descending) = self.descending {
            let compare = |a: &Found, b: &Found| -> Ordering {
                let order = a.distance.total_cmp(&b.distance);
                if descending { order.reverse() } else { order }
            };
            if wanted == found.len() {
                order::sort_by(&mut found, compare);
            } else {
                sort_first(&mut found, wanted, &compare);
            }
        }
        found.truncate(wanted);
        for found in &mut found {
            found.distance /= size.meters;
        }
        found
    }

    fn show(&self, found: Found) -> Reply {
        let member = Reply::Bulk(found.member);
        let mut shown = vec![member];
        if self.with_distance {
            shown.push(distance_text(found.distance));
        }
        if self.with_hash {
            shown.push(Reply::Int(integer_of_score(found.score)));
        }
        if self.with_coordinates {
            shown.push(coordinates(found.place));
        }
        match shown.len() {
            1 => shown.remove(0),
            _ => Reply::Array(shown),
        }
    }

    fn store(&self, ctx: &mut Context, destination: &[u8], form: Form, found: Vec<Found>) -> Reply {
        let scored = found.into_iter().map(|found| {
            let score = if self.store_distance {
                found.distance
            } else {
                found.score
            };
            (found.member, score)
        });
        let members: Vec<(Vec<u8>, f64)> = scored.collect();
        let (limits, seed) = (ctx.limits(), ctx.keys.hash_seed());
        let mut rules = Rules {
            limits: &limits,
            seed,
            random: ctx.random,
        };
        let set = SortedSet::from_members(&members, &mut rules);
        let event = if form.is_search() {
            "geosearchstore"
        } else {
            "georadiusstore"
        };
        let reply = stored(ctx, destination, event, set);
        ctx.keys.dirty += members.len().saturating_sub(1) as u64;
        reply
    }
}

/// Where a member is. Without a key any member will do.
fn member_place(args: &mut Args, set: Option<&SortedSet>) -> Result<Middle, Error> {
    let member = args.word()?;
    let place = set.map(|set| {
        place_of(set, member).ok_or(Error::err("could not decode requested zset member"))
    });
    Ok(Middle::Member(place.transpose()?))
}

fn circle(args: &mut Args) -> Result<Size, Error> {
    let radius = length(args, "need numeric radius")?;
    if radius < 0.0 {
        return Err(Error::err("radius cannot be negative"));
    }
    let meters = unit(args)?;
    Ok(Size {
        shape: Shape::Circle {
            radius: radius * meters,
        },
        meters,
    })
}

fn rectangle(args: &mut Args) -> Result<Size, Error> {
    let width = length(args, "need numeric width")?;
    let height = length(args, "need numeric height")?;
    if width < 0.0 || height < 0.0 {
        return Err(Error::err("height or width cannot be negative"));
    }
    let meters = unit(args)?;
    Ok(Size {
        shape: Shape::Box {
            width: width * meters,
            height: height * meters,
        },
        meters,
    })
}

fn length(args: &mut Args, otherwise: &'static str) -> Result<f64, Error> {
    number::parse_f64(args.word()?).ok_or(Error::err(otherwise))
}

/// At most `limit` places, cell by cell, with their distances in meters.
fn find_inside(set: &SortedSet, middle: Place, size: Size, limit: usize) -> Vec<Found> {
    let mut found = Vec::new();
    let cover = cover(middle, size.shape);
    let is_watched = trace::is_on();
    if is_watched {
        told::area(middle, size.shape, &cover);
    }
    for cell in cover.cells() {
        if is_watched {
            told::cell(cell);
        }
        let (min, max) = cell.scores();
        let range = ScoreRange {
            min: min as f64,
            min_exclusive: false,
            max: max as f64,
            max_exclusive: true,
        };
        for (member, score) in set.from_score(&range, false, 0) {
            if !range.within_max(score) {
                break;
            }
            let place = Place::from_score(score);
            let distance = size.shape.distance(middle, place);
            if is_watched {
                told::candidate(&member, score, distance);
            }
            let Some(distance) = distance else { continue };
            found.push(Found {
                member: member.into_owned(),
                score,
                place,
                distance,
            });
            if found.len() >= limit {
                return found;
            }
        }
    }
    found
}
