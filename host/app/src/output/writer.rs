//! A writer that nobody has to wait for: what is handed to it is written by a thread of its own. Where that thread does
//! not keep up, or cannot write at all, texts are dropped and counted, and nobody fails.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How many texts may have been written since losses were last told while more wait.
const TELL_EVERY: u32 = 1_000;

/// Called by the writer's thread after each text.
pub trait Listener: Send + 'static {
    /// So many texts were lost since this was last called, and now one has been written. What the text of this call
    /// says is not turned away, however many wait.
    fn lost(&mut self, texts: u64);

    /// A text could not be written.
    fn failed(&mut self, _error: &io::Error) {}
}

/// Hands texts to the thread. Clones hand to the same one, which ends with the process.
#[derive(Clone)]
pub struct Writer(Arc<Shared>);

struct Shared {
    queue: Mutex<Queue>,
    /// Something was handed over.
    filled: Condvar,
    /// Everything was written or given up.
    emptied: Condvar,
    /// Most bytes that wait.
    room: usize,
    /// The thread that writes.
    own: Mutex<Option<thread::ThreadId>>,
}

#[derive(Default)]
struct Queue {
    texts: VecDeque<Vec<u8>>,
    bytes: usize,
    /// One of them is being written.
    is_writing: bool,
    lost: u64,
    /// How many of the lost were told of.
    told: u64,
}

impl Writer {
    /// Starts the thread. Where the system gives none, every text is dropped.
    pub fn start(
        name: &str,
        room: usize,
        output: impl Write + Send + 'static,
        listener: impl Listener,
    ) -> Self {
        let shared = Arc::new(Shared {
            queue: Mutex::new(Queue::default()),
            filled: Condvar::new(),
            emptied: Condvar::new(),
            room,
            own: Mutex::new(None),
        });
        let writer = Writer(shared.clone());
        // Without a thread the queue fills up, and what does not fit is counted as lost.
        let _ = thread::Builder::new().name(name.to_owned()).spawn(move || {
            *guard(&shared.own) = Some(thread::current().id());
            shared.write_all(output, listener);
        });
        writer
    }

    /// Hands a text over, or drops it where too much waits.
    pub fn hand_over(&self, text: Vec<u8>) {
        let is_own = *guard(&self.0.own) == Some(thread::current().id());
        let mut queue = guard(&self.0.queue);
        let fits = queue.bytes.saturating_add(text.len()) <= self.0.room;
        // A text that is larger than the room is taken where nothing else waits.
        if !fits && !is_own && !queue.texts.is_empty() || text.len() > self.0.room {
            queue.lost += 1;
            return;
        }
        queue.bytes += text.len();
        queue.texts.push_back(text);
        self.0.filled.notify_one();
    }

    /// How many texts were lost.
    pub fn lost(&self) -> u64 {
        guard(&self.0.queue).lost
    }

    /// Waits until everything is written, and no longer than this.
    pub fn finish(&self, patience: Duration) {
        let queue = guard(&self.0.queue);
        // Either way the process ends now.
        let _ = self.0.emptied.wait_timeout_while(queue, patience, |queue| {
            queue.is_writing || !queue.texts.is_empty()
        });
    }
}

impl Shared {
    fn write_all(&self, mut output: impl Write, mut listener: impl Listener) {
        let mut is_broken_off = false;
        let mut since_told = 0;
        loop {
            let text = self.next();
            let written = write(&mut output, &text, &mut is_broken_off);
            since_told += 1;
            let lost = self.note(&written, since_told > TELL_EVERY);
            match &written {
                Ok(()) if lost > 0 => {
                    since_told = 0;
                    listener.lost(lost);
                }
                Ok(()) => {}
                Err(error) => listener.failed(error),
            }
            self.settle();
        }
    }

    fn next(&self) -> Vec<u8> {
        let queue = guard(&self.queue);
        let waited = self.filled.wait_while(queue, |queue| queue.texts.is_empty());
        let mut queue = waited.unwrap_or_else(PoisonError::into_inner);
        let text = queue.texts.pop_front().unwrap_or_default();
        queue.bytes -= text.len();
        queue.is_writing = true;
        text
    }

