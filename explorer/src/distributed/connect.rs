//! Connects the processes: each one listens at its own address and calls the processes before it.
//!
//! Unlike timely's own function, this one gives up after a while, prints nothing, and refuses a process that was
//! started for another run.

use super::hosts::Hosts;
use crate::fingerprint::Fingerprinter;
use std::hash::Hasher;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The position of this process in the cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// The addresses of all processes.
    pub hosts: Hosts,
    /// The number of this process, from 0.
    pub process: usize,
    /// The longest wait for the other processes at the beginning.
    pub patience: Duration,
    /// The silence after which a process counts as lost; at least 5 seconds.
    pub silence: Duration,
}

impl Cluster {
    /// Returns process `process` of those in `hosts`. It waits five minutes for the others, and takes a process for
    /// lost after two minutes of silence.
    #[must_use]
    pub fn new(hosts: Hosts, process: usize) -> Self {
        Self { hosts, process, patience: Duration::from_secs(300), silence: Duration::from_secs(120) }
    }
}

/// The reason why the processes are not connected.
pub(super) enum Unconnected {
    /// The user has to change a setting.
    Wrong(String),
    /// A process did not connect in time.
    Lost(String),
}

/// The facts that must be equal in all processes.
pub(super) struct ExplorationConfig<'a> {
    pub(super) subject: &'a str,
    pub(super) workers: usize,
}

const MAGIC: u64 = u64::from_le_bytes(*b"holdfast");

/// The longest time that a peer may take to introduce itself.
const INTRODUCTION: Duration = Duration::from_secs(5);

/// The wait before the next attempt.
const PAUSE: Duration = Duration::from_millis(20);

/// The shortest silence that can mean loss: a heartbeat comes each second.
const LEAST_SILENCE: Duration = Duration::from_secs(5);

/// Connects this process with every other one. The result has a socket for each other process, and none for this one.
pub(super) fn connect(cluster: &Cluster, terms: &ExplorationConfig<'_>) -> Result<Vec<Option<TcpStream>>, Unconnected> {
    let Cluster { hosts, process, .. } = cluster;
    let Some(own) = hosts.address(*process) else {
        let last = hosts.len().saturating_sub(1);
        return Err(Unconnected::Wrong(format!("no process {process} in the host file; expected 0 to {last}")));
    };
    let deadline = Instant::now().checked_add(cluster.patience);
    let listener = bind(own, *process, hosts.len(), deadline)?;
    let mut sockets: Vec<Option<TcpStream>> = (0..hosts.len()).map(|_| None).collect();
    for (socket, (number, address)) in sockets.iter_mut().zip(hosts.addresses().enumerate()).take(*process) {
        *socket = Some(call(address, number, cluster, terms, deadline)?);
    }
    if let Some(listener) = listener {
        listen(&listener, &mut sockets, cluster, terms, deadline)?;
    }
    let silence = cluster.silence.max(LEAST_SILENCE);
    for socket in sockets.iter().flatten() {
        let set = socket.set_nodelay(true).and_then(|()| socket.set_read_timeout(Some(silence)));
        set.map_err(|error| Unconnected::Lost(format!("a connection was lost: {error}")))?;
    }
    Ok(sockets)
}

fn is_over(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| Instant::now() >= deadline)
}

/// Listens at this process's own address; `None` for the last process, which no other process calls.
fn bind(
    own: &str,
    process: usize,
    processes: usize,
    deadline: Option<Instant>,
) -> Result<Option<TcpListener>, Unconnected> {
    if process.saturating_add(1) >= processes {
        return Ok(None);
    }
    loop {
        match TcpListener::bind(own) {
            Ok(listener) => {
                let set = listener.set_nonblocking(true);
                return set.map(|()| Some(listener)).map_err(|error| Unconnected::Wrong(format!("{own}: {error}")));
            }
            // The previous run may be about to free the address.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && !is_over(deadline) => sleep(PAUSE),
            Err(error) => {
                return Err(Unconnected::Wrong(format!("process {process} cannot listen at {own}: {error}")));
            }
        }
    }
}

