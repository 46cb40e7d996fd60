//! HELP of a command that has subcommands: its syntax lines and summaries, read from the table.

use crate::args::Args;
use crate::command::table;
use crate::context::Context;
use crate::error::Error;
use crate::reply::Reply;

pub(super) fn help(ctx: &mut Context, _: &mut Args) -> Result<Reply, Error> {
    let (parent, _) = ctx
        .name()
        .split_once('|')
        .expect("HELP is always a subcommand");
    let parent = table()
        .find(parent.as_bytes())
        .expect("a subcommand's parent is in the table");
    let name = parent.name.to_ascii_uppercase();
    let mut lines = vec![format!(
        "{name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"
    )];
    for entry in parent.subcommands.values() {
        let line = entry.command.syntax;
        let line = line
            .split_once('|')
            .map_or(line, |(_, subcommand)| subcommand);
        lines.push(without_types(line));
        lines.push(format!("    {}", entry.command.summary));
    }
    Ok(Reply::array(lines.into_iter().map(Reply::StatusText)))
}

/// The line as documentation shows it: `count:int` is `count`.
fn without_types(line: &str) -> String {
    let mut shown = line.to_string();
    for kind in [":int", ":float", ":time", ":pattern", ":key"] {
        shown = shown.replace(kind, "");
    }
    shown
}

/// For subcommands that accept more words than the table's arity says, and look themselves.
pub(super) fn wrong_arity_or_unknown(ctx: &Context) -> Error {
    let (parent, _) = ctx.name().split_once('|').unwrap_or((ctx.name(), ""));
    let given = String::from_utf8_lossy(ctx.words.get(1).copied().unwrap_or_default()).into_owned();
    Error::SubcommandSyntax(given, parent.to_ascii_uppercase())
}
