//! What a server says of its commands (COMMAND and COMMAND DOCS), in the shape of `vectors/command-table.json`, and the
//! comparison of the engine's with the recorded one. Of texts that are our own words (summaries, costs, what changed in
//! a version, notes on keys) it only matters that they are there.

use std::collections::BTreeMap;

use engine::command::{Entry, table};
use engine::syntax::Argument;
use engine::{Engine, Reply, Time};
use serde_json::{Map, Value, json};

use crate::real::{Clock, Real};

/// Adds a line for each field that is declared otherwise than the server declares it.
pub fn compare(name: &str, wanted: &Value, described: &Value, problems: &mut Vec<String>) {
    for (field, wanted) in wanted.as_object().expect("fields") {
        let found = &described[field];
        if found != wanted {
            problems.push(format!(
                "{name} {field}:\n  expected {wanted}\n  got      {found}"
            ));
        }
    }
}

/// All commands of the engine by name.
pub fn ours() -> BTreeMap<String, Value> {
    let mut engine = Engine::new(1, Time::WORLD_START);
    let client = engine.connect("127.0.0.1:50000", Time::WORLD_START);
    table_of(|words| engine.execute(client, words, Time::WORLD_START))
}

/// The lines of `command-table.json`, as the real server has them, and those of the engine's `labels.txt`.
pub fn record() -> (String, String) {
    let real = Real::start(Clock::Machine, &[]);
    let mut connection = real.connect();
    connection.call(&["HELLO", "3"]);
    let known = table_of(|words| connection.call(words));
    let lines = known
        .iter()
        .map(|(name, described)| format!("  {}: {described}", json!(name)));
    let lines = format!("{{\n{}\n}}\n", lines.collect::<Vec<_>>().join(",\n"));
    let labels = table().all().filter_map(|entry| labels(entry, &known));
    (lines, labels.collect())
}

/// What the syntax line of a command does not say of its arguments and the real server does.
fn labels(entry: &Entry, known: &BTreeMap<String, Value>) -> Option<String> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    flatten(&entry.syntax.tree(), &mut ours);
    flatten_recorded(&known.get(entry.name)?["arguments"], &mut theirs);
    let mut line = String::new();
    for (place, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        let text = |field: &str| theirs[field].as_str();
        let name = text("name").filter(|name| name != ours);
        let shown = text("display_text").filter(|shown| Some(*shown) != text("name"));
        let parts = [
            ("", name),
            ("/", shown),
            ("@", text("since")),
            ("!", text("deprecated_since")),
        ];
        let parts = parts
            .into_iter()
            .filter_map(|(mark, text)| Some(format!("{mark}{}", text?)));
        let label: String = parts.collect();
        if !label.is_empty() {
            line.push_str(&format!(" {place}:{label}"));
        }
    }
    (!line.is_empty()).then(|| format!("{}{line}\n", entry.name))
}

fn flatten(arguments: &[Argument], into: &mut Vec<String>) {
    for argument in arguments {
        into.push(argument.name.clone());
        flatten(&argument.arguments, into);
    }
}

fn flatten_recorded<'a>(arguments: &'a Value, into: &mut Vec<&'a Value>) {
    for argument in arguments.as_array().into_iter().flatten() {
        into.push(argument);
        flatten_recorded(&argument["arguments"], into);
    }
}

fn table_of(mut call: impl FnMut(&[&[u8]]) -> Reply) -> BTreeMap<String, Value> {
    let mut ask = |words: &[&[u8]]| json_of(&call(words));
    let (info, docs) = (ask(&[b"COMMAND"]), ask(&[b"COMMAND", b"DOCS"]));
    let mut documents = Map::new();
    collect_documents(&docs, &mut documents);
    let mut table = BTreeMap::new();
    for described in info.as_array().expect("an array of commands") {
        collect(described, &documents, &mut table);
    }
    table
}

