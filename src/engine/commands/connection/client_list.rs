//! CLIENT LIST, INFO and KILL: lines about connections, and filters over them.
//!
//! What lies in buffers is as true as whoever drives the engine says it: see `buffers.rs`.

use crate::acl::{UserId, Users};
use crate::args::Args;
use crate::client::{Client, ClientId, ClientType};
use crate::context::Context;
use crate::error::Error;
use crate::number;
use crate::reply::Reply;
use crate::resp::Protocol;
use crate::server::Server;
use crate::time::Time;

pub fn info(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let mut text = describe(ctx.server, ctx.client(), ctx.now, Some(ctx.words));
    text.push('\n');
    Ok(Reply::Verbatim("txt", text))
}

pub fn list(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let words = args.rest();
    let chosen: Vec<ClientId> = match words {
        [] => ctx.server.clients.iter().map(|client| client.id).collect(),
        [option, name] if option.eq_ignore_ascii_case(b"TYPE") => {
            let kind = parse_type(name)?;
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
            let running = (id == ctx.id).then_some(ctx.words);
            text.push_str(&describe(ctx.server, client, ctx.now, running));
            text.push('\n');
        }
    }
    Ok(Reply::Verbatim("txt", text))
}

fn parse_type(name: &[u8]) -> Result<ClientType, Error> {
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

impl Server {
    /// A client as CLIENT LIST shows it.
    pub fn describe_client(&self, id: ClientId, now: Time, running: &[&[u8]]) -> String {
        let client = self.clients.get(id);
        client.map_or(String::new(), |client| {
            describe(self, client, now, Some(running))
        })
    }
}

/// A line of CLIENT LIST, without its end.
fn describe(server: &Server, client: &Client, now: Time, running: Option<&[&[u8]]>) -> String {
    let sizes = client.sizes(now, running);
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
        ("qbuf", sizes.qbuf.to_string()),
        ("qbuf-free", sizes.qbuf_free.to_string()),
        ("argv-mem", sizes.argv_mem.to_string()),
        ("multi-mem", sizes.multi_mem.to_string()),
        ("rbs", sizes.rbs.to_string()),
        ("rbp", sizes.rbp.to_string()),
        ("obl", sizes.obl.to_string()),
        ("oll", sizes.oll.to_string()),
        ("omem", sizes.omem.to_string()),
        ("tot-mem", sizes.tot_mem.to_string()),
        (
            "events",
            if client.buffers.unsent > 0 { "rw" } else { "r" }.to_string(),
        ),
        ("cmd", client.last_command.to_string()),
        (
            "user",
            match client.obeyed {
                true => "(superuser)".to_string(),
                false => server.user_name(client.user),
            },
        ),
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
        ("tot-net-in", client.buffers.received.to_string()),
        ("tot-net-out", client.buffers.sent.to_string()),
        ("tot-cmds", client.commands_processed.to_string()),
    ];
    fields
        .map(|(name, value)| format!("{name}={value}"))
        .join(" ")
}

fn letters(client: &Client) -> String {
    let tracking = client.tracking.as_ref();
    let letters = [
        ('O', client.monitor),
        ('S', client.is_replica()),
        ('M', client.obeyed),
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
    user: Option<UserId>,
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
    let filter = parse_filter(words, &ctx.server.users)?;
    Ok(Reply::from(kill_matching(ctx, &filter)))
}

fn parse_filter<'a>(words: &[&'a [u8]], users: &Users) -> Result<Filter<'a>, Error> {
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
            b"type" => filter.kind = Some(parse_type(value)?),
            b"user" => {
                let unknown = || format!("No such user '{}'", String::from_utf8_lossy(value));
                let user = users.find(value);
                filter.user = Some(user.ok_or_else(|| Error::Err(unknown().into()))?);
            }
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
            && filter.user.is_none_or(|user| client.user == user)
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
        ctx.close(*id);
    }
    meant.len()
}
