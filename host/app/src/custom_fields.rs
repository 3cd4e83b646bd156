//! The fields that an installation added itself: an overlay of the catalogue in the working folder, one file an account.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::files;
use std::path::Path;
use sunmao_catalogue::{Catalogue, CustomFields};
use sunmao_runtime::Accounts;

const PHASE: &str = "reading the installation's own fields";

/// The overlay of an account.
pub fn file_of(account: &str) -> String {
    match account {
        Accounts::MAIN => "custom-fields.toml".to_owned(),
        other => format!("custom-fields.{other}.toml"),
    }
}

/// What an account's overlay says; nothing where there is no such file.
///
/// # Errors
/// It cannot be read, is no overlay, or speaks of an object that there is not.
pub fn read(account: &str) -> Result<CustomFields, Failure> {
    let file = file_of(account);
    let Some(text) = files::read_if_there(Path::new(&file), Exit::Configuration, PHASE)? else {
        return Ok(CustomFields::default());
    };
    let fields = CustomFields::read(&file, &text).and_then(|fields| {
        let catalogue = Catalogue::try_shared()?;
        fields.check(&file, &catalogue)?;
        Ok(fields)
    });
    fields.map_err(|error| {
        Failure::new(Exit::Configuration, file, PHASE, error.message)
            .with_hint("`sunmao operations show NAME --live --save` writes this file")
    })
}

/// Writes an account's overlay: beside it first, so that a reader never sees half of it.
///
/// # Errors
/// It cannot be written.
pub fn write(account: &str, fields: &CustomFields) -> Result<(), Failure> {
    let file = file_of(account);
    let beside = format!("{file}.new");
    let written = std::fs::write(&beside, fields.text()).and_then(|()| std::fs::rename(&beside, &file));
    written.map_err(|error| {
        let phase = "keeping the installation's own fields";
        Failure::new(Exit::Failed, file, phase, error.to_string())
    })
}
