//! CLIENT TRACKING, CACHING, GETREDIR, TRACKINGINFO: what a client wants to hear of keys that it caches.

use structures::ordered::OrderedSet;

use crate::args::Args;
use crate::client::ClientId;
use crate::command::{Command, flag::*};
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;
use crate::tracking::Tracking;

pub const COMMANDS: &[Command] = &[
    Command::new("CLIENT|CACHING (YES | NO)", caching)
        .summary("Says whether the next command's keys are remembered.")
        .since("6.0.0")
        .flags(NOSCRIPT | LOADING | STALE),
    Command::new("CLIENT|GETREDIR", getredir)
        .summary("Gives the client that receives this one's invalidations.")
        .since("6.0.0")
        .flags(NOSCRIPT | LOADING | STALE),
    Command::new(
        "CLIENT|TRACKING (ON | OFF) [REDIRECT client-id:int] [(PREFIX prefix)...] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]",
        tracking,
    )
    .summary("Tells this client when keys that it read change.")
    .cost("O(1). Some options may introduce additional complexity.")
    .since("6.0.0")
    .flags(NOSCRIPT | LOADING | STALE),
    Command::new("CLIENT|TRACKINGINFO", trackinginfo)
        .summary("Describes this connection's tracking.")
        .since("6.2.0")
        .flags(NOSCRIPT | LOADING | STALE),
];

fn tracking(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let switch = args.word()?;
    let (wanted, typed) = parse_options(ctx, args)?;
    if switch.eq_ignore_ascii_case(b"ON") {
        let wanted = check(ctx, wanted, &typed)?;
        ctx.server.start_tracking(ctx.id, wanted);
    } else if switch.eq_ignore_ascii_case(b"OFF") {
        ctx.server.stop_tracking(ctx.id);
    } else {
        return Err(Error::Syntax);
    }
    Ok(Reply::OK)
}

/// What was asked for, and the prefixes as they were typed.
fn parse_options(ctx: &Context, args: &mut Args) -> Result<(Tracking, Vec<Vec<u8>>), Error> {
    let mut wanted = Tracking::default();
    let mut typed = Vec::new();
    while !args.is_empty() {
        if args.left() > 1 && args.token("REDIRECT") {
            if wanted.redirect.is_some() {
                return Err(Error::err(
                    "A client can only redirect to a single other client",
                ));
            }
            let id = ClientId(u64::try_from(args.int()?).unwrap_or(0));
            if ctx.server.clients.get(id).is_none() {
                return Err(Error::err(
                    "The client ID you want redirect to does not exist",
                ));
            }
            wanted.redirect = Some(id);
        } else if args.left() > 1 && args.token("PREFIX") {
            typed.push(args.word()?.to_vec());
        } else if args.token("BCAST") {
            wanted.broadcast = true;
        } else if args.token("OPTIN") {
            wanted.opt_in = true;
        } else if args.token("OPTOUT") {
            wanted.opt_out = true;
        } else if args.token("NOLOOP") {
            wanted.no_loop = true;
        } else {
            return Err(Error::Syntax);
        }
    }
    wanted.prefixes = typed.iter().cloned().collect();
    Ok((wanted, typed))
}

/// What the client will have, given what it has.
fn check(ctx: &Context, mut wanted: Tracking, typed: &[Vec<u8>]) -> Result<Tracking, Error> {
    if !wanted.broadcast && !wanted.prefixes.is_empty() {
        return Err(Error::err(
            "PREFIX option requires BCAST mode to be enabled",
        ));
    }
    let current = ctx.client().tracking.as_ref();
    if current.is_some_and(|current| current.broadcast != wanted.broadcast) {
        return Err(Error::err(
            "You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling \
             it with a different mode.",
        ));
    }
    if wanted.broadcast && (wanted.opt_in || wanted.opt_out) {
        return Err(Error::err("OPTIN and OPTOUT are not compatible with BCAST"));
    }
    if wanted.opt_in && wanted.opt_out {
        return Err(Error::err(
            "You can't specify both OPTIN mode and OPTOUT mode",
        ));
    }
    let switches =
        |current: &Tracking| wanted.opt_in && current.opt_out || wanted.opt_out && current.opt_in;
    if current.is_some_and(switches) {
        return Err(Error::err(
            "You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling \
             it with a different mode.",
        ));
    }
    if wanted.broadcast {
        let before = current
            .map(|current| current.prefixes.clone())
            .unwrap_or_default();
        check_overlaps(typed, &before)?;
        if wanted.prefixes.is_empty() {
            // Without a prefix: all keys.
            wanted.prefixes.insert(Vec::new());
        }
        wanted.prefixes.extend(before);
    }
    wanted.caching = current.is_some_and(|current| current.caching);
    Ok(wanted)
}

