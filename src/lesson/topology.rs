//! The servers of a page: ` ```topology ` fences. Says which nodes there are, not how they behave.
//!
//! ```text
//! A primary
//! B C replica of A
//! S1 S2 S3 sentinel of A quorum 2
//! N1 primary slots 0-5460
//! latency 5ms
//! ```
//!
//! A line begins with the nodes' names, then their role. A node's name begins with a capital
//! letter, so a line that begins with a small one is a setting of the network.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topology {
    pub nodes: Vec<Node>,
    pub settings: Vec<Setting>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    pub line: usize,
    pub name: String,
    pub role: Role,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// With slots, the node is a member of a cluster. A range is inclusive at both ends.
    Primary {
        slots: Vec<(u16, u16)>,
    },
    Replica {
        of: String,
    },
    Sentinel {
        of: String,
        quorum: u32,
    },
}

/// `latency 5ms`: a name and the words after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    pub line: usize,
    pub name: String,
    pub words: Vec<String>,
}

#[cfg(feature = "parse")]
const LAST_SLOT: u16 = 16383;

#[cfg(feature = "parse")]
pub(crate) fn parse(
    problems: &mut crate::problem::Problems,
    first_line: usize,
    text: &str,
) -> Topology {
    let mut topology = Topology::default();
    for (line, source) in crate::transcript::numbered(first_line, text) {
        if source.is_empty() {
            continue;
        }
        if let Err(text) = parse_line(&mut topology, line, source) {
            problems.add(line, text);
        }
    }
    let known = |name: &String| topology.nodes.iter().any(|node| node.name == *name);
    for node in &topology.nodes {
        if let Role::Replica { of } | Role::Sentinel { of, .. } = &node.role
            && !known(of)
        {
            problems.add(node.line, format!("there is no node `{of}`"));
        }
    }
    topology
}

#[cfg(feature = "parse")]
fn parse_line(topology: &mut Topology, line: usize, source: &str) -> Result<(), String> {
    let words: Vec<&str> = source.split_ascii_whitespace().collect();
    let is_node = |word: &&str| {
        word.starts_with(|c: char| c.is_ascii_uppercase()) && crate::transcript::is_name(word)
    };
    let count = words.iter().take_while(|word| is_node(word)).count();
    let (names, rest) = words.split_at(count);
    if names.is_empty() {
        let name = rest.first().copied().unwrap_or_default().to_string();
        let words = rest.iter().skip(1).map(|word| word.to_string()).collect();
        topology.settings.push(Setting { line, name, words });
        return Ok(());
    }
    let role = parse_role(rest)?;
    for name in names {
        if topology.nodes.iter().any(|node| node.name == *name) {
            return Err(format!("the node `{name}` is there already"));
        }
        topology.nodes.push(Node {
            line,
            name: name.to_string(),
            role: role.clone(),
        });
    }
    Ok(())
}

#[cfg(feature = "parse")]
fn parse_role(words: &[&str]) -> Result<Role, String> {
    match words {
        ["primary"] => Ok(Role::Primary { slots: Vec::new() }),
        ["primary", "slots", ranges @ ..] if !ranges.is_empty() => {
            let slots = ranges
                .iter()
                .map(|range| parse_slots(range))
                .collect::<Result<_, _>>()?;
            Ok(Role::Primary { slots })
        }
        ["replica", "of", primary] => Ok(Role::Replica {
            of: primary.to_string(),
        }),
        ["sentinel", "of", primary, "quorum", quorum] => {
            let quorum = quorum
                .parse()
                .map_err(|_| format!("`{quorum}` is not a quorum"))?;
            Ok(Role::Sentinel {
                of: primary.to_string(),
                quorum,
            })
        }
        _ => Err(format!(
            "`{}` is no role: write `primary`, `primary slots 0-5460`, `replica of A` or \
             `sentinel of A quorum 2`",
            words.join(" ")
        )),
    }
}

#[cfg(feature = "parse")]
fn parse_slots(range: &str) -> Result<(u16, u16), String> {
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if first <= last && last <= LAST_SLOT => Ok((first, last)),
        _ => Err(format!(
            "`{range}` is not a range of slots between 0 and {LAST_SLOT}"
        )),
    }
}
