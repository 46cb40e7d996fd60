//! The real shell with the real redis-cli, for lines of `shell` blocks: a folder of its own, and a terminal, since
//! redis-cli prints otherwise into a pipe.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What is recorded, and what the emulated shell follows.
const VERSION: &str = "redis-cli 7.0.15";

/// Port 6379 of the transcripts is the server's; another port stays as it is.
const WRAPPER: &str = r#"#!/bin/sh
given=no; previous=; left=$#
while [ $left -gt 0 ]; do
    word=$1; shift; left=$((left - 1))
    [ "$word" = -p ] && given=yes
    [ "$previous" = -p ] && [ "$word" = 6379 ] && word=PORT
    set -- "$@" "$word"; previous=$word
done
[ $given = yes ] && exec /usr/bin/redis-cli "$@"
exec /usr/bin/redis-cli -p PORT "$@"
"#;

pub struct Shell {
    /// Holds `bin/redis-cli`, which finds the server under the port of the transcripts, and the files of the lines.
    folder: PathBuf,
}

impl Shell {
    /// Whether the redis-cli that is followed is installed (Debian's package redis-tools), and `script` with it.
    pub fn runs_here() -> bool {
        let output = Command::new("redis-cli").arg("--version").output();
        let is_it =
            output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).starts_with(VERSION));
        is_it && Command::new("script").arg("--version").output().is_ok()
    }

    /// # Panics
    /// If the folder cannot be made.
    pub fn for_server(port: u16) -> Shell {
        let folder = std::env::temp_dir().join(format!("shell-{}-{port}", std::process::id()));
        let bin = folder.join("bin");
        fs::create_dir_all(&bin).expect("a temporary folder can be made");
        fs::create_dir_all(folder.join("files")).expect("a temporary folder can be made");
        let path = bin.join("redis-cli");
        fs::write(&path, WRAPPER.replace("PORT", &port.to_string()))
            .expect("a temporary file can be written");
        let made = Command::new("chmod").arg("755").arg(&path).status();
        assert!(made.is_ok_and(|status| status.success()), "it is ours");
        Shell { folder }
    }

    /// What stands on the terminal after a line.
    ///
    /// # Panics
    /// If no shell can be started.
    pub fn run(&self, line: &str) -> String {
        let path = std::env::var("PATH").unwrap_or_default();
        let output = Command::new("script")
            .args(["--quiet", "--return", "--command"])
            .arg(line.replace("\\\n", " "))
            .arg("/dev/null")
            .current_dir(self.folder.join("files"))
            .env(
                "PATH",
                format!("{}:{path}", self.folder.join("bin").display()),
            )
            .env("SHELL", "/bin/sh")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .output()
            .expect("a shell can be started");
        let text = String::from_utf8_lossy(&output.stdout).replace('\r', "");
        text.strip_suffix('\n').unwrap_or(&text).to_string()
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // Nothing is left to do if it is gone already.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