fn collect_documents(docs: &Value, into: &mut Map<String, Value>) {
    for (name, document) in docs.as_object().expect("commands by name") {
        if document["subcommands"].is_object() {
            collect_documents(&document["subcommands"], into);
        }
        into.insert(name.clone(), document.clone());
    }
}

fn collect(info: &Value, documents: &Map<String, Value>, into: &mut BTreeMap<String, Value>) {
    let name = info[0].as_str().expect("a name").to_string();
    let document = &documents[&name];
    let specs: Vec<Value> = items(&info[8]).iter().map(spec).collect();
    let arguments: Vec<Value> = items(&document["arguments"]).iter().map(argument).collect();
    let described = json!({
        "arity": info[1],
        "flags": sorted(&info[2]),
        "range": [info[3], info[4], info[5]],
        "acl": sorted(&info[6]),
        "tips": sorted(&info[7]),
        "key_specs": specs,
        "group": document["group"],
        "since": document["since"],
        "complexity": !document["complexity"].is_null(),
        "doc_flags": sorted(&document["doc_flags"]),
        "deprecated_since": document["deprecated_since"].as_str().unwrap_or_default(),
        "replaced_by": document["replaced_by"].as_str().unwrap_or_default(),
        "history": items(&document["history"]).iter().map(|change| change[0].clone()).collect::<Vec<_>>(),
        "summary": !document["summary"].is_null(),
        "arguments": arguments,
    });
    for subcommand in items(&info[9]) {
        collect(&subcommand, documents, into);
    }
    into.insert(name, described);
}

fn items(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn sorted(value: &Value) -> Value {
    let mut words: Vec<String> = items(value)
        .iter()
        .filter_map(|word| word.as_str().map(str::to_string))
        .collect();
    words.sort();
    json!(words)
}

fn spec(spec: &Value) -> Value {
    let step = |field: &Value, order: &[&str]| {
        let numbers = order
            .iter()
            .map(|name| &field["spec"][name])
            .filter(|number| !number.is_null());
        let mut shown = vec![field["type"].clone()];
        shown.extend(numbers.cloned());
        shown
    };
    json!({
        "flags": spec["flags"],
        "notes": !spec["notes"].is_null(),
        "begin": step(&spec["begin_search"], &["index", "keyword", "startfrom"]),
        "find": step(&spec["find_keys"], &["lastkey", "keynumidx", "firstkey", "keystep", "limit"]),
    })
}

fn argument(argument: &Value) -> Value {
    let mut shown = Map::new();
    const FACTS: &[&str] = &[
        "name",
        "type",
        "display_text",
        "token",
        "key_spec_index",
        "since",
        "deprecated_since",
    ];
    for field in FACTS.iter().copied() {
        if !argument[field].is_null() {
            shown.insert(field.to_string(), argument[field].clone());
        }
    }
    if argument["flags"].is_array() {
        shown.insert("flags".to_string(), sorted(&argument["flags"]));
    }
    if argument["arguments"].is_array() {
        let parts = items(&argument["arguments"]);
        shown.insert(
            "arguments".to_string(),
            parts.iter().map(self::argument).collect(),
        );
    }
    Value::Object(shown)
}

fn json_of(reply: &Reply) -> Value {
    match reply {
        Reply::Status(text) => json!(text),
        Reply::StatusText(text) => json!(text),
        Reply::Int(number) => json!(number),
        Reply::Bulk(bytes) => json!(String::from_utf8_lossy(bytes)),
        Reply::Array(items) | Reply::Set(items) => items.iter().map(json_of).collect(),
        Reply::Null | Reply::NullArray => Value::Null,
        Reply::Map(pairs) => {
            let pairs = pairs.iter().map(|(name, value)| {
                (
                    json_of(name).as_str().expect("a name").to_string(),
                    json_of(value),
                )
            });
            Value::Object(pairs.collect())
        }
        other => panic!("COMMAND does not answer {other:?}"),
    }
}
