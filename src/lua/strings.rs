//! All strings of a machine, each once.

use crate::value::StringRef;

const NONE: u32 = u32::MAX;
const FIRST_BUCKETS: usize = 256;

#[derive(Debug)]
pub(crate) struct StringObject {
    pub data: Box<[u8]>,
    pub hash: u32,
    /// The next string of the same bucket, or of the list of free places.
    next: u32,
    pub marked: bool,
    live: bool,
}

#[derive(Debug)]
pub(crate) struct Strings {
    objects: Vec<StringObject>,
    buckets: Vec<u32>,
    free: u32,
    count: usize,
}

impl Default for Strings {
    fn default() -> Strings {
        Strings {
            objects: Vec::new(),
            buckets: vec![NONE; FIRST_BUCKETS],
            free: NONE,
            count: 0,
        }
    }
}

/// 5.1's hash, of every byte from the last to the first. Orders of `pairs` follow from it.
///
/// Lua itself skips bytes of strings of 32 and more. The Lua in Redis does not, as the order of
/// such keys in a real server shows, and that is the one to agree with.
pub(crate) fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(bytes.len() as u32, |hash, byte| {
        hash ^ (hash << 5)
            .wrapping_add(hash >> 2)
            .wrapping_add(u32::from(*byte))
    })
}

/// Bytes accounted for one string of `length` bytes.
pub(crate) const fn cost(length: usize) -> usize {
    length + size_of::<StringObject>() + 8
}

impl Strings {
    pub fn find(&self, bytes: &[u8], hash: u32) -> Option<StringRef> {
        let mut at = self.buckets[hash as usize & (self.buckets.len() - 1)];
        while at != NONE {
            let object = &self.objects[at as usize];
            if object.hash == hash && *object.data == *bytes {
                return Some(StringRef { index: at, hash });
            }
            at = object.next;
        }
        None
    }

    /// Adds a string that `find` did not find.
    pub fn add(&mut self, data: Box<[u8]>, hash: u32) -> StringRef {
        if self.count >= self.buckets.len() {
            self.grow();
        }
        let bucket = hash as usize & (self.buckets.len() - 1);
        let next = self.buckets[bucket];
        let object = StringObject {
            data,
            hash,
            next,
            marked: false,
            live: true,
        };
        let index = if self.free == NONE {
            self.objects.push(object);
            (self.objects.len() - 1) as u32
        } else {
            let index = self.free;
            let place = &mut self.objects[index as usize];
            self.free = place.next;
            *place = object;
            index
        };
        self.buckets[bucket] = index;
        self.count += 1;
        StringRef { index, hash }
    }

    #[inline(always)]
    pub fn bytes(&self, string: StringRef) -> &[u8] {
        &self.objects[string.index as usize].data
    }

    pub fn mark(&mut self, string: StringRef) {
        self.objects[string.index as usize].marked = true;
    }

    fn grow(&mut self) {
        self.buckets = vec![NONE; self.buckets.len() * 2];
        let mask = self.buckets.len() - 1;
        for (index, object) in self
            .objects
            .iter_mut()
            .enumerate()
            .filter(|(_, it)| it.live)
        {
            let bucket = &mut self.buckets[object.hash as usize & mask];
            object.next = *bucket;
            *bucket = index as u32;
        }
    }

    /// Frees what is not marked; returns the bytes still in use.
    pub fn sweep(&mut self) -> usize {
        let mut used = 0;
        let mask = self.buckets.len() - 1;
        self.buckets.fill(NONE);
        for (index, object) in self.objects.iter_mut().enumerate() {
            if object.live && object.marked {
                object.marked = false;
                used += cost(object.data.len());
                let bucket = &mut self.buckets[object.hash as usize & mask];
                object.next = *bucket;
                *bucket = index as u32;
            } else {
                if object.live {
                    object.live = false;
                    object.data = Box::default();
                    self.count -= 1;
                }
                object.next = self.free;
                self.free = index as u32;
            }
        }
        used
    }

    /// To be called before `sweep`: the list of free places is built anew.
    pub fn forget_free(&mut self) {
        self.free = NONE;
    }
}
