//! The engine's disk on a real one: files are read at the start, and every change is written out.
//!
//! What is replaced is written beside and renamed, so a file is whole at every moment; what is appended is appended.
//! Replies wait for that: the event loop writes files before it writes to sockets.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use engine::config::Config;
use engine::disk::{Change, Disk};
use engine::server::Server;

#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Files that are appended to, with how long they are.
    open: BTreeMap<String, (File, usize)>,
}

impl Folder {
    pub fn new(path: &Path) -> Folder {
        Folder {
            path: path.to_path_buf(),
            open: BTreeMap::new(),
        }
    }

    /// The server's own files; whatever else lies in the folder is left alone.
    pub fn read(&self, config: &Config) -> io::Result<Disk> {
        let mut disk = Disk::default();
        for name in ["dbfilename", "appendfilename", "aclfile"] {
            let name = config.text(name);
            let path = self.path.join(&name);
            if !name.is_empty() && path.is_file() {
                disk.put(&name, fs::read(path)?);
            }
        }
        let folder = config.text("appenddirname");
        let path = self.path.join(&folder);
        if path.is_dir() {
            for entry in fs::read_dir(path)? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                if entry.file_type()?.is_file() {
                    disk.put(&format!("{folder}/{name}"), fs::read(entry.path())?);
                }
            }
        }
        disk.note_changes(true);
        Ok(disk)
    }

    /// Reads the files again that people edit: the users and the configuration.
    pub fn refresh_edited(&self, server: &mut Server) {
        for name in [server.config.text("aclfile"), server.config_file.clone()] {
            if !name.is_empty() {
                let bytes = fs::read(self.path.join(&name)).ok();
                server.disk.adopt(&name, bytes);
            }
        }
    }

    /// Writes what changed since the last call.
    pub fn write(&mut self, disk: &mut Disk) -> io::Result<()> {
        let changes = disk.take_changes();
        for (index, change) in changes.iter().enumerate() {
            let later = &changes[index + 1..];
            match change {
                Change::Replaced { name } | Change::Truncated { name, .. } => {
                    self.open.remove(name);
                    if let Some(bytes) = bytes_of(disk, name, later) {
                        self.replace(name, bytes)?;
                    }
                }
                Change::Appended { name, from } => {
                    if let Some(bytes) = bytes_of(disk, name, later) {
                        self.append(name, bytes, *from)?;
                    }
                }
                Change::Renamed { from, to } => {
                    self.open.remove(from);
                    self.open.remove(to);
                    fs::rename(self.path.join(from), self.path.join(to))?;
                    self.sync_folder_of(to)?;
                }
                Change::Removed { name } => {
                    self.open.remove(name);
                    match fs::remove_file(self.path.join(name)) {
                        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                        _ => {}
                    }
                }
                Change::Synced { name } => {
                    if let Some((file, _)) = self.open.get(name) {
                        file.sync_data()?;
                    }
                }
            }
        }
        Ok(())
    }

    fn replace(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let draft = path.with_extension("draft");
        let mut file = File::create(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, &path)?;
        self.sync_folder_of(name)
    }

    /// Adds what is not there yet: changes are noted once, and bytes may have come since.
    fn append(&mut self, name: &str, bytes: &[u8], from: usize) -> io::Result<()> {
        if !self.open.contains_key(name) {
            let file = OpenOptions::new().append(true).open(self.path.join(name))?;
            let length = file.metadata()?.len() as usize;
            if length < from {
                let problem = format!("{name} is shorter than it was written");
                return Err(io::Error::other(problem));
            }
            self.open.insert(name.to_string(), (file, length));
        }
        let (file, length) = self.open.get_mut(name).expect("open or just opened");
        if let Some(added) = bytes.get(*length..) {
            file.write_all(added)?;
            *length = bytes.len();
        }
        Ok(())
    }

    /// Makes new names survive a loss of power.
    fn sync_folder_of(&self, name: &str) -> io::Result<()> {
        let path = self.path.join(name);
        match path.parent() {
            Some(parent) if cfg!(unix) => File::open(parent)?.sync_all(),
            _ => Ok(()),
        }
    }
}

/// The bytes of a file that may have got another name since. None if it is gone or replaced: nobody needs them.
fn bytes_of<'d>(disk: &'d Disk, name: &str, later: &[Change]) -> Option<&'d [u8]> {
    let mut name = name;
    for change in later {
        match change {
            Change::Renamed { from, to } if from == name => name = to,
            Change::Renamed { to, .. } if to == name => return None,
            Change::Removed { name: gone } if gone == name => return None,
            Change::Replaced { name: new } if new == name => return None,
            _ => {}
        }
    }
    disk.read(name)
}
