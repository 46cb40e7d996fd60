//! The server's folder as a value: files by name, and how much of each would survive a loss of power.
//!
//! The engine does no I/O. What it writes lands here, and whoever drives it copies the changes to where files really
//! live (`take_changes`), shows them, replaces them, or lets the power fail (`lose_power`). Names are relative to the
//! folder; one folder deep, as `appendonlydir/appendonly.aof.manifest`. Replacing and removing files is durable at
//! once, as the server makes it by syncing the folder.

use std::sync::Arc;
use structures::ordered::OrderedMap;

/// A file's bytes; cloning a disk does not copy them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct File {
    bytes: Arc<Vec<u8>>,
    synced: usize,
}

impl File {
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// How many bytes, counted from the beginning, survive a loss of power.
    pub fn synced(&self) -> usize {
        self.synced
    }
}

/// What happened to a file since the last `take_changes`. Bytes are not repeated here: they are in the file, or gone
/// with it.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The file has these bytes and no others.
    Replaced {
        name: String,
    },
    /// Bytes were added, from this offset on.
    Appended {
        name: String,
        from: usize,
    },
    /// It ends here now.
    Truncated {
        name: String,
        length: usize,
    },
    Renamed {
        from: String,
        to: String,
    },
    Removed {
        name: String,
    },
    /// What is in it survives a loss of power.
    Synced {
        name: String,
    },
}

#[derive(Debug, Clone, Default)]
pub struct Disk {
    files: OrderedMap<String, File>,
    /// Noted only while somebody copies them.
    changes: Option<Vec<Change>>,
}

impl Disk {
    /// Names and files, in order of name.
    pub fn files(&self) -> impl Iterator<Item = (&str, &File)> {
        self.files.iter().map(|(name, file)| (name.as_str(), file))
    }

    pub fn get(&self, name: &str) -> Option<&File> {
        self.files.get(name)
    }

    pub fn read(&self, name: &str) -> Option<&[u8]> {
        self.get(name).map(File::bytes)
    }

    /// A file with these bytes, safe from a loss of power; whatever it held before is gone.
    pub fn put(&mut self, name: &str, bytes: Vec<u8>) {
        let synced = bytes.len();
        let bytes = Arc::new(bytes);
        self.files.insert(name.to_string(), File { bytes, synced });
        self.note(|| Change::Replaced {
            name: name.to_string(),
        });
    }

    /// The file is like this where files really are; nobody has to copy that there.
    pub fn adopt(&mut self, name: &str, bytes: Option<Vec<u8>>) {
        let noted = self.changes.take();
        match bytes {
            Some(bytes) => self.put(name, bytes),
            None => self.remove(name),
        }
        self.changes = noted;
    }

    /// Makes a file, empty.
    pub fn create(&mut self, name: &str) {
        self.put(name, Vec::new());
    }

    /// Adds bytes to a file, which is made if it is not there. They are not synced.
    pub fn append(&mut self, name: &str, bytes: &[u8]) {
        if !self.files.contains_key(name) {
            self.create(name);
        }
        let file = self.files.get_mut(name).expect("it is there or was made");
        let from = file.len();
        Arc::make_mut(&mut file.bytes).extend_from_slice(bytes);
        // Many small additions in a row are one change.
        let goes_on = matches!(
            self.changes.as_ref().and_then(|changes| changes.last()),
            Some(Change::Appended { name: last, .. }) if last == name
        );
        if !goes_on {
            self.note(|| Change::Appended {
                name: name.to_string(),
                from,
            });
        }
    }

    pub fn truncate(&mut self, name: &str, length: usize) {
        if let Some(file) = self.files.get_mut(name) {
            Arc::make_mut(&mut file.bytes).truncate(length);
            file.synced = file.synced.min(length);
            self.note(|| Change::Truncated {
                name: name.to_string(),
                length,
            });
        }
    }

    pub fn rename(&mut self, from: &str, to: &str) {
        if let Some(file) = self.files.remove(from) {
            self.files.insert(to.to_string(), file);
            self.note(|| Change::Renamed {
                from: from.to_string(),
                to: to.to_string(),
            });
        }
    }

    pub fn remove(&mut self, name: &str) {
        if self.files.remove(name).is_some() {
            self.note(|| Change::Removed {
                name: name.to_string(),
            });
        }
    }

    /// Everything in the file survives a loss of power from now on.
    pub fn sync(&mut self, name: &str) {
        if let Some(file) = self.files.get_mut(name)
            && file.synced < file.len()
        {
            file.synced = file.len();
            self.note(|| Change::Synced {
                name: name.to_string(),
            });
        }
    }

    /// What was not synced is gone. The worst case: a real system may have written more.
    pub fn lose_power(&mut self) {
        let cut: Vec<(String, usize)> = self
            .files
            .iter()
            .filter(|(_, file)| file.synced < file.len())
            .map(|(name, file)| (name.clone(), file.synced))
            .collect();
        for (name, length) in cut {
            self.truncate(&name, length);
        }
    }

    /// Note changes from now on, or no longer.
    pub fn note_changes(&mut self, wanted: bool) {
        self.changes = wanted.then(Vec::new);
    }

    /// What happened since the last call, in order.
    pub fn take_changes(&mut self) -> Vec<Change> {
        self.changes
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }

    fn note(&mut self, change: impl FnOnce() -> Change) {
        if let Some(changes) = &mut self.changes {
            changes.push(change());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_synced_is_lost() {
        let mut disk = Disk::default();
        disk.append("a", b"one");
        disk.sync("a");
        disk.append("a", b"two");
        disk.put("b", b"whole".to_vec());
        assert_eq!(disk.get("a").map(File::synced), Some(3));
        disk.lose_power();
        assert_eq!(disk.read("a"), Some(&b"one"[..]));
        assert_eq!(disk.read("b"), Some(&b"whole"[..]));
    }

    #[test]
    fn changes_repeat_no_bytes() {
        let mut disk = Disk::default();
        disk.append("before", b"x");
        disk.note_changes(true);
        disk.append("a", b"one");
        disk.append("a", b"two");
        disk.sync("a");
        disk.rename("a", "b");
        disk.truncate("b", 2);
        disk.remove("b");
        let name = |name: &str| name.to_string();
        assert_eq!(
            disk.take_changes(),
            [
                Change::Replaced { name: name("a") },
                Change::Appended {
                    name: name("a"),
                    from: 0
                },
                Change::Synced { name: name("a") },
                Change::Renamed {
                    from: name("a"),
                    to: name("b")
                },
                Change::Truncated {
                    name: name("b"),
                    length: 2
                },
                Change::Removed { name: name("b") },
            ]
        );
        assert!(disk.take_changes().is_empty());
    }
}