/// Connects to an earlier process.
fn call(
    address: &str,
    number: usize,
    cluster: &Cluster,
    terms: &ExplorationConfig<'_>,
    deadline: Option<Instant>,
) -> Result<TcpStream, Unconnected> {
    loop {
        if let Ok(mut socket) = TcpStream::connect(address)
            && introduce(&mut socket, cluster, terms).is_ok()
        {
            match hear(&mut socket) {
                Ok(other) if other.process == number => return agreed(&other, cluster, terms).map(|()| socket),
                // The peer is another program, or a run that is about to end.
                Ok(_) | Err(_) => {}
            }
        }
        if is_over(deadline) {
            return Err(Unconnected::Lost(format!("process {number} did not answer at {address}")));
        }
        sleep(PAUSE);
    }
}

/// Waits for the later processes.
fn listen(
    listener: &TcpListener,
    sockets: &mut [Option<TcpStream>],
    cluster: &Cluster,
    terms: &ExplorationConfig<'_>,
    deadline: Option<Instant>,
) -> Result<(), Unconnected> {
    let later = cluster.process.saturating_add(1);
    while let Some(missing) = sockets.iter().skip(later).position(Option::is_none) {
        if let Ok((mut socket, _)) = listener.accept() {
            let introduced = socket.set_nonblocking(false).and_then(|()| hear(&mut socket));
            if let Ok(other) = introduced
                && other.process >= later
            {
                let answered = introduce(&mut socket, cluster, terms);
                agreed(&other, cluster, terms)?;
                if let (Ok(()), Some(place)) = (answered, sockets.get_mut(other.process)) {
                    *place = Some(socket);
                }
            }
            continue;
        }
        if is_over(deadline) {
            let number = missing.saturating_add(later);
            return Err(Unconnected::Lost(format!("process {number} did not come")));
        }
        sleep(PAUSE);
    }
    Ok(())
}

/// The introduction of a process.
struct Introduction {
    process: usize,
    processes: u64,
    workers: u64,
    subject: u64,
}

fn subject(terms: &ExplorationConfig<'_>) -> u64 {
    let mut hasher = Fingerprinter::default();
    hasher.write(terms.subject.as_bytes());
    hasher.finish()
}

fn introduce(socket: &mut TcpStream, cluster: &Cluster, terms: &ExplorationConfig<'_>) -> io::Result<()> {
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let words = [MAGIC, number(cluster.process), number(cluster.hosts.len()), number(terms.workers), subject(terms)];
    socket.write_all(&words.map(u64::to_le_bytes).concat())
}

fn hear(socket: &mut TcpStream) -> io::Result<Introduction> {
    socket.set_read_timeout(Some(INTRODUCTION))?;
    let mut words = [0; 5];
    for word in &mut words {
        let mut bytes = [0; 8];
        socket.read_exact(&mut bytes)?;
        *word = u64::from_le_bytes(bytes);
    }
    let [magic, process, processes, workers, subject] = words;
    match usize::try_from(process) {
        Ok(process) if magic == MAGIC => Ok(Introduction { process, processes, workers, subject }),
        Ok(_) | Err(_) => Err(io::Error::other("not a process of this program")),
    }
}

fn agreed(other: &Introduction, cluster: &Cluster, terms: &ExplorationConfig<'_>) -> Result<(), Unconnected> {
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let wrong = |what: String| Err(Unconnected::Wrong(format!("process {} {what}", other.process)));
    let (processes, workers) = (cluster.hosts.len(), terms.workers);
    if other.processes != number(processes) {
        return wrong(format!("has a host file of {} addresses, this one of {processes}", other.processes));
    }
    if other.workers != number(workers) {
        return wrong(format!("has {} workers, this one {workers}: all need as many", other.workers));
    }
    if other.subject != subject(terms) {
        return wrong(format!("explores something else than `{}`", terms.subject));
    }
    Ok(())
}
