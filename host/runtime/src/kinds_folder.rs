//! The folder of the operator's kinds of records: `[hub] kinds_folder`.

use crate::text::{self, TextFault};
use std::io::ErrorKind;
use std::path::Path;
use sunmao_catalogue::{Catalogue, CatalogueError, Kinds};

/// Largest file of a kind, in bytes. People write them.
const LARGEST: u64 = 1024 * 1024;

/// The shipped kinds with those of the folder; a folder that is not there has none.
///
/// # Errors
/// Every file that cannot be read, or every fault of those that can.
pub fn read(catalogue: &Catalogue, folder: &Path) -> Result<Kinds, Vec<CatalogueError>> {
    Kinds::with_files(catalogue, &files(folder)?)
}

/// The texts of the folder's files by name, in alphabetical order.
///
/// # Errors
/// Every file that cannot be read.
pub fn files(folder: &Path) -> Result<Vec<(String, String)>, Vec<CatalogueError>> {
    let unreadable = |file: &str, message: String| CatalogueError {
        file: file.to_owned(),
        message,
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(vec![unreadable(&folder.display().to_string(), error.to_string())]),
    };
    let (mut texts, mut faults) = (Vec::new(), Vec::new());
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // What editors and people leave beside them is no kind.
        if !name.ends_with(".toml") || name.starts_with('.') || entry.path().is_dir() {
            continue;
        }
        match read_file(&entry.path()) {
            Ok(text) => texts.push((name, text)),
            Err(message) => faults.push(unreadable(&name, message)),
        }
    }
    texts.sort();
    if faults.is_empty() { Ok(texts) } else { Err(faults) }
}

fn read_file(path: &Path) -> Result<String, String> {
    let length = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if length > LARGEST {
        return Err(format!("{length} bytes are more than a kind has ({LARGEST})"));
    }
    let content = std::fs::read(path).map_err(|error| error.to_string())?;
    let (text, _) = text::decode(&content).map_err(|fault| format!("{fault}; {}", TextFault::HINT))?;
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VISIT: &str = "plural = \"visits\"\nlabel = \"到访\"\ndescription = \"A visit.\"\n\
                         fields = [{ name = \"visitor\", label = \"来访人\", type = \"text\" }]\n";

    #[test]
    fn kinds_of_a_folder_stand_beside_the_shipped_ones() {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = Catalogue::shared();
        let read_now = || read(&catalogue, folder.path());
        std::fs::write(folder.path().join("visit.toml"), VISIT).unwrap();
        for ignored in ["visit.toml~", ".visit.toml.swp.toml", "README.md"] {
            std::fs::write(folder.path().join(ignored), "nonsense").unwrap();
        }
        std::fs::create_dir(folder.path().join("old.toml")).unwrap();
        let kinds = read_now().unwrap();
        assert!(kinds.find("visits").is_some() && kinds.find("contact").is_some());
        let gbk = encoding_rs::GBK.encode(VISIT).0.into_owned();
        std::fs::write(folder.path().join("visit.toml"), gbk).unwrap();
        assert_eq!(
            read_now().unwrap().find("visit").unwrap().label,
            "到访",
            "as Windows saves it"
        );
        std::fs::write(folder.path().join("visit.toml"), b"# Z\xfcrich\n").unwrap();
        std::fs::write(folder.path().join("large.toml"), "#".repeat(1024 * 1024 + 1)).unwrap();
        let faults = read_now().unwrap_err();
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(
            told.iter()
                .any(|fault| fault.contains("visit.toml") && fault.contains("line 1")),
            "{told:?}"
        );
        assert!(told.iter().any(|fault| fault.contains("large.toml")), "{told:?}");
    }

    #[test]
    fn no_folder_is_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        let kinds = read(&Catalogue::shared(), &folder.path().join("kinds")).unwrap();
        assert_eq!(
            kinds.own().count(),
            Kinds::shipped(&Catalogue::shared()).unwrap().own().count()
        );
    }
}
