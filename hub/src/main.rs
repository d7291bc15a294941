//! The command line of the hub: arguments in, one call of the library each.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand};
use liuye_core::Code;
use liuye_core::domain::{DocumentKind, Role};
use liuye_core::env::Env;
use liuye_hub::{Hub, NoticeLanguage, RowOutcome, ServeConfig, Tls, ops, serve};

/// How long a code is good for, where nothing else is said, in minutes.
const AN_HOUR_MIN: u32 = 60;

/// How long a public one is: a season's posters, in minutes.
const A_YEAR_MIN: u32 = 365 * 24 * 60;

#[derive(Parser)]
#[command(name = "liuye", version, about = "The hub of Liuye: takes the records of a district's phones in")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Data {
    /// The data folder; made where it is not there.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

#[derive(Subcommand)]
enum Command {
    /// Serves phones and the desk.
    Hub {
        #[command(flatten)]
        data: Data,
        /// Where to listen; port 0 takes a free one. Plain HTTP on loopback only.
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// The certificate chain, PEM.
        #[arg(long, requires = "tls_key")]
        tls_cert: Option<PathBuf>,
        /// Its private key, PEM.
        #[arg(long, requires = "tls_cert")]
        tls_key: Option<PathBuf>,
    },
    /// The site's reference data.
    #[command(subcommand)]
    Site(SiteCommand),
    /// The personnel base by files.
    #[command(subcommand)]
    Personnel(PersonnelCommand),
    /// Counts of visitors.
    #[command(subcommand)]
    Crowd(CrowdCommand),
    /// Rectification notices.
    #[command(subcommand)]
    Notice(NoticeCommand),
    /// Makes an enrolment code and prints it.
    EnrolCode {
        #[command(flatten)]
        data: Data,
        /// Who will hold the phone; several times for a phone that is shared.
        #[arg(long, required_unless_present = "tourist")]
        person: Vec<String>,
        /// A tourist's phone.
        #[arg(long, conflicts_with = "person")]
        tourist: bool,
        /// For a poster: the code is not used up.
        #[arg(long, requires = "tourist", conflicts_with_all = ["uses", "person"])]
        public: bool,
        /// How many phones may enrol by a public code in an hour.
        #[arg(long, requires = "public", default_value_t = 200)]
        per_hour: u32,
        /// How long the code is good for: an hour, where nothing else is said; a year for a public one.
        #[arg(long)]
        valid_minutes: Option<u32>,
        /// How many phones may use it.
        #[arg(long, default_value_t = 1)]
        uses: u32,
    },
    /// Lets nobody enrol by this code any more; phones that did stay enrolled.
    RevokeCode {
        #[command(flatten)]
        data: Data,
        /// The code.
        code: String,
    },
    /// Sets the PIN by which a person signs in on a shared phone; prints one unless it comes by standard input.
    Pin {
        #[command(flatten)]
        data: Data,
        /// Whose PIN.
        #[arg(long)]
        person: String,
        /// Read the PIN from standard input.
        #[arg(long)]
        pin_stdin: bool,
    },
    /// Devices: who shares them, and what to do when one is lost.
    #[command(subcommand)]
    Device(DeviceCommand),
    /// Officers of the desk.
    #[command(subcommand)]
    User(UserCommand),
    /// Copies everything into a new folder while the hub runs.
    Backup {
        #[command(flatten)]
        data: Data,
        /// The new folder. Keep it on another disk.
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
        /// How long the contacts in it are readable. Afterwards everything else still is.
        #[arg(long, value_name = "DAYS", default_value_t = ops::backup::KEYS_DAYS)]
        keys_days: u32,
    },
    /// Removes what has expired from a folder of backups: run it every day where no new backup is made in it.
    PruneBackups {
        /// The folder that the backups lie in.
        #[arg(long = "in", value_name = "DIR")]
        folder: PathBuf,
        /// Also remove whole backups that are older than this; the newest one stays.
        #[arg(long, value_name = "DAYS")]
        older_than: Option<u32>,
    },
    /// Erases the owner of a loss report: contact, texts and photos, here and on every phone. What is counted stays.
    Erase {
        #[command(flatten)]
        data: Data,
        /// The report's id.
        #[arg(long)]
        report: String,
        /// Who asked for it.
        #[arg(long, default_value = "operator")]
        by: String,
    },
    /// Puts a hub back from a backup, into a folder that has none. Phones send again what came after it.
    Restore {
        /// The backup's folder.
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        #[command(flatten)]
        data: Data,
    },
    /// Prints the figures of a window, by their definitions and as of a position of the site's log.
    Stats {
        #[command(flatten)]
        data: Data,
        /// From when: a day of the site's zone, or RFC 3339 with an offset.
        #[arg(long, required_unless_present = "rebuild")]
        from: Option<String>,
        /// Until when, not included.
        #[arg(long, required_unless_present = "rebuild")]
        to: Option<String>,
        /// As of this position of the site's log; as of now, where none is given.
        #[arg(long)]
        as_of: Option<u64>,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: ops::stats::Format,
        /// Prints the records behind this figure instead, such as `patrol_turns`.
        #[arg(long)]
        behind: Option<String>,
        /// Makes what figures are counted from anew of the documents: after an accident, or a version that counts otherwise.
        #[arg(long, conflicts_with_all = ["from", "to", "as_of", "behind"])]
        rebuild: bool,
    },
    /// Checks every chain; exit code 1 and what does not fit, where anything does not.
    Verify(Data),
    /// Prints each checkpoint with the text of its QR code.
    Tags {
        #[command(flatten)]
        data: Data,
        /// This one alone.
        #[arg(long)]
        checkpoint: Option<String>,
    },
    /// Keeps the AES key of a checkpoint's NFC tag.
    NfcKey {
        #[command(flatten)]
        data: Data,
        /// The checkpoint.
        #[arg(long)]
        checkpoint: String,
        /// 32 hexadecimal digits.
        #[arg(long)]
        key: String,
    },
}

