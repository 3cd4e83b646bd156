//! Tells cargo that a new file in `operations/` is a change: the tables are compiled in.

fn main() {
    println!("cargo::rerun-if-changed=operations");
}
