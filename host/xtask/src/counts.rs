//! How many tests passed and failed, by the runners' own closing lines.

use crate::cargo;
use anyhow::{Context, Result};
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::ops::AddAssign;
use std::process::{Command, Stdio};

/// Tests by outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Ran as they should.
    pub passed: u64,
    /// Failed, ran out of time, or could not be started.
    pub failed: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Where a runner writes its closing lines.
#[derive(Debug, Clone, Copy)]
pub enum Runner {
    /// nextest: one summary on standard error.
    Nextest,
    /// cargo test: a result line a program on standard output.
    CargoTest,
}

impl Runner {
    /// Runs the tests, shows what they print, and counts. The truth value says whether the runner was content.
    pub fn count(self, command: &mut Command) -> Result<(Counts, bool)> {
        let shown = cargo::show(command);
        match self {
            Runner::Nextest => command.stderr(Stdio::piped()),
            Runner::CargoTest => command.stdout(Stdio::piped()),
        };
        let mut child = command.spawn().with_context(|| format!("starting `{shown}`"))?;
        let counts = match self {
            Runner::Nextest => child
                .stderr
                .take()
                .map(|output| self.read(output, |line| eprintln!("{line}"))),
            Runner::CargoTest => child
                .stdout
                .take()
                .map(|output| self.read(output, |line| println!("{line}"))),
        };
        let counts = counts.context("reading the runner's output")??;
        Ok((counts, child.wait()?.success()))
    }

    fn read(self, output: impl Read, show: impl Fn(&str)) -> Result<Counts> {
        let mut counts = Counts::default();
        for line in BufReader::new(output).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            show(&line);
            let Some(outcomes) = self.outcomes(&line) else {
                continue;
            };
            match self {
                Runner::Nextest => counts = tally(outcomes),
                Runner::CargoTest => counts += tally(outcomes),
            }
        }
        Ok(counts)
    }

    /// The outcomes in a closing line of this runner's. A failed test's output may hold the other's, and is not counted.
    fn outcomes(self, line: &str) -> Option<&str> {
        match self {
            // Summary [ 1.2s] 4 tests run: 3 passed (1 slow), 1 failed, 0 skipped
            Runner::Nextest => {
                let rest = line.trim_start().strip_prefix("Summary [")?;
                rest.split_once(" run: ").map(|(_, outcomes)| outcomes)
            }
            // test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; …
            Runner::CargoTest => {
                let rest = line.strip_prefix("test result: ")?;
                rest.split_once(". ").map(|(_, outcomes)| outcomes)
            }
        }
    }
}

fn tally(outcomes: &str) -> Counts {
    let mut counts = Counts::default();
    for outcome in outcomes.split([',', ';']) {
        let mut words = outcome.split_whitespace();
        let (Some(Ok(number)), Some(word)) = (words.next().map(str::parse::<u64>), words.next()) else {
            continue;
        };
        match word {
            "passed" => counts.passed += number,
            "failed" | "exec" | "timed" => counts.failed += number,
            _ => {}
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(runner: Runner, output: &str) -> Counts {
        runner.read(output.as_bytes(), |_| ()).unwrap()
    }

    #[test]
    fn the_summary_of_nextest_is_read() {
        let output = "     Summary [   0.031s] 12 tests run: 12 passed (1 slow), 0 skipped\n";
        assert_eq!(
            counted(Runner::Nextest, output),
            Counts {
                passed: 12,
                failed: 0
            }
        );
        let output = "     Summary [  9.1s] 9/12 tests run: 6 passed, 1 failed, 1 exec failed, 1 timed out, 2 skipped\n";
        assert_eq!(counted(Runner::Nextest, output), Counts { passed: 6, failed: 3 });
    }

    #[test]
    fn the_results_of_cargo_test_are_added_up() {
        let output = "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured\n\
                      test three_passed ... ok\n\
                      test result: FAILED. 7 passed; 2 failed; 1 ignored; 0 measured; finished in 0.00s\n";
        assert_eq!(
            counted(Runner::CargoTest, output),
            Counts {
                passed: 10,
                failed: 2
            }
        );
    }

    #[test]
    fn what_a_failed_test_printed_is_not_counted() {
        let output = "  stdout\n    test result: FAILED. 0 passed; 1 failed; 0 ignored\n     \
                      Summary [   0.020s] 2 tests run: 1 passed, 1 failed, 1 skipped\n";
        assert_eq!(counted(Runner::Nextest, output), Counts { passed: 1, failed: 1 });
    }
}
