//! Going through a hash, whichever encoding it has.

use std::borrow::Cow;

use super::{Field, Found, NEVER};
use crate::structures::dict;
use crate::structures::dict::Dict;
use crate::structures::listpack::{self, Listpack};

/// Fields with what they hold, in the order in which they lie.
#[derive(Debug)]
pub struct Iter<'a>(Source<'a>);

#[derive(Debug)]
enum Source<'a> {
    Pairs(listpack::Iter<'a>),
    Triples(listpack::Iter<'a>),
    Table(dict::Iter<'a, Field>),
}

impl<'a> Iter<'a> {
    pub(super) fn pairs(pack: &'a Listpack) -> Iter<'a> {
        Iter(Source::Pairs(pack.iter()))
    }

    pub(super) fn pairs_from(pack: &'a Listpack, offset: usize) -> Iter<'a> {
        Iter(Source::Pairs(pack.iter_from(offset)))
    }

    pub(super) fn triples(pack: &'a Listpack) -> Iter<'a> {
        Iter(Source::Triples(pack.iter()))
    }

    pub(super) fn triples_from(pack: &'a Listpack, offset: usize) -> Iter<'a> {
        Iter(Source::Triples(pack.iter_from(offset)))
    }

    pub(super) fn table(fields: &'a Dict<Field>) -> Iter<'a> {
        Iter(Source::Table(fields.iter()))
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = (Cow<'a, [u8]>, Found<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Source::Pairs(entries) => {
                let (field, value) = (entries.next()?, entries.next()?);
                Some((
                    field.to_bytes(),
                    Found {
                        value: value.to_bytes(),
                        deadline: None,
                    },
                ))
            }
            Source::Triples(entries) => {
                let (field, value, deadline) = (entries.next()?, entries.next()?, entries.next()?);
                let deadline = deadline.int().filter(|deadline| *deadline != NEVER);
                Some((
                    field.to_bytes(),
                    Found {
                        value: value.to_bytes(),
                        deadline,
                    },
                ))
            }
            Source::Table(entries) => {
                let (name, field) = entries.next()?;
                let found = Found {
                    value: Cow::Borrowed(&field.value),
                    deadline: field.deadline(),
                };
                Some((Cow::Borrowed(name), found))
            }
        }
    }
}
