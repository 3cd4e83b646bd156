//! A small disk that can be filled and freed: a file system of its own where one may be mounted, else a limit on what
//! the host may write.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

const MEGABYTES: u64 = 256;

/// The disk that the store lies on.
pub enum Disk {
    /// A file system in memory.
    Mounted(PathBuf),
    /// A folder; the host's process is forbidden to let files grow.
    Limited(PathBuf),
}

impl Disk {
    /// A disk at this folder.
    pub fn at(folder: &Path) -> Disk {
        fs::create_dir_all(folder).expect("folder");
        let size = format!("size={MEGABYTES}m");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "sunmao-weekend"])
            .arg(folder)
            .output();
        match mounted {
            Ok(output) if output.status.success() => Disk::Mounted(folder.to_owned()),
            _ => {
                println!(
                    "no file system can be mounted here: a limit on the size of files stands for the full disk"
                );
                Disk::Limited(folder.to_owned())
            }
        }
    }

    pub fn folder(&self) -> &Path {
        match self {
            Disk::Mounted(folder) | Disk::Limited(folder) => folder,
        }
    }

    /// Leaves no room for whoever runs under this process number.
    pub fn fill(&self, process: Option<u32>) {
        match self {
            Disk::Mounted(folder) => {
                let mut file = fs::File::create(folder.join("filler")).expect("filler");
                let block = vec![0_u8; 64 * 1024];
                // Ends with the last block that fits, then with the last bytes.
                while file.write_all(&block).is_ok() {}
                while file.write_all(&[0]).is_ok() {}
            }
            Disk::Limited(_) => limit(process, "--fsize=4096:unlimited"),
        }
    }

    /// Gives the room back.
    pub fn free(&self, process: Option<u32>) {
        match self {
            // It may not have been filled.
            Disk::Mounted(folder) => drop(fs::remove_file(folder.join("filler"))),
            Disk::Limited(_) => limit(process, "--fsize=unlimited:unlimited"),
        }
    }

    /// What the files in it take.
    pub fn used(&self) -> u64 {
        let files = fs::read_dir(self.folder()).expect("folder").flatten();
        files
            .filter_map(|file| file.metadata().ok())
            .map(|metadata| metadata.len())
            .sum()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Disk::Mounted(folder) = self {
            // What is left mounted goes with the machine.
            let _ = Command::new("umount").arg("-l").arg(folder).status();
        }
    }
}

fn limit(process: Option<u32>, limit: &str) {
    let Some(process) = process else { return };
    let done = Command::new("prlimit")
        .args(["--pid", &process.to_string(), limit])
        .status();
    // A process that has just ended has no limits to change.
    drop(done);
}
