//! A static file server for `dist/`, as plain as the hosts it stands in for.
//!
//! Loopback only. A folder without its slash is redirected, an unknown address gets `404.html` with
//! status 404, and nothing is ever answered by another file. No ranges, no compression.

use crate::{Failure, failure};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Serves until the program is ended. `base` is the path the site is published under.
pub fn run(root: &Path, base: &str, port: u16) -> Result<(), Failure> {
    if !(base.starts_with('/') && base.ends_with('/')) {
        return failure("--base begins and ends with a slash, such as /repo/");
    }
    if !root.join("index.html").is_file() {
        return failure(format!(
            "there is no site in {}: run cargo xtask build",
            root.display()
        ));
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map_err(|error| Failure(format!("cannot listen on port {port}: {error}")))?;
    let port = listener.local_addr().map_or(port, |address| address.port());
    println!("Serving the site on http://127.0.0.1:{port}{base} (Ctrl-C stops it)");
    let site = Arc::new(Site {
        root: root.to_owned(),
        base: base.to_owned(),
    });
    for connection in listener.incoming().flatten() {
        let site = Arc::clone(&site);
        thread::spawn(move || {
            // A browser that goes away in the middle is not the server's failure.
            let _ = answer(&site, connection);
        });
    }
    Ok(())
}

struct Site {
    root: PathBuf,
    base: String,
}

#[derive(Debug, PartialEq)]
enum Answer {
    File(PathBuf),
    Redirect(String),
    Missing,
}

fn answer(site: &Site, connection: TcpStream) -> std::io::Result<()> {
    connection.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut connection = connection;
    while let Some((method, target)) = read_request(&mut reader)? {
        let body = method != "HEAD";
        if method != "GET" && method != "HEAD" {
            return send(
                &mut connection,
                "405 Method Not Allowed",
                "text/plain",
                "",
                b"",
                body,
            );
        }
        match site.look_up(&target) {
            Answer::File(path) => {
                let content = fs::read(&path)?;
                send(&mut connection, "200 OK", mime(&path), "", &content, body)?;
            }
            Answer::Redirect(to) => {
                let location = format!("Location: {to}\r\n");
                let status = "301 Moved Permanently";
                send(&mut connection, status, "text/plain", &location, b"", body)?;
            }
            Answer::Missing => {
                let page = fs::read(site.root.join("404.html")).unwrap_or_default();
                let kind = "text/html; charset=utf-8";
                send(&mut connection, "404 Not Found", kind, "", &page, body)?;
            }
        }
    }
    Ok(())
}

/// Method and target of the next request; `None` when the browser has no more.
fn read_request(reader: &mut impl BufRead) -> std::io::Result<Option<(String, String)>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let request = words.next().zip(words.next());
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
            return Ok(request);
        }
    }
}

fn send(
    connection: &mut TcpStream,
    status: &str,
    kind: &str,
    headers: &str,
    content: &[u8],
    body: bool,
) -> std::io::Result<()> {
    write!(
        connection,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
         Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\n{headers}\r\n",
        length = content.len(),
    )?;
    if body {
        connection.write_all(content)?;
    }
    connection.flush()
}

impl Site {
    fn look_up(&self, target: &str) -> Answer {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if format!("{path}/") == self.base {
            return Answer::Redirect(self.base.clone());
        }
        let Some(inside) = path.strip_prefix(&self.base) else {
            return Answer::Missing;
        };
        let Some(inside) = decode(inside) else {
            return Answer::Missing;
        };
        let outside = |part: &str| part == ".." || part.contains(['\\', '\0', ':']);
        if inside.split('/').any(outside) || inside.starts_with('/') {
            return Answer::Missing;
        }
        let file = self.root.join(&inside);
        if file.is_dir() && !inside.is_empty() && !inside.ends_with('/') {
            let query = if query.is_empty() {
                String::new()
            } else {
                format!("?{query}")
            };
            return Answer::Redirect(format!("{path}/{query}"));
        }
        let file = if file.is_dir() {
            file.join("index.html")
        } else {
            file
        };
        match file.is_file() {
            true => Answer::File(file),
            false => Answer::Missing,
        }
    }
}

/// `%20` and the like; `None` if that is malformed or not UTF-8.
fn decode(path: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let digits = [bytes.next()?, bytes.next()?];
        let text = std::str::from_utf8(&digits).ok()?;
        decoded.push(u8::from_str_radix(text, 16).ok()?);
    }
    String::from_utf8(decoded).ok()
}

fn mime(path: &Path) -> &'static str {
    match path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default()
    {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(base: &str, target: &str, expected: Answer) {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let site = Site {
            root,
            base: base.to_owned(),
        };
        assert_eq!(site.look_up(target), expected, "{target} under {base}");
    }

    #[test]
    fn addresses_lead_to_files_of_the_site_only() {
        let file = |name: &str| Answer::File(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name));
        check("/", "/main.rs", file("main.rs"));
        check("/", "/main%2ers?x=1", file("main.rs"));
        check("/", "/nothing.rs", Answer::Missing);
        check("/", "/main.rs/", Answer::Missing);
        check("/", "/../site/main.rs", Answer::Missing);
        check("/", "/%2e%2e/site/main.rs", Answer::Missing);
        check("/", "//etc/passwd", Answer::Missing);
        check("/", "/%zz", Answer::Missing);
        check("/repo/", "/repo/main.rs", file("main.rs"));
        check("/repo/", "/main.rs", Answer::Missing);
        check("/repo/", "/repo", Answer::Redirect("/repo/".to_owned()));
    }

    #[test]
    fn a_request_is_read_to_the_end_of_its_headers() {
        let mut text = &b"GET /a HTTP/1.1\r\nHost: x\r\n\r\nHEAD /b HTTP/1.1\r\n\r\n"[..];
        let mut next = || read_request(&mut text).expect("reading from memory works");
        assert_eq!(next(), Some(("GET".to_owned(), "/a".to_owned())));
        assert_eq!(next(), Some(("HEAD".to_owned(), "/b".to_owned())));
        assert_eq!(next(), None);
    }
}
