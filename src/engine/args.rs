//! A cursor over a command's words, with Redis' error texts for what is missing or malformed.
//! The name itself is skipped; arity was checked before.

use crate::error::Error;
use crate::number;

pub struct Args<'a> {
    words: &'a [&'a [u8]],
    at: usize,
}

impl<'a> Args<'a> {
    /// `skip` is 1 for a command, 2 for a subcommand.
    pub fn new(words: &'a [&'a [u8]], skip: usize) -> Args<'a> {
        Args {
            words,
            at: skip.min(words.len()),
        }
    }

    /// The next word; a syntax error if there is none.
    pub fn word(&mut self) -> Result<&'a [u8], Error> {
        let word = *self.words.get(self.at).ok_or(Error::Syntax)?;
        self.at += 1;
        Ok(word)
    }

    pub fn int(&mut self) -> Result<i64, Error> {
        number::parse_i64(self.word()?).ok_or(Error::NotAnInteger)
    }

    /// An integer whose negative is one too: what takes a direction from the sign refuses `i64::MIN`.
    pub fn symmetric_int(&mut self) -> Result<i64, Error> {
        let number = self.int()?;
        if number == i64::MIN {
            Err(Error::NotSymmetric)
        } else {
            Ok(number)
        }
    }

    /// A count: not negative. Text that is no number gets the same error as a negative one.
    pub fn count(&mut self) -> Result<usize, Error> {
        let number = number::parse_i64(self.word()?);
        number
            .and_then(|number| usize::try_from(number).ok())
            .ok_or(Error::NotPositive)
    }

    pub fn float(&mut self) -> Result<f64, Error> {
        number::parse_f64(self.word()?).ok_or(Error::NotAFloat)
    }

    /// The next word without taking it.
    pub fn peek(&self) -> Option<&'a [u8]> {
        self.words.get(self.at).copied()
    }

    /// Takes the next word if it is this option, in any case.
    pub fn token(&mut self, token: &str) -> bool {
        let found = self
            .peek()
            .is_some_and(|word| word.eq_ignore_ascii_case(token.as_bytes()));
        self.at += found as usize;
        found
    }

    /// How many words are left.
    pub fn left(&self) -> usize {
        self.words.len() - self.at
    }

    pub fn is_empty(&self) -> bool {
        self.left() == 0
    }

    /// All words that are left; the cursor moves to the end.
    pub fn rest(&mut self) -> &'a [&'a [u8]] {
        let rest = &self.words[self.at..];
        self.at = self.words.len();
        rest
    }

    /// The next `count` words; a syntax error if there are fewer.
    pub fn take(&mut self, count: usize) -> Result<&'a [&'a [u8]], Error> {
        if self.left() < count {
            return Err(Error::Syntax);
        }
        let taken = &self.words[self.at..self.at + count];
        self.at += count;
        Ok(taken)
    }

    /// A syntax error if words are left over.
    pub fn finish(&self) -> Result<(), Error> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(Error::Syntax)
        }
    }
}
