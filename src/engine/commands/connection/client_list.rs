//! CLIENT LIST, INFO and KILL: lines about connections, and filters over them.
//!
//! Buffer sizes and memory are those of a connection at rest: there are no sockets here.

use crate::args::Args;
use crate::client::{Client, ClientId};
use crate::context::Context;
use crate::error::Error;
use crate::event::Event;
use crate::number;
use crate::reply::Reply;
use crate::resp::Protocol;
use crate::time::Time;

pub fn info(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let mut text = describe(ctx.client(), ctx.now);
    text.push('\n');
    Ok(Reply::Verbatim("txt", text))
}

pub fn list(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let words = args.rest();
    let chosen: Vec<ClientId> = match words {
        [] => ctx.server.clients.iter().map(|client| client.id).collect(),
        [option, name] if option.eq_ignore_ascii_case(b"TYPE") => {
            let kind = ClientType::parse(name)?;
            ctx.server
                .clients
                .iter()
                .filter(|client| ClientType::of(client) == kind)
                .map(|client| client.id)
                .collect()
        }
        [option, ids @ ..] if option.eq_ignore_ascii_case(b"ID") && !ids.is_empty() => {
            let ids = ids
                .iter()
                .map(|id| number::parse_i64(id).ok_or(Error::err("Invalid client ID")));
            ids.map(|id| id.map(|id| ClientId(u64::try_from(id).unwrap_or(0))))
                .collect::<Result<_, _>>()?
        }
        _ => return Err(Error::Syntax),
    };
    let mut text = String::new();
    for id in chosen {
        if let Some(client) = ctx.server.clients.get(id).filter(|client| !client.closing) {
            text.push_str(&describe(client, ctx.now));
            text.push('\n');
        }
    }
    Ok(Reply::Verbatim("txt", text))
}

/// What CLIENT LIST and KILL call the type of a client. Replicas and primaries connect in the simulator only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClientType {
    Normal,
    Master,
    Replica,
    PubSub,
}

impl ClientType {
    fn parse(name: &[u8]) -> Result<ClientType, Error> {
        match name.to_ascii_lowercase().as_slice() {
            b"normal" => Ok(ClientType::Normal),
            b"master" => Ok(ClientType::Master),
            b"slave" | b"replica" => Ok(ClientType::Replica),
            b"pubsub" => Ok(ClientType::PubSub),
            _ => Err(Error::Err(
                format!("Unknown client type '{}'", String::from_utf8_lossy(name)).into(),
            )),
        }
    }

    fn of(client: &Client) -> ClientType {
        match client {
            // A monitor counts as a replica, as it once was one.
            client if client.monitor => ClientType::Replica,
            client if client.is_subscriber() => ClientType::PubSub,
            _ => ClientType::Normal,
        }
    }
}

/// A line of CLIENT LIST, without its end.
pub(crate) fn describe(client: &Client, now: Time) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let multi = client
        .transaction
        .as_ref()
        .map_or(-1, |transaction| transaction.queue.len() as i64);
    let redirect = match &client.tracking {
        None => -1,
        Some(tracking) => tracking.redirect.map_or(0, |id| id.0 as i64),
    };
    let fields = [
        ("id", client.id.0.to_string()),
        ("addr", client.address.clone()),
        ("laddr", client.local_address.clone()),
        ("fd", (client.id.0 + 7).to_string()),
        ("name", text(&client.name)),
        ("age", (now.secs() - client.connected_at.secs()).to_string()),
        (
            "idle",
            (now.secs() - client.last_command_at.secs()).to_string(),
        ),
        ("flags", letters(client)),
        ("db", client.db.to_string()),
        ("sub", client.channels.len().to_string()),
        ("psub", client.patterns.len().to_string()),
        ("ssub", client.shard_channels.len().to_string()),
        ("multi", multi.to_string()),
        ("watch", client.watching.len().to_string()),
        ("qbuf", "0".to_string()),
        ("qbuf-free", "0".to_string()),
        ("argv-mem", "0".to_string()),
        ("multi-mem", "0".to_string()),
        ("rbs", "1024".to_string()),
        ("rbp", "0".to_string()),
        ("obl", "0".to_string()),
        ("oll", "0".to_string()),
        ("omem", "0".to_string()),
        ("tot-mem", "1928".to_string()),
        ("events", "r".to_string()),
        ("cmd", client.last_command.to_string()),
        ("user", client.user.clone()),
        ("redir", redirect.to_string()),
        (
            "resp",
            if client.protocol == Protocol::Resp3 {
                "3"
            } else {
                "2"
            }
            .to_string(),
        ),
        ("lib-name", text(&client.library_name)),
        ("lib-ver", text(&client.library_version)),
        ("io-thread", "0".to_string()),
        ("tot-net-in", "0".to_string()),
        ("tot-net-out", "0".to_string()),
        (
            "tot-cmds",
            client.commands_processed.saturating_sub(1).to_string(),
        ),
    ];
    fields
        .map(|(name, value)| format!("{name}={value}"))
        .join(" ")
}

