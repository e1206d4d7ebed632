//! nginx on the same bytes as files: the ceiling of everything that is only handed out.

use std::path::Path;
use std::process::{Command, Stdio};

use super::homeregion::remove;
use super::tools;
use crate::process::{self, Process};
use crate::wire;

/// The name of the ceiling.
pub const NGINX: &str = "nginx";

/// Serves files by their paths, `index.html` for its folder; `tools` is where nginx is unpacked if the machine has none.
pub fn start(tools: &Path, scratch: &Path, name: &str, files: &[(&str, &[u8])]) -> Result<Process, String> {
    let program = tools::nginx(tools)?;
    let home = scratch.join(name);
    remove(&home)?;
    let root = home.join("root");
    let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    std::fs::create_dir_all(&root).map_err(|error| failed(&root, error))?;
    for (path, bytes) in files {
        let file = root.join(path);
        let parent = file.parent().unwrap_or(&root);
        std::fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
        std::fs::write(&file, bytes).map_err(|error| failed(&file, error))?;
    }
    let address = process::free_port()?;
    let configuration = home.join("nginx.conf");
    let text = configuration_text(&home, &root, &address.to_string());
    std::fs::write(&configuration, text).map_err(|error| failed(&configuration, error))?;
    let mut command = Command::new(program);
    command.arg("-p").arg(&home).arg("-c").arg(&configuration).stdin(Stdio::null());
    Process::silent(&mut command, address, &home.join("output.log"), |address| {
        let request = format!("GET /nothing HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        wire::ask(address, request.as_bytes()).is_some_and(|answer| answer.status == 404)
    })
}

/// As people run it: a worker a core, files sent by the kernel, no log of accesses.
fn configuration_text(home: &Path, root: &Path, address: &str) -> String {
    let home = home.display();
    let root = root.display();
    format!(
        "daemon off;\nmaster_process on;\nworker_processes 2;\npid {home}/pid;\nerror_log {home}/error.log;\n\
         user root;\nevents {{ worker_connections 1024; }}\n\
         http {{ access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 100000000;\n\
         open_file_cache max=100; default_type application/octet-stream; types {{ text/html html; }}\n\
         client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;\n\
         uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;\n\
         server {{ listen {address}; root {root}; etag on; add_header Cache-Control \"private, max-age=0\"; }} }}\n"
    )
}
