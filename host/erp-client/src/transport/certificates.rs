//! The certificates of a file of one's own: what is in it, and what else it turns out to be.

use crate::Error;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{PemObject, SectionKind};
use std::path::Path;
use x509_cert::Certificate;
use x509_cert::der::Decode;

const HINT: &str = "name a PEM file (it opens with -----BEGIN CERTIFICATE-----) with the certificate of the authority \
                    that signed the ERP's own, or with the ERP's own";

const DER: &str = "write it as PEM: openssl x509 -inform der -in FILE -out FILE.pem";

const PRIVATE: &str = "take the key out of this machine's reach if it is the ERP's, and name the file with the \
                       certificate that belongs to it";

/// The marks that a text editor on Windows puts in front of a text.
const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";
const UTF_16_MARKS: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];

/// The certificates of a PEM file.
pub(super) fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let unsound = |problem: &str, hint: &'static str| Error::Setting {
        setting: "certificate_file",
        problem: format!("{}: {problem}", path.display()),
        hint,
    };
    let content = std::fs::read(path).map_err(|error| unsound(&error.to_string(), HINT))?;
    let content = content.strip_prefix(UTF_8_MARK).unwrap_or(&content);
    if UTF_16_MARKS.iter().any(|mark| content.starts_with(mark)) {
        return Err(unsound("is UTF-16 text", "save it as UTF-8 or ASCII text"));
    }
    let mut certificates = Vec::new();
    let mut holds_key = false;
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(content) {
        let (kind, der) =
            section.map_err(|error| unsound(&format!("holds a section that is no PEM: {error}"), HINT))?;
        match kind {
            SectionKind::Certificate => certificates.push(certificate(der, &unsound)?),
            SectionKind::PrivateKey | SectionKind::RsaPrivateKey | SectionKind::EcPrivateKey => {
                holds_key = true;
            }
            _ => {}
        }
    }
    if !certificates.is_empty() {
        return Ok(certificates);
    }
    let encrypted = b"-----BEGIN ENCRYPTED PRIVATE KEY-----";
    let is_encrypted = content.windows(encrypted.len()).any(|part| part == encrypted);
    Err(if holds_key || is_encrypted {
        unsound("holds a private key and no certificate", PRIVATE)
    } else if Certificate::from_der(content).is_ok() {
        unsound("holds a certificate as DER, not as PEM", DER)
    } else {
        unsound("holds no certificate", HINT)
    })
}

fn certificate(
    der: Vec<u8>,
    unsound: &impl Fn(&str, &'static str) -> Error,
) -> Result<CertificateDer<'static>, Error> {
    match Certificate::from_der(&der) {
        Ok(_) => Ok(CertificateDer::from(der)),
        Err(error) => {
            let problem = format!("holds a section that is called a certificate and is none: {error}");
            Err(unsound(&problem, HINT))
        }
    }
}