fn letters(client: &Client) -> String {
    let tracking = client.tracking.as_ref();
    let letters = [
        ('O', client.monitor),
        ('P', client.is_subscriber()),
        ('x', client.transaction.is_some()),
        ('b', client.blocked.is_some() || client.postponed),
        ('t', tracking.is_some()),
        (
            'R',
            tracking.is_some_and(|tracking| tracking.redirect_broken),
        ),
        ('B', tracking.is_some_and(|tracking| tracking.broadcast)),
        ('d', client.watch_broken),
        ('c', client.closing),
        ('r', client.readonly),
        ('e', client.no_evict),
        ('T', client.no_touch),
    ];
    let shown: String = letters
        .iter()
        .filter(|(_, on)| *on)
        .map(|(letter, _)| letter)
        .collect();
    if shown.is_empty() {
        "N".to_string()
    } else {
        shown
    }
}

#[derive(Default)]
struct Filter<'a> {
    id: Option<ClientId>,
    kind: Option<ClientType>,
    user: Option<&'a [u8]>,
    address: Option<&'a [u8]>,
    local_address: Option<&'a [u8]>,
    max_age: Option<i64>,
    skip_me: bool,
}

pub fn kill(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let words = args.rest();
    if let [address] = words {
        let filter = Filter {
            address: Some(address),
            ..Filter::default()
        };
        return match kill_matching(ctx, &filter) {
            0 => Err(Error::err("No such client")),
            _ => Ok(Reply::OK),
        };
    }
    let filter = parse_filter(words)?;
    if let Some(user) = filter.user
        && user != b"default"
    {
        return Err(Error::Err(
            format!("No such user '{}'", String::from_utf8_lossy(user)).into(),
        ));
    }
    Ok(Reply::from(kill_matching(ctx, &filter)))
}

fn parse_filter<'a>(words: &[&'a [u8]]) -> Result<Filter<'a>, Error> {
    let mut filter = Filter {
        skip_me: true,
        ..Filter::default()
    };
    for pair in words.chunks(2) {
        let [option, value] = *pair else {
            return Err(Error::Syntax);
        };
        match option.to_ascii_lowercase().as_slice() {
            b"id" => {
                let id = number::parse_i64(value).filter(|id| *id > 0);
                let id = id.ok_or(Error::err("client-id should be greater than 0"))?;
                filter.id = Some(ClientId(id as u64));
            }
            b"type" => filter.kind = Some(ClientType::parse(value)?),
            b"user" => filter.user = Some(value),
            b"addr" => filter.address = Some(value),
            b"laddr" => filter.local_address = Some(value),
            b"maxage" => {
                let age = number::parse_i64(value)
                    .ok_or(Error::err("maxage is not an integer or out of range"))?;
                if age <= 0 {
                    return Err(Error::err("maxage should be greater than 0"));
                }
                filter.max_age = Some(age);
            }
            b"skipme" if value.eq_ignore_ascii_case(b"yes") => filter.skip_me = true,
            b"skipme" if value.eq_ignore_ascii_case(b"no") => filter.skip_me = false,
            _ => return Err(Error::Syntax),
        }
    }
    Ok(filter)
}

fn kill_matching(ctx: &mut Context, filter: &Filter) -> usize {
    let (me, now) = (ctx.id, ctx.now);
    let is_meant = |client: &&Client| {
        filter.id.is_none_or(|id| client.id == id)
            && filter
                .kind
                .is_none_or(|kind| ClientType::of(client) == kind)
            && filter
                .user
                .is_none_or(|user| client.user.as_bytes() == user)
            && filter
                .address
                .is_none_or(|address| client.address.as_bytes() == address)
            && filter
                .local_address
                .is_none_or(|address| client.local_address.as_bytes() == address)
            && filter
                .max_age
                .is_none_or(|age| now.secs() - client.connected_at.secs() >= age)
            && !(filter.skip_me && client.id == me)
    };
    let meant: Vec<ClientId> = ctx
        .server
        .clients
        .iter()
        .filter(is_meant)
        .map(|client| client.id)
        .collect();
    for id in &meant {
        if *id == me {
            ctx.client_mut().closing = true;
        } else {
            ctx.server.forget_client(ctx.keys, *id);
            ctx.server.outbox.push(Event::Close { client: *id });
        }
    }
    meant.len()
}
