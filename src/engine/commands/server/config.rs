//! CONFIG: parameters by name and glob. What they are is `config/parameters.rs`'s business.

use crate::args::Args;
use crate::command::{Command, flag::*};
use crate::commands::help::help;
use crate::config::rewrite;
use crate::config::{Refusal, check_standing, parameters};
use crate::context::Context;
use crate::error::Error;
use crate::glob;
use crate::reply::Reply;
use crate::server::Stats;

pub const COMMANDS: &[Command] = &[
    Command::container("CONFIG")
        .summary("Shows and changes parameters.")
        .cost("Depends on subcommand.")
        .since("2.0.0"),
    Command::new("CONFIG|GET parameter...", get)
        .summary("Gives the parameters whose names match.")
        .cost("O(N) when N is the number of configuration parameters provided")
        .since("2.0.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE)
        .history(&[("7.0.0", "Several patterns at once.")]),
    Command::new("CONFIG|HELP", help)
        .summary("Lists the subcommands.")
        .since("5.0.0")
        .flags(LOADING | STALE),
    Command::new("CONFIG|RESETSTAT", resetstat)
        .summary("Sets the counters of INFO to zero.")
        .since("2.0.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE)
        .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
    Command::new("CONFIG|REWRITE", rewrite)
        .summary("Writes the parameters into the configuration file.")
        .since("2.8.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE)
        .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]),
    Command::new("CONFIG|SET (parameter value)...", set)
        .summary("Changes parameters, all of them or none.")
        .cost("O(N) when N is the number of configuration parameters provided")
        .since("2.0.0")
        .flags(ADMIN | NOSCRIPT | LOADING | STALE)
        .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"])
        .history(&[("7.0.0", "Several parameters at once.")]),
];

fn get(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let patterns = args.rest();
    let mut shown = Vec::new();
    for parameter in parameters::PARAMETERS {
        for name in [parameter.name, parameter.alias] {
            let matching = patterns
                .iter()
                .find(|p| !name.is_empty() && glob::matches(p, name.as_bytes(), true));
            if let Some(pattern) = matching {
                // A name is given back as it was typed.
                let name = if is_glob(pattern) {
                    name.as_bytes()
                } else {
                    pattern
                };
                shown.push((
                    Reply::bulk(name),
                    Reply::Bulk(ctx.server.config.show(parameter)),
                ));
            }
        }
    }
    Ok(Reply::Map(shown))
}

fn is_glob(pattern: &[u8]) -> bool {
    pattern.iter().any(|byte| b"[*?".contains(byte))
}

fn set(ctx: &mut Context, args: &mut Args) -> Result<Reply, Error> {
    let words = args.rest();
    if !words.len().is_multiple_of(2) {
        return Err(Error::Syntax);
    }
    let mut seen = Vec::new();
    for pair in words.chunks(2) {
        let Some(parameter) = parameters::find(pair[0]) else {
            let name = String::from_utf8_lossy(pair[0]);
            let text = format!("Unknown option or number of arguments for CONFIG SET - '{name}'");
            return Err(Error::Err(text.into()));
        };
        check_standing(&ctx.server.config, parameter)
            .map_err(|refusal| refused(pair[0], refusal))?;
        if seen
            .iter()
            .any(|(before, _, _): &(&parameters::Parameter, _, _)| before.name == parameter.name)
        {
            return Err(refused(
                pair[0],
                Refusal::Invalid("duplicate parameter".to_string()),
            ));
        }
        seen.push((parameter, pair[0], pair[1]));
    }
    for (_, name, value) in seen
        .iter()
        .filter(|(parameter, _, _)| parameter.name == "dir")
    {
        // There is one folder, whatever it is called.
        if *value != ctx.server.config.text("dir").as_bytes() {
            return Err(refused(
                name,
                Refusal::Invalid("No such file or directory".to_string()),
            ));
        }
    }
    // All or nothing: the changed copy replaces the configuration once every value was good.
    let mut changed = ctx.server.config.clone();
    for (parameter, name, value) in seen {
        changed
            .set(parameter, value)
            .map_err(|refusal| refused(name, refusal))?;
    }
    let has_new_password = changed.requirepass != ctx.server.config.requirepass;
    let before = std::mem::replace(&mut ctx.server.config, changed);
    ctx.keys.tally = ctx.server.config.tally();
    let entries = ctx.server.config.slowlog_max_len;
    ctx.server.slow_log.truncate(entries);
    if has_new_password {
        let password = &ctx.server.config.requirepass;
        ctx.server.users.set_default_password(password);
    }
    let append_only = ctx.server.config.persistence.append_only;
    if append_only != before.persistence.append_only {
        if append_only {
            ctx.server.start_append_only(ctx.keys, ctx.now);
        } else {
            ctx.server.stop_append_only();
        }
    }
    Ok(Reply::OK)
}

fn refused(name: &[u8], refusal: Refusal) -> Error {
    let name = String::from_utf8_lossy(name);
    match refusal {
        Refusal::Invalid(why) => Error::Err(
            format!("CONFIG SET failed (possibly related to argument '{name}') - {why}").into(),
        ),
        Refusal::NotEmulated(why) => Error::NotEmulated(format!("{name} cannot be changed: {why}")),
    }
}

fn resetstat(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let peak = ctx.server.stats.peak;
    ctx.server.stats = Stats {
        peak,
        ..Stats::default()
    };
    ctx.keys.cycle.forget_statistics();
    ctx.keys.stats = Default::default();
    Ok(Reply::OK)
}

fn rewrite(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let server = &mut *ctx.server;
    if server.config_file.is_empty() {
        return Err(Error::err("The server is running without a config file"));
    }
    let before = server.disk.read(&server.config_file).unwrap_or_default();
    let before = String::from_utf8_lossy(before).into_owned();
    // Users are kept here unless they have a file of their own.
    let users = String::from_utf8_lossy(&server.users.to_text()).into_owned();
    let users = server.config.text("aclfile").is_empty().then_some(users);
    let text = rewrite::rewrite(&server.config, &before, users.as_deref());
    server.disk.put(&server.config_file, text.into_bytes());
    Ok(Reply::OK)
}
