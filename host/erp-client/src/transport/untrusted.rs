//! What is wrong with TLS, in words that name the certificate, and with what to do about it.

use jiff::Timestamp;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, InvalidMessage};
use std::error::Error as StdError;
use std::{fmt, io};
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{BasicConstraints, SubjectAltName};
use x509_cert::time::Time;

const EXPIRED: &str = "nothing was sent: have the certificate renewed at the ERP's server; if it is in force, set this \
                       machine's clock right";

const NOT_YET: &str = "nothing was sent: set this machine's clock right; if it is, the certificate was installed too \
                       early at the ERP's server";

const WRONG_NAME: &str = "nothing was sent: write one of the certificate's names in the base URL, or have a certificate \
                          made that has the base URL's host among its subject alternative names";

const UNKNOWN_ISSUER: &str = "nothing was sent: name a PEM file with the issuer's certificate, or with this certificate \
                              itself, as certificate_file under [erp]; a server that leaves out what stands between is \
                              put right by installing the whole chain there";

const AUTHORITY: &str = "nothing was sent: if this is the ERP's own certificate, name a PEM file with exactly it as \
                         certificate_file under [erp]; else have a certificate made for the server";

const UNSOUND: &str = "nothing was sent: have another certificate made for the ERP's server, for its host name and for \
                       server authentication, with RSA or ECDSA and SHA-256";

const NOT_TLS: &str = "nothing was sent: the base URL says https, and this port does not speak TLS: write http, or the \
                       port that serves https";

const NO_COMMON_TLS: &str = "nothing was sent: enable TLS 1.2 with ECDHE cipher suites at the ERP's server, or put a \
                             gateway in front that has them";

/// A server that is not taken for the ERP.
#[derive(Debug, Clone)]
pub(super) struct Untrusted {
    words: String,
    hint: &'static str,
}

impl Untrusted {
    /// What is wrong with a chain of certificates that was turned down.
    pub(super) fn of(
        error: &rustls::Error,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Self {
        use CertificateError as E;
        let rustls::Error::InvalidCertificate(reason) = error else {
            return unsound(end_entity, &error.to_string());
        };
        match reason {
            E::Expired | E::ExpiredContext { .. } | E::NotValidYet | E::NotValidYetContext { .. } => {
                let chain = std::iter::once(end_entity).chain(intermediates);
                let mut unsound = chain.filter(|one| !is_in_force(one, now));
                out_of_force(unsound.next().unwrap_or(end_entity), now)
            }
            E::NotValidForName | E::NotValidForNameContext { .. } => wrong_name(end_entity, name),
            E::UnknownIssuer => unknown_issuer(end_entity, intermediates),
            // The only reason that an authority's certificate brings with it.
            E::Other(_) if is_authority(end_entity) => Untrusted {
                words: format!(
                    "the server's certificate {} is one of an authority (CA:TRUE), and was not named as the server's",
                    described(end_entity)
                ),
                hint: AUTHORITY,
            },
            reason => unsound(end_entity, &reason.to_string()),
        }
    }

    /// What is wrong with a connection, where it is TLS that failed.
    pub(super) fn among_causes(error: &(dyn StdError + 'static)) -> Option<Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            // An I/O error shows as its source what is behind the error within it.
            let within = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            let within = within.map(|within| within as &(dyn StdError + 'static));
            let tls = within.unwrap_or(error).downcast_ref::<rustls::Error>();
            if let Some(tls) = tls {
                return Some(of_tls(tls));
            }
            if is_broken_handshake(error) {
                return Some(not_tls(
                    "the connection was closed in the middle of the TLS handshake",
                ));
            }
            next = within
                .filter(|within| within.is::<io::Error>())
                .or_else(|| error.source());
        }
        None
    }

    pub(super) fn words(&self) -> &str {
        &self.words
    }

    pub(super) fn hint(&self) -> &'static str {
        self.hint
    }
}

impl fmt::Display for Untrusted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.words)
    }
}

impl StdError for Untrusted {}

fn of_tls(error: &rustls::Error) -> Untrusted {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::Other(other)) => {
            let untrusted = other.0.downcast_ref::<Untrusted>().cloned();
            untrusted.unwrap_or_else(|| Untrusted {
                words: format!("TLS failed: {error}"),
                hint: UNSOUND,
            })
        }
        rustls::Error::InvalidCertificate(_) => Untrusted {
            words: format!("the server did not prove that it holds its certificate's key: {error}"),
            hint: UNSOUND,
        },
        rustls::Error::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
        ) => not_tls("the server answers in something else than TLS"),
        error => Untrusted {
            words: format!("TLS failed: {error}"),
            hint: NO_COMMON_TLS,
        },
    }
}