/// A change must be told once: no prefix of a client may begin another.
fn check_overlaps(wanted: &[Vec<u8>], before: &OrderedSet<Vec<u8>>) -> Result<(), Error> {
    let overlap = |a: &[u8], b: &[u8]| a.starts_with(b) || b.starts_with(a);
    for (at, prefix) in wanted.iter().enumerate() {
        let others = before.iter().chain(wanted.iter().skip(at + 1));
        for other in others {
            if overlap(prefix, other) {
                let is_old = before.contains(other);
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let (a, b) = (text(prefix), text(other));
                let text = if is_old {
                    format!(
                        "Prefix '{a}' overlaps with an existing prefix '{b}'. Prefixes for a single client must not overlap."
                    )
                } else {
                    format!(
                        "Prefix '{a}' overlaps with another provided prefix '{b}'. Prefixes for a single client must not overlap."
                    )
                };
                return Err(Error::Err(text.into()));
            }
        }
    }
    Ok(())
}

fn caching(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let word = args.word()?;
    let Some(tracking) = ctx.client_mut().tracking.as_mut() else {
        return Err(Error::err(
            "CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled",
        ));
    };
    match word.to_ascii_lowercase().as_slice() {
        b"yes" if tracking.opt_in => tracking.caching = true,
        b"yes" => {
            return Err(Error::err(
                "CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.",
            ));
        }
        b"no" if tracking.opt_out => tracking.caching = true,
        b"no" => {
            return Err(Error::err(
                "CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.",
            ));
        }
        _ => return Err(Error::Syntax),
    }
    Ok(Reply::OK)
}

fn getredir(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    Ok(Reply::Int(redirection(ctx)))
}

/// The client that receives the messages; 0 is this one itself, -1 that it does not track.
fn redirection(ctx: &Context) -> i64 {
    match &ctx.client().tracking {
        None => -1,
        Some(tracking) => tracking.redirect.map_or(0, |id| id.0 as i64),
    }
}

fn trackinginfo(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let redirect = redirection(ctx);
    let tracking = ctx.client().tracking.clone();
    let flags: Vec<&str> = match &tracking {
        None => vec!["off"],
        Some(tracking) => {
            let caching = |word, mode| (word, mode && tracking.caching);
            let flags = [
                ("on", true),
                ("bcast", tracking.broadcast),
                ("optin", tracking.opt_in),
                caching("caching-yes", tracking.opt_in),
                ("optout", tracking.opt_out),
                caching("caching-no", tracking.opt_out),
                ("noloop", tracking.no_loop),
                ("broken_redirect", tracking.redirect_broken),
            ];
            flags
                .into_iter()
                .filter(|(_, on)| *on)
                .map(|(flag, _)| flag)
                .collect()
        }
    };
    let prefixes = tracking
        .map(|tracking| tracking.prefixes)
        .unwrap_or_default();
    Ok(Reply::Map(vec![
        (
            Reply::bulk("flags"),
            Reply::Set(flags.into_iter().map(Reply::bulk).collect()),
        ),
        (Reply::bulk("redirect"), Reply::Int(redirect)),
        (
            Reply::bulk("prefixes"),
            Reply::array(prefixes.iter().map(Reply::bulk)),
        ),
    ]))
}
