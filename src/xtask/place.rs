//! Where things lie: the project, what it builds, and the tools' folder outside of it.

use std::env;
use std::path::{Path, PathBuf};

/// The project's folder.
pub fn root() -> &'static Path {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder
        .ancestors()
        .nth(2)
        .expect("src/xtask lies two folders below the root")
}

pub fn dist() -> PathBuf {
    root().join("dist")
}

pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// Shared by every clone of this user: what takes minutes to install is installed once.
pub fn cache() -> PathBuf {
    let user = match env::var_os("XDG_CACHE_HOME") {
        Some(folder) if !folder.is_empty() => PathBuf::from(folder),
        _ => home().join(if cfg!(target_os = "macos") {
            "Library/Caches"
        } else {
            ".cache"
        }),
    };
    user.join("redis-mastery")
}

fn home() -> PathBuf {
    let home = env::var_os("HOME").or_else(|| env::var_os("USERPROFILE"));
    // Without a home there is still the project's own folder.
    home.map_or_else(target, PathBuf::from)
}

/// `PATH` with the project's tools first: an older one on the system is never taken by accident.
pub fn path_variable() -> std::ffi::OsString {
    let own = [cache().join("tools/bin"), crate::node::programs()];
    let system = env::var_os("PATH").unwrap_or_default();
    let folders = own.into_iter().chain(env::split_paths(&system));
    env::join_paths(folders).expect("folders taken from PATH can be joined again")
}
