//! The last bytes of the replication stream, from which a replica that was cut off can go on.
//!
//! It is a chain of blocks, and only whole blocks are given up: more is held than `repl-backlog-size` asks for.

use std::collections::VecDeque;

use crate::allocation::allocated;

/// A block has room for so many bytes at least, and is allocated together with its header.
const BLOCK: usize = 16 * 1024;
const HEADER: usize = 40;

#[derive(Debug, Clone)]
pub struct Backlog {
    blocks: VecDeque<Block>,
    /// The offset of the first byte that is held, or that will be.
    first: u64,
    held: usize,
}

#[derive(Debug, Clone)]
struct Block {
    room: usize,
    bytes: Vec<u8>,
}

impl Backlog {
    /// The stream has this offset, and nothing of it is held.
    pub fn new(offset: u64) -> Backlog {
        Backlog {
            blocks: VecDeque::new(),
            first: offset + 1,
            held: 0,
        }
    }

    pub fn first(&self) -> u64 {
        self.first
    }

    /// How many bytes are held.
    pub fn len(&self) -> usize {
        self.held
    }

    pub fn is_empty(&self) -> bool {
        self.held == 0
    }

    /// What the blocks take.
    pub fn memory(&self) -> usize {
        self.blocks.iter().map(|block| block.room + HEADER).sum()
    }

    /// Whether somebody who has everything before this offset can go on.
    pub fn reaches(&self, offset: u64) -> bool {
        (self.first..=self.first + self.held as u64).contains(&offset)
    }

    /// `size` is `repl-backlog-size`.
    pub fn append(&mut self, mut bytes: &[u8], size: usize) {
        self.held += bytes.len();
        while !bytes.is_empty() {
            let full = |block: &Block| block.bytes.len() == block.room;
            if self.blocks.back().is_none_or(full) {
                let largest = (size / 16).max(BLOCK);
                let room = allocated(bytes.len().clamp(BLOCK, largest) + HEADER) - HEADER;
                self.blocks.push_back(Block {
                    room,
                    bytes: Vec::new(),
                });
            }
            let Some(block) = self.blocks.back_mut() else {
                return;
            };
            let (now, later) = bytes.split_at(bytes.len().min(block.room - block.bytes.len()));
            block.bytes.extend_from_slice(now);
            bytes = later;
        }
    }

    /// Gives up what is too much; bytes from `needed` on somebody still waits for.
    pub fn trim(&mut self, size: usize, needed: u64) {
        while self.held > size && self.blocks.len() > 1 {
            let Some(block) = self.blocks.front() else {
                return;
            };
            let length = block.bytes.len();
            if self.held - length <= size || self.first + length as u64 > needed {
                return;
            }
            self.first += length as u64;
            self.held -= length;
            self.blocks.pop_front();
        }
    }

    /// The bytes from an offset on; none before the first that is held.
    pub fn since(&self, offset: u64) -> Vec<u8> {
        let mut skip = usize::try_from(offset.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let mut bytes = Vec::with_capacity(self.held.saturating_sub(skip));
        for block in &self.blocks {
            let from = skip.min(block.bytes.len());
            bytes.extend_from_slice(&block.bytes[from..]);
            skip -= from;
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::Backlog;

    /// As recorded: 2,500 SETs after 340 bytes, with a backlog of 16,384 bytes.
    #[test]
    fn whole_blocks_are_given_up() {
        const SIZE: usize = 16_384;
        let mut backlog = Backlog::new(0);
        let mut written = 0;
        while written < 134_253 {
            let length = 53.min(134_253 - written);
            backlog.append(&vec![b'x'; length], SIZE);
            backlog.trim(SIZE, u64::MAX);
            written += length;
        }
        assert_eq!((backlog.first(), backlog.len()), (102_201, 32_053));
        assert!(backlog.reaches(102_201) && backlog.reaches(134_254));
        assert!(!backlog.reaches(102_200) && !backlog.reaches(134_255));
        assert_eq!(backlog.since(134_250).len(), 4);
        assert_eq!(backlog.since(134_254), b"");
    }

    #[test]
    fn what_somebody_waits_for_stays() {
        let mut backlog = Backlog::new(7);
        for byte in 0..100_u8 {
            backlog.append(&[byte; 1000], 16_384);
            backlog.trim(16_384, 10);
        }
        assert_eq!((backlog.first(), backlog.len()), (8, 100_000));
        assert_eq!(backlog.since(8 + 99_999), [99]);
    }
}