#[derive(Subcommand)]
enum SiteCommand {
    /// Takes a site file in; a second one is a difference that phones receive as changes.
    Import {
        /// The site file.
        file: PathBuf,
        #[command(flatten)]
        data: Data,
    },
}

#[derive(Subcommand)]
enum DeviceCommand {
    /// Prints every device, last heard of first: id, who shares it, when it was heard of, how it stands, what it calls itself.
    List(Data),
    /// Lets one more person share a staff phone.
    AddPerson {
        /// The device.
        device: String,
        /// Who.
        #[arg(long)]
        person: String,
        #[command(flatten)]
        data: Data,
    },
    /// Takes a person off a phone. What they wrote before is taken in whenever it comes.
    RemovePerson {
        /// The device.
        device: String,
        /// Who.
        #[arg(long)]
        person: String,
        #[command(flatten)]
        data: Data,
    },
    /// Refuses a lost device from its next request on. It cannot be taken back: a phone that is found enrols anew.
    Revoke {
        /// The device.
        device: String,
        /// It is also told to forget everything, what it has not sent included.
        #[arg(long)]
        wipe: bool,
        #[command(flatten)]
        data: Data,
    },
}

#[derive(Subcommand)]
enum PersonnelCommand {
    /// Takes a table of persons in, CSV (UTF-8 or GB18030) or XLSX. Bad rows are named, good ones taken; exit code 1 where
    /// there are bad ones.
    Import {
        /// The table.
        file: PathBuf,
        #[command(flatten)]
        data: Data,
        /// Say what would happen, and write nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Prints the personnel base as a CSV that import reads.
    Export {
        #[command(flatten)]
        data: Data,
    },
}

#[derive(Subcommand)]
enum CrowdCommand {
    /// Takes a table of counts in: zone, at (a time with its offset), visitors.
    Import {
        /// The table.
        file: PathBuf,
        #[command(flatten)]
        data: Data,
    },
}

#[derive(Subcommand)]
enum NoticeCommand {
    /// Prints each notice, newest first: id, number, venue, hazard.
    List(Data),
    /// Prints a notice as one HTML page.
    Print {
        /// The notice's id.
        notice: String,
        #[command(flatten)]
        data: Data,
        /// In English; in Chinese where this is not given.
        #[arg(long)]
        english: bool,
        /// How the venue's operator reaches this hub, such as https://hub.example: makes a link and prints it with its QR code.
        #[arg(long, value_name = "URL")]
        link: Option<String>,
    },
}

#[derive(Subcommand)]
enum UserCommand {
    /// Adds an officer; prints a password unless one comes by standard input.
    Add {
        /// The login.
        name: String,
        /// Such as desk, commander, inspector, admin, auditor.
        #[arg(long)]
        role: String,
        #[command(flatten)]
        data: Data,
        /// Whose login it is.
        #[arg(long)]
        person: Option<String>,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Says whose login it is: what an officer does at the desk is done under that person's name, by that person's roles.
    Link {
        /// The login.
        name: String,
        /// Whose it is.
        #[arg(long)]
        person: String,
        #[command(flatten)]
        data: Data,
    },
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()))
        .with_writer(std::io::stderr)
        .init();
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "liuye: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout();
    match command {
        Command::Hub { data, listen, tls_cert, tls_key } => {
            let tls = tls_cert.zip(tls_key).map(|(cert, key)| Tls { cert, key });
            let hub = open(&data)?;
            hub.check_ledger().map_err(|error| refuse(&data.data, error))?;
            run_hub(&hub, listen, tls)?;
        }
        Command::Site(SiteCommand::Import { file, data }) => {
            let text = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
            let report = open(&data)?.import_site(&text)?;
            writeln!(
                out,
                "{} added, {} changed, {} removed, {} unchanged",
                report.added, report.changed, report.removed, report.unchanged
            )?;
        }
        Command::Personnel(command) => return personnel(command),
        Command::Crowd(CrowdCommand::Import { file, data }) => {
            let report = open(&data)?.import_crowd_counts(&read_file(&file)?)?;
            for (line, error) in &report.refused {
                writeln!(out, "line {line}: {} at {}", error.code, error.field)?;
            }
            let (added, changed, unchanged, refused) = (report.added, report.changed, report.unchanged, report.refused.len());
            writeln!(out, "{added} added, {changed} changed, {unchanged} unchanged, {refused} refused")?;
            return Ok(exit_code(refused));
        }
        Command::Notice(command) => run_notice(command, &mut out)?,
        Command::EnrolCode { data, person, tourist, public, per_hour, valid_minutes, uses } => {
            let hub = open(&data)?;
            let code = match (public, tourist) {
                (true, _) => ops::enrol_code::make_public(&hub, per_hour, valid_minutes.unwrap_or(A_YEAR_MIN))?,
                (false, true) => ops::enrol_code::make(&hub, None, uses, valid_minutes.unwrap_or(AN_HOUR_MIN))?,
                (false, false) => ops::enrol_code::make_shared(&hub, &person, uses, valid_minutes.unwrap_or(AN_HOUR_MIN))?,
            };
            writeln!(out, "{code}")?;
        }
        Command::RevokeCode { data, code } => ops::enrol_code::revoke(&open(&data)?, &code)?,
        Command::Pin { data, person, pin_stdin } => {
            let pin = pin_stdin.then(|| read_secret("PIN")).transpose()?;
            if let Some(made) = ops::pin::set(&open(&data)?, &person, pin.as_deref())? {
                writeln!(out, "{made}")?;
            }
        }
        Command::Device(command) => run_device(command, &mut out)?,
        Command::User(UserCommand::Add { name, role, data, person, password_stdin }) => {
            let role = Role::parse(&role).with_context(|| format!("no role is called {role}"))?;
            let password = password_stdin.then(|| read_secret("password")).transpose()?;
            let hub = open(&data)?;
            person.as_deref().map_or(Ok(()), |person| check_person(&hub, person))?;
            if let Some(made) = hub.accounts().add(&name, role, person.as_deref(), password.as_deref())? {
                writeln!(out, "{made}")?;
            }
        }
        Command::User(UserCommand::Link { name, person, data }) => {
            let hub = open(&data)?;
            check_person(&hub, &person)?;
            hub.accounts().link(&name, &person)?;
        }
        Command::Backup { data, to, keys_days } => ops::backup::backup_for(&open(&data)?, &to, keys_days)?,
        Command::Restore { from, data } => {
            if !ops::backup::restore(&from, &data.data, Env::system())?.has_contacts {
                writeln!(out, "the keys of this backup's contacts have expired: contacts cannot be read, everything else is there")?;
            }
        }
        Command::PruneBackups { folder, older_than } => {
            let now = Env::system().clock.wall_ms();
            let pruned = ops::backup::prune(&folder, now, older_than.map(|days| now - i64::from(days) * 86_400_000))?;
            writeln!(out, "{} backups removed, the contact keys of {} more", pruned.backups, pruned.keys)?;
        }
        Command::Erase { data, report, by } => {
            let done = open(&data)?.erase(&report, &by)?;
            writeln!(out, "{} records redacted, {} photos removed", done.operations, done.photos)?;
            if done.copies_missing > 0 {
                writeln!(out, "the journal beside the backups could not be reached: make a backup there before you restore one")?;
            }
            if !done.is_clean {
                writeln!(out, "the hub was reading: it removes the last traces within the hour")?;
            }
        }
        Command::Stats { data, from, to, as_of, format, behind, rebuild } => {
            let hub = open(&data)?;
            if rebuild {
                writeln!(out, "{} facts", hub.rebuild_statistics()?)?;
                return Ok(ExitCode::SUCCESS);
            }
            let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
            let at = |text: &str, what| hub.moment(text).with_context(|| format!("--{what}"));
            let (from, to) = (at(&from, "from")?, at(&to, "to")?);
            let text = match behind {
                Some(figure) => ops::stats::behind(&hub, &figure, (from, to), as_of, format)?,
                None => ops::stats::print(&hub.statistics(from, to, as_of)?, format)?,
            };
            out.write_all(text.as_bytes())?;
        }
        Command::Verify(data) => {
            let report = ops::verify::verify(&open(&data)?)?;
            for fault in &report.faults {
                writeln!(out, "{fault}")?;
            }
            writeln!(
                out,
                "{} devices, {} operations ({} redacted), {} entries, {} contacts: {} faults",
                report.devices,
                report.operations,
                report.redacted,
                report.entries,
                report.contacts,
                report.faults.len()
            )?;
            return Ok(if report.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Command::Tags { data, checkpoint } => {
            for (id, payload) in open(&data)?.tags()? {
                if checkpoint.as_ref().is_none_or(|wanted| *wanted == id) {
                    writeln!(out, "{id} {payload}")?;
                }
            }
        }
        Command::NfcKey { data, checkpoint, key } => open(&data)?.set_nfc_key(&checkpoint, &key)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn personnel(command: PersonnelCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout();
    match command {
        PersonnelCommand::Import { file, data, dry_run } => {
            let report = open(&data)?.import_personnel(&read_file(&file)?, dry_run)?;
            for row in &report.rows {
                if let RowOutcome::Refused(error) = &row.outcome {
                    writeln!(out, "line {} {}: {} at {}", row.line, row.person, error.code, error.field)?;
                }
                for field in &row.neutralised {
                    writeln!(out, "line {} {}: looks like a formula, made harmless at {field}", row.line, row.person)?;
                }
            }
            for column in &report.ignored_columns {
                writeln!(out, "nothing was taken of the column {column}")?;
            }
            let (added, changed, unchanged, refused) = (report.added(), report.changed(), report.unchanged(), report.refused());
            let end = if dry_run { "; nothing was written" } else { "" };
            writeln!(out, "{}: {added} added, {changed} changed, {unchanged} unchanged, {refused} refused{end}", report.form)?;
            Ok(exit_code(refused))
        }
        PersonnelCommand::Export { data } => {
            out.write_all(&open(&data)?.export_personnel()?)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn exit_code(refused: usize) -> ExitCode {
    if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read_file(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))
}

fn open(data: &Data) -> anyhow::Result<Hub> {
    open_dir(&data.data)
}

fn open_dir(dir: &Path) -> anyhow::Result<Hub> {
    Hub::open(dir, Env::system()).map_err(|error| refuse(dir, error))
}

/// Says what to do about a data folder that cannot be opened.
fn refuse(dir: &Path, error: liuye_core::Error) -> anyhow::Error {
    let place = dir.display();
    if error.code == Code::Corrupt {
        return anyhow::Error::from(error).context(format!(
            "{place} is damaged. Move the folder aside and keep it; then put the hub back with \
             `liuye restore --from BACKUP --data {place}`: phones send again what came after the backup"
        ));
    }
    anyhow::Error::from(error).context(format!("{place} cannot be opened"))
}

fn run_notice(command: NoticeCommand, out: &mut impl Write) -> anyhow::Result<()> {
    match command {
        NoticeCommand::List(data) => {
            for (id, notice) in open(&data)?.notices()? {
                let number = notice.number.map_or_else(String::new, |number| format!("{}-{:04}", number.year, number.serial));
                writeln!(out, "{id} {number} {} {}", notice.venue, notice.hazard)?;
            }
        }
        NoticeCommand::Print { notice, data, english, link } => {
            let language = if english { NoticeLanguage::English } else { NoticeLanguage::Chinese };
            writeln!(out, "{}", open(&data)?.print_notice(&notice, language, link.as_deref())?)?;
        }
    }
    Ok(())
}

fn run_device(command: DeviceCommand, out: &mut impl Write) -> anyhow::Result<()> {
    match command {
        DeviceCommand::List(data) => {
            for row in open(&data)?.devices()? {
                writeln!(out, "{}", ops::device::line(&row))?;
            }
        }
        DeviceCommand::AddPerson { device, person, data } => ops::device::add_person(&open(&data)?, &device, &person)?,
        DeviceCommand::RemovePerson { device, person, data } => ops::device::remove_person(&open(&data)?, &device, &person)?,
        DeviceCommand::Revoke { device, wipe, data } => ops::device::revoke(&open(&data)?, &device, wipe)?,
    }
    Ok(())
}

/// A login stands for somebody who is there: one that was mistyped would be found out in the night in which it is needed.
fn check_person(hub: &Hub, person: &str) -> anyhow::Result<()> {
    if hub.document(person)?.is_none_or(|document| document.kind != DocumentKind::Person.as_str()) {
        bail!("nobody of the personnel base has the id {person}");
    }
    Ok(())
}

fn read_secret(what: &str) -> anyhow::Result<String> {
    let mut secret = String::new();
    std::io::stdin().read_to_string(&mut secret)?;
    let secret = secret.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        bail!("no {what} on standard input");
    }
    Ok(secret.to_owned())
}

fn run_hub(hub: &Hub, listen: SocketAddr, tls: Option<Tls>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(listen).with_context(|| format!("cannot listen on {listen}"))?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let address = listener.local_addr()?;
        if tls.is_none() && !address.ip().is_loopback() {
            bail!("plain HTTP is for loopback only: give --tls-cert and --tls-key to listen on {address}");
        }
        // Whoever started the hub waits for this line.
        let mut out = std::io::stdout();
        writeln!(out, "listening on {scheme}://{address}")?;
        out.flush()?;
        serve(hub.clone(), listener, ServeConfig { tls }, stop_signal()).await
    })
}

async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
