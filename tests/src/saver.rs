//! The `saver` program under control: a device that edits and syncs, is paused, killed and started again, and
//! what it said that it had saved.

use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::world::{Device, WorldError, program};

/// Between the numbers of two lives of one device, so that a number names one save.
const NUMBERS_OF_A_LIFE: u64 = 1_000_000;

/// A save that returned.
#[derive(Clone, Debug)]
pub struct Said {
    /// Its edit.
    pub edit_id: String,
    /// Of which merchant.
    pub merchant: String,
    /// What was written to the device's own field; no two saves of a device write the same.
    pub number: u64,
}

/// A signal to a process.
#[derive(Clone, Copy, Debug)]
pub enum Signal {
    /// It stands still.
    Stop,
    /// It goes on.
    Continue,
}

/// Sends a signal to one process.
///
/// # Errors
/// When `kill` cannot be started.
pub fn signal(pid: u32, signal: Signal) -> Result<(), WorldError> {
    let name = match signal {
        Signal::Stop => "-STOP",
        Signal::Continue => "-CONT",
    };
    let done = Command::new("kill").args([name, &pid.to_string()]).status();
    done.map(|_| ()).map_err(|source| WorldError::System { what: format!("kill {name}"), source })
}

/// A device with the saver on it.
pub struct Saver {
    device: Device,
    rate_per_s: Option<u64>,
    more: Vec<(String, String)>,
    life: u64,
    running: Option<Running>,
    said: Vec<Said>,
}

struct Running {
    child: Child,
    orders: ChildStdin,
    lines: Receiver<String>,
}

impl Saver {
    /// A device that is not started yet; without a rate it saves as fast as it can.
    #[must_use]
    pub fn new(device: Device, rate_per_s: Option<u64>) -> Self {
        Self { device, rate_per_s, more: Vec::new(), life: 0, running: None, said: Vec::new() }
    }

    /// Sets the environment of the next starts.
    pub fn set_environment(&mut self, more: Vec<(String, String)>) {
        self.more = more;
    }

    /// The device.
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// How often it was started.
    #[must_use]
    pub fn lives(&self) -> u64 {
        self.life
    }

    /// The process, if it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.running.as_ref().map(|running| running.child.id())
    }

    /// All saves that returned, in order, as far as they were listened to: complete once it was killed.
    #[must_use]
    pub fn said(&self) -> &[Said] {
        &self.said
    }

    /// Starts it, if it does not run.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(&mut self) -> Result<(), WorldError> {
        if self.running.is_some() {
            return Ok(());
        }
        let failed = |source| WorldError::System { what: "starting the saver".into(), source };
        let mut command = Command::new(program("MERCHANT_CONSOLE_SAVER_BIN", "saver"));
        command.arg((self.life * NUMBERS_OF_A_LIFE).to_string());
        command.args(self.rate_per_s.map(|rate| rate.to_string()));
        command.envs(self.device.environment()).envs(self.more.iter().cloned());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(failed)?;
        self.life += 1;
        let (Some(orders), Some(out)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(WorldError::Program { what: "starting the saver".into(), said: "it has no pipes".into() });
        };
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            let mut reader = BufReader::new(out);
            let mut line = String::new();
            // A line that a kill has cut short was not said.
            while reader.read_line(&mut line).is_ok_and(|bytes| bytes > 0) && line.ends_with('\n') {
                if sender.send(line.trim_end().to_owned()).is_err() {
                    return;
                }
                line.clear();
            }
        });
        self.running = Some(Running { child, orders, lines });
        Ok(())
    }

    /// Waits until it has saved something in this life.
    ///
    /// # Errors
    /// When it ends or says something else, or `patience` is over.
    pub fn wait_for_a_save(&mut self, patience: Duration) -> Result<(), WorldError> {
        let before = self.said.len();
        self.listen(patience, |saver, _| saver.said.len() > before)
    }

    /// Tells it to save no more.
    ///
    /// # Errors
    /// When it is gone.
    pub fn stop(&mut self) -> Result<(), WorldError> {
        self.order("stop")
    }

    /// Tells it to say when everything is sent and the backend's change `seq` has arrived.
    ///
    /// # Errors
    /// When it is gone.
    pub fn drain(&mut self, seq: u64) -> Result<(), WorldError> {
        self.order(&format!("drain {seq}"))
    }

    /// Waits for what [`Self::drain`] asked for.
    ///
    /// # Errors
    /// When it ends, or `patience` is over.
    pub fn wait_until_drained(&mut self, patience: Duration) -> Result<(), WorldError> {
        self.listen(patience, |_, line| line == "drained")
    }

    /// `kill -9`, then all that it said before.
    pub fn kill(&mut self) {
        let Some(mut running) = self.running.take() else { return };
        // Already gone is as good.
        let _ = running.child.kill();
        let _ = running.child.wait();
        // The reader ends with the process.
        for line in running.lines {
            self.said.extend(said(&line));
        }
    }

    fn order(&mut self, order: &str) -> Result<(), WorldError> {
        let gone = || WorldError::Program { what: order.to_owned(), said: "the saver does not run".into() };
        let running = self.running.as_mut().ok_or_else(gone)?;
        writeln!(running.orders, "{order}")
            .map_err(|source| WorldError::System { what: format!("telling the saver to {order}"), source })
    }

    fn listen(&mut self, patience: Duration, enough: impl Fn(&Self, &str) -> bool) -> Result<(), WorldError> {
        let until = Instant::now() + patience;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let heard = self.running.as_ref().map(|running| running.lines.recv_timeout(left));
            let line = match heard {
                Some(Ok(line)) => line,
                Some(Err(RecvTimeoutError::Timeout)) => return Err(self.silent(&format!("nothing in {patience:?}"))),
                Some(Err(RecvTimeoutError::Disconnected)) | None => return Err(self.silent("it has ended")),
            };
            self.said.extend(said(&line));
            if enough(self, &line) {
                return Ok(());
            }
        }
    }

    fn silent(&self, said: &str) -> WorldError {
        WorldError::Program { what: format!("waiting for {}", self.device.home.display()), said: said.to_owned() }
    }
}

impl Drop for Saver {
    fn drop(&mut self) {
        self.kill();
    }
}

fn said(line: &str) -> Option<Said> {
    let mut words = line.strip_prefix("saved ")?.split(' ');
    let (edit_id, merchant, number) = (words.next()?, words.next()?, words.next()?);
    Some(Said { edit_id: edit_id.into(), merchant: merchant.into(), number: number.parse().ok()? })
}