    /// How many losses are to be told of now.
    fn note(&self, written: &io::Result<()>, is_overdue: bool) -> u64 {
        let mut queue = guard(&self.queue);
        if written.is_err() {
            queue.lost += 1;
            return 0;
        }
        if !is_overdue && !queue.texts.is_empty() {
            return 0;
        }
        let untold = queue.lost - queue.told;
        queue.told = queue.lost;
        untold
    }

    fn settle(&self) {
        let mut queue = guard(&self.queue);
        queue.is_writing = false;
        if queue.texts.is_empty() {
            self.emptied.notify_all();
        }
    }
}

/// Writes a text; behind one that was broken off half-way, on a line of its own.
fn write(output: &mut impl Write, text: &[u8], is_broken_off: &mut bool) -> io::Result<()> {
    if *is_broken_off {
        output.write_all(b"\n")?;
        *is_broken_off = false;
    }
    let mut rest = text;
    while !rest.is_empty() {
        match output.write(rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                rest = &rest[written..];
                *is_broken_off = !rest.is_empty();
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    output.flush()
}

/// A thread that panicked while it held the lock left whole texts behind.
fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, Sender, channel};

    const PATIENCE: Duration = Duration::from_secs(60);

    /// What the test decides about the next write: how many bytes are taken, or the error.
    type Verdict = io::Result<usize>;

    struct Held {
        verdicts: Receiver<Verdict>,
        written: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Held {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = self.verdicts.recv().map_err(io::Error::other)??.min(bytes.len());
            guard(&self.written).extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Tell(Sender<u64>);

    impl Listener for Tell {
        fn lost(&mut self, texts: u64) {
            self.0.send(texts).unwrap();
        }
    }

    struct Stage {
        writer: Writer,
        verdicts: Sender<Verdict>,
        told: Receiver<u64>,
        written: Arc<Mutex<Vec<u8>>>,
    }

    fn stage(room: usize) -> Stage {
        let (verdicts, held) = channel();
        let (tell, told) = channel();
        let written = Arc::new(Mutex::new(Vec::new()));
        let output = Held {
            verdicts: held,
            written: written.clone(),
        };
        Stage {
            writer: Writer::start("test", room, output, Tell(tell)),
            verdicts,
            told,
            written,
        }
    }

    /// The thread takes the first text out of the queue by itself; the test has to know when.
    fn until_taken(writer: &Writer) {
        while !guard(&writer.0.queue).texts.is_empty() {
            thread::yield_now();
        }
    }

    #[test]
    fn what_does_not_fit_is_dropped_counted_and_told_once() {
        let stage = stage(8);
        stage.writer.hand_over(b"one\n".to_vec());
        until_taken(&stage.writer);
        for text in ["two\n", "six\n", "ten\n", "far too long\n"] {
            stage.writer.hand_over(text.as_bytes().to_vec());
        }
        assert_eq!(stage.writer.lost(), 2);
        for _ in 0..3 {
            stage.verdicts.send(Ok(100)).unwrap();
        }
        assert_eq!(stage.told.recv_timeout(PATIENCE), Ok(2));
        stage.writer.finish(PATIENCE);
        assert_eq!(&*guard(&stage.written), b"one\ntwo\nsix\n");
        assert!(stage.told.try_recv().is_err());
    }

    #[test]
    fn a_write_that_fails_loses_its_text_alone() {
        let stage = stage(100);
        for text in ["one\n", "two\n", "six\n"] {
            stage.writer.hand_over(text.as_bytes().to_vec());
        }
        // Half of a line, then a full disk; then there is room again.
        stage.verdicts.send(Ok(2)).unwrap();
        stage
            .verdicts
            .send(Err(io::ErrorKind::StorageFull.into()))
            .unwrap();
        for _ in 0..4 {
            stage.verdicts.send(Ok(100)).unwrap();
        }
        stage.writer.finish(PATIENCE);
        assert_eq!(&*guard(&stage.written), b"on\ntwo\nsix\n");
        assert_eq!(stage.writer.lost(), 1);
        assert_eq!(stage.told.recv_timeout(PATIENCE), Ok(1));
    }

    #[test]
    fn the_end_waits_no_longer_than_it_was_told_to() {
        let stage = stage(100);
        stage.writer.hand_over(b"one\n".to_vec());
        stage.writer.finish(Duration::from_millis(1));
        assert!(guard(&stage.written).is_empty());
    }
}
