//! What the engine says of its commands (COMMAND and COMMAND DOCS), in the shape of the recording in
//! `vectors/command-table.json`, and the comparison of both. Free texts and names of arguments are left out.

use std::collections::BTreeMap;

use engine::{Engine, Reply, Time};
use serde_json::{Map, Value, json};

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

/// All commands by name, in the shape of the recording.
pub fn ours() -> BTreeMap<String, Value> {
    let mut engine = Engine::new(1, Time::WORLD_START);
    let client = engine.connect("127.0.0.1:50000", Time::WORLD_START);
    let mut ask = |words: &[&[u8]]| json_of(&engine.execute(client, words, Time::WORLD_START));
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
        "deprecated_since": document["deprecated_since"].as_str().unwrap_or_default(),
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
        "begin": step(&spec["begin_search"], &["index", "keyword", "startfrom"]),
        "find": step(&spec["find_keys"], &["lastkey", "keynumidx", "firstkey", "keystep", "limit"]),
    })
}

fn argument(argument: &Value) -> Value {
    let mut shown = Map::new();
    for field in ["type", "token", "key_spec_index"] {
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
