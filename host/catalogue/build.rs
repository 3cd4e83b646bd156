//! Tells cargo that a new file in `operations/` or `kinds/` is a change: the tables are compiled in.

fn main() {
    println!("cargo::rerun-if-changed=operations");
    println!("cargo::rerun-if-changed=kinds");
}
