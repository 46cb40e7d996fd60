//! VSIM.

use super::vectors::{self, wrong_dimension};
use super::wrong_arity;
use crate::args::Args;
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::structures::hnsw::{self, Found, Node};
use crate::values::vector_set::VectorSet;
use crate::values::vector_set::filter::Filter;

const COUNT_DEFAULT: usize = 10;
const EFFORT_DEFAULT: usize = 100;

struct Options {
    with_scores: bool,
    with_attributes: bool,
    count: usize,
    epsilon: f32,
    effort: Option<usize>,
    filter: Option<Filter>,
    filter_effort: Option<i64>,
    /// Look at all elements.
    truth: bool,
}

impl Options {
    fn read(args: &mut Args) -> Result<Options, Error> {
        let mut options = Options {
            with_scores: false,
            with_attributes: false,
            count: COUNT_DEFAULT,
            epsilon: 2.0,
            effort: None,
            filter: None,
            filter_effort: None,
            truth: false,
        };
        while !args.is_empty() {
            let with_value = args.left() > 1;
            if args.token("WITHSCORES") {
                options.with_scores = true;
            } else if args.token("WITHATTRIBS") {
                options.with_attributes = true;
            } else if args.token("TRUTH") {
                options.truth = true;
            } else if args.token("NOTHREAD") {
                // Nothing runs in a thread here.
            } else if with_value && args.token("COUNT") {
                options.count = positive(args, "invalid COUNT")? as usize;
            } else if with_value && args.token("EPSILON") {
                let epsilon = args.float().ok().filter(|epsilon| *epsilon > 0.0);
                options.epsilon = epsilon.ok_or(Error::err("invalid EPSILON"))? as f32;
            } else if with_value && args.token("EF") {
                options.effort = Some(positive(args, "invalid EF")? as usize);
            } else if with_value && args.token("FILTER-EF") {
                options.filter_effort = Some(positive(args, "invalid FILTER-EF")?);
            } else if with_value && args.token("FILTER") {
                options.filter = Some(read_filter(args.word()?)?);
            } else {
                return Err(Error::err("syntax error in VSIM command"));
            }
        }
        Ok(options)
    }
}

fn positive(args: &mut Args, text: &'static str) -> Result<i64, Error> {
    let number = args.int().ok().filter(|number| *number > 0);
    number.ok_or(Error::err(text))
}

/// The text ends at a zero byte.
fn read_filter(text: &[u8]) -> Result<Filter, Error> {
    let end = text.iter().position(|byte| *byte == 0);
    let read = &text[..end.unwrap_or(text.len())];
    Filter::parse(read).map_err(|at| {
        let at = if at >= text.len() { 0 } else { at };
        let near = String::from_utf8_lossy(&read[at..]);
        Error::Err(format!("syntax error in FILTER expression near: {near}").into())
    })
}

pub(super) fn vsim(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    if args.left() < 3 {
        return Err(wrong_arity(ctx));
    }
    let resp3 = ctx.resp3();
    let Some(set) = ctx.keys.get::<VectorSet>(args.word()?)? else {
        return Ok(Reply::Array(Vec::new()));
    };
    let query = query(set, args)?;
    if query.len() != set.graph.dimension {
        return Err(wrong_dimension(query.len(), set));
    }
    let options = Options::read(args)?;
    let found = search(set, &query, &options);
    let shown = found
        .into_iter()
        .take(options.count)
        // What is not a number is not too far.
        .take_while(|found| found.distance.is_nan() || found.distance / 2.0 <= options.epsilon)
        .map(|found| describe(set.graph.node(found.node), found, &options));
    let is_map = resp3 && (options.with_scores || options.with_attributes);
    Ok(arrange(shown.collect(), is_map))
}

fn query(set: &VectorSet, args: &mut Args) -> Result<Vec<f32>, Error> {
    if args.token("ELE") {
        let node = set.node(args.word()?);
        let node = node.ok_or(Error::err("element not found in set"))?;
        return Ok(node.vector.values(set.graph.dimension));
    }
    let vector = vectors::read(args)?;
    if vector.len() == set.graph.dimension {
        // As short as the set's own: whoever asks has projected it already.
        return Ok(vector);
    }
    vectors::project(set, vector)
}

fn search(set: &VectorSet, query: &[f32], options: &Options) -> Vec<Found> {
    let wanted = options.effort.unwrap_or(EFFORT_DEFAULT);
    let wanted = wanted.max(options.count).min(set.len());
    let default_effort = (options.count as i64).wrapping_mul(100);
    let accepts = |node: &Node| {
        let attributes = node.attributes.as_ref().zip(options.filter.as_ref());
        attributes.is_some_and(|(attributes, filter)| filter.accepts(attributes))
    };
    let filter = options.filter.is_some().then_some(hnsw::Filter {
        accepts: &accepts,
        // The real server keeps it in 32 bits.
        effort: options.filter_effort.unwrap_or(default_effort) as u32,
    });
    if options.truth {
        set.graph.search_all(query, wanted, filter)
    } else {
        set.graph.search(query, wanted, filter)
    }
}

/// The element, and what was asked for beside it.
fn describe(node: &Node, found: Found, options: &Options) -> (Reply, Vec<Reply>) {
    let mut facts = Vec::new();
    if options.with_scores {
        facts.push(Reply::Double(1.0 - f64::from(found.distance) / 2.0));
    }
    if options.with_attributes {
        facts.push(Reply::bulk_or_null(node.attributes.as_ref()));
    }
    (Reply::bulk(&node.name), facts)
}

/// All in one row; in RESP3 a map if there is more than elements, of arrays if there are two things of each.
fn arrange(shown: Vec<(Reply, Vec<Reply>)>, is_map: bool) -> Reply {
    if !is_map {
        let mut row = Vec::new();
        for (name, facts) in shown {
            row.push(name);
            row.extend(facts);
        }
        return Reply::Array(row);
    }
    let entry = |(name, mut facts): (Reply, Vec<Reply>)| match facts.len() {
        1 => (name, facts.remove(0)),
        _ => (name, Reply::Array(facts)),
    };
    Reply::Map(shown.into_iter().map(entry).collect())
}