fn is_broken_handshake(error: &(dyn StdError + 'static)) -> bool {
    let io = error.downcast_ref::<io::Error>();
    io.is_some_and(|io| io.kind() == io::ErrorKind::UnexpectedEof && io.to_string().contains("handshake"))
}

fn not_tls(words: &str) -> Untrusted {
    Untrusted {
        words: words.to_owned(),
        hint: NOT_TLS,
    }
}

fn unsound(certificate: &CertificateDer<'_>, reason: &str) -> Untrusted {
    Untrusted {
        words: format!(
            "the server's certificate {} cannot be used: {reason}",
            described(certificate)
        ),
        hint: UNSOUND,
    }
}

fn out_of_force(certificate: &CertificateDer<'_>, now: UnixTime) -> Untrusted {
    let described = described(certificate);
    let now_at = timestamp(seconds(now));
    let Some((begins, ends)) = validity(certificate) else {
        return unsound(certificate, "it says for no time that it is in force");
    };
    match seconds(now) < begins {
        true => Untrusted {
            words: format!(
                "the certificate {described} is not yet valid: it begins at {}, and it is {now_at} here",
                timestamp(begins)
            ),
            hint: NOT_YET,
        },
        false => Untrusted {
            words: format!(
                "the certificate {described} has expired at {}, and it is {now_at} here",
                timestamp(ends)
            ),
            hint: EXPIRED,
        },
    }
}

fn wrong_name(certificate: &CertificateDer<'_>, name: &ServerName<'_>) -> Untrusted {
    let names = names(certificate);
    let names = match names.is_empty() {
        true => "no host at all (subject alternative names are what counts)".to_owned(),
        false => names.join(", "),
    };
    Untrusted {
        words: format!(
            "the server's certificate {} is not for {}: it is for {names}",
            described(certificate),
            name.to_str()
        ),
        hint: WRONG_NAME,
    }
}

fn unknown_issuer(end_entity: &CertificateDer<'_>, intermediates: &[CertificateDer<'_>]) -> Untrusted {
    let last = intermediates.last().unwrap_or(end_entity);
    let issuer = Certificate::from_der(last)
        .map(|last| last.tbs_certificate.issuer.to_string())
        .unwrap_or_default();
    Untrusted {
        words: format!(
            "the server's certificate {} was signed by an unknown issuer: {issuer} is no authority that is trusted here",
            described(end_entity)
        ),
        hint: UNKNOWN_ISSUER,
    }
}

/// Whether a certificate is in force at this time.
pub(super) fn is_in_force(certificate: &CertificateDer<'_>, now: UnixTime) -> bool {
    validity(certificate).is_some_and(|(begins, ends)| (begins..=ends).contains(&seconds(now)))
}

fn validity(certificate: &CertificateDer<'_>) -> Option<(i64, i64)> {
    let validity = Certificate::from_der(certificate).ok()?.tbs_certificate.validity;
    let second = |time: Time| i64::try_from(time.to_unix_duration().as_secs()).ok();
    Some((second(validity.not_before)?, second(validity.not_after)?))
}

fn is_authority(certificate: &CertificateDer<'_>) -> bool {
    let Ok(certificate) = Certificate::from_der(certificate) else {
        return false;
    };
    let constraints = certificate.tbs_certificate.get::<BasicConstraints>();
    matches!(constraints, Ok(Some((_, constraints))) if constraints.ca)
}

/// Its subject, or what else tells it from others.
fn described(certificate: &CertificateDer<'_>) -> String {
    let Ok(certificate) = Certificate::from_der(certificate) else {
        return "(which cannot be read)".to_owned();
    };
    let content = certificate.tbs_certificate;
    match content.subject.is_empty() {
        true => format!("number {}", content.serial_number),
        false => format!("{:?}", content.subject.to_string()),
    }
}

fn names(certificate: &CertificateDer<'_>) -> Vec<String> {
    let Ok(certificate) = Certificate::from_der(certificate) else {
        return Vec::new();
    };
    let Ok(Some((_, SubjectAltName(names)))) = certificate.tbs_certificate.get::<SubjectAltName>() else {
        return Vec::new();
    };
    let names = names.iter().filter_map(|name| match name {
        GeneralName::DnsName(name) => Some(name.to_string()),
        GeneralName::IpAddress(address) => Some(match <[u8; 4]>::try_from(address.as_bytes()) {
            Ok(four) => std::net::Ipv4Addr::from(four).to_string(),
            Err(_) => std::net::Ipv6Addr::from(<[u8; 16]>::try_from(address.as_bytes()).ok()?).to_string(),
        }),
        _ => None,
    });
    names.collect()
}

fn seconds(time: UnixTime) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

fn timestamp(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(Timestamp::MAX)
}
