//! Programs of the tests: a hub by its command line, a phone that is killed, and what each of them said.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// A port of loopback that nobody listens on now.
#[must_use]
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A data folder and the program that serves it, at one port for good.
pub struct HubProgram {
    program: PathBuf,
    folder: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl HubProgram {
    /// The hub of this folder, by this program; it does not run yet.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>, folder: &Path) -> Self {
        Self { program: program.into(), folder: folder.to_owned(), port: free_port(), child: None }
    }

    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Runs a command of it to its end. Fails with what it said where it fails.
    pub fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new(&self.program).args(arguments).arg("--data").arg(&self.folder).output().unwrap();
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() { Ok(said(&output.stdout)) } else { Err(format!("{}{}", said(&output.stdout), said(&output.stderr))) }
    }

    /// The arguments with which it serves.
    #[must_use]
    pub fn serving(&self) -> Vec<String> {
        let address = format!("127.0.0.1:{}", self.port);
        vec!["hub".to_owned(), "--data".to_owned(), self.folder.to_string_lossy().into_owned(), "--listen".to_owned(), address]
    }

    /// Starts serving, and waits until it listens.
    pub fn start(&mut self) {
        let mut command = Command::new(&self.program);
        command.args(self.serving());
        self.start_by(command);
    }

    /// Starts serving by another command, and waits until it listens.
    pub fn start_by(&mut self, mut command: Command) {
        let mut child = command.env("RUST_LOG", "off").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        self.child = Some(child);
        assert!(line.starts_with("listening"), "the hub says {line:?}");
    }

    /// The process that serves.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// kill -9. Fails where the hub had ended by itself.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            assert_eq!(child.try_wait().unwrap(), None, "the hub ended by itself");
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for HubProgram {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A phone's process, started again after each kill, and the ids that its saves promised.
pub struct PhoneProgram {
    program: PathBuf,
    path: PathBuf,
    /// Variables of its environment, such as another clock.
    environment: Vec<(String, String)>,
    running: Option<(Child, JoinHandle<()>)>,
    promised: Arc<Mutex<Vec<String>>>,
}

impl PhoneProgram {
    /// A phone on this file, by this program; it does not run yet.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>, path: &Path, environment: Vec<(String, String)>) -> Self {
        Self { program: program.into(), path: path.to_owned(), environment, running: None, promised: Arc::default() }
    }

    /// The file of its database.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Starts it in this mode.
    pub fn start(&mut self, mode: &str) {
        let mut command = Command::new(&self.program);
        command.arg(&self.path).arg(mode).envs(self.environment.iter().cloned());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let promised = Arc::clone(&self.promised);
        let reader = std::thread::spawn(move || {
            // A line that was cut by the kill was never a promise.
            let lines = output.lines().map_while(Result::ok).filter(|line| line.len() == 36);
            lines.for_each(|line| promised.lock().unwrap().push(line));
        });
        self.running = Some((child, reader));
    }

    /// kill -9. Fails where the phone had ended by itself.
    pub fn kill(&mut self) {
        if let Some((mut child, reader)) = self.running.take() {
            assert_eq!(child.try_wait().unwrap(), None, "the phone ended by itself");
            child.kill().unwrap();
            child.wait().unwrap();
            reader.join().unwrap();
        }
    }

    /// What its saves promised so far.
    #[must_use]
    pub fn promised(&self) -> Vec<String> {
        self.promised.lock().unwrap().clone()
    }
}

impl Drop for PhoneProgram {
    fn drop(&mut self) {
        if let Some((mut child, _)) = self.running.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
